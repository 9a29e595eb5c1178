import path from "node:path";
import { ErrorCodes, LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { CancellationToken, Connection } from "vscode-languageserver/node";
import { URI } from "vscode-uri";
import manifest from "../../package.json";
import { enginesInProcess } from "../evaluator/engines";
import { siblingEvaluator } from "../evaluator/process";
import type { EvaluatorSource } from "../evaluator/process";
import { Reserve } from "../evaluator/reserve";
import { evaluatorMemory, thisMachine } from "../formats/limits";
import { ProblemError, toProblem } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import {
  DescribeRequest,
  EnginesRequest,
  ExportRequest,
  HealthNotification,
  HurryRequest,
  NameRequest,
  OpenRequest,
  PauseRequest,
  RunProgressType,
  RunRequest,
  StudyTextRequest,
  SummariesRequest,
  TellRequest,
  ThumbnailRequest,
} from "../protocol/requests";
import type {
  DescribeParams,
  DescribeResult,
  ExportResult,
  OpenResult,
  RunOutcome,
  TellResult,
} from "../protocol/requests";
import { describeStudy } from "../requests/describe";
import { exportToFiles } from "../requests/export";
import { tellRun } from "../requests/tell";
import { thumbnailOf } from "../requests/thumbnail";
import { textOfStudy } from "../requests/studyText";
import { Catalogue } from "../runs/catalogue";
import { nameRun } from "../runs/name";
import { openRun } from "../runs/open";
import { registerFollowing } from "./follow";
import { registerForesight } from "./foresee";
import { HealthReporter } from "./health";
import { registerInstallation } from "./install";
import { Log } from "./log";
import { Runs } from "./runs";
import { StudyFeatures, studyCapabilities } from "./studies";
import { registerWeights } from "./weights";

/** How long a shutdown waits for evaluators to end, in milliseconds. */
const shutdownPatience = 2000;

/** Milliseconds for which evaluators wait for the next click. */
const reservePatience = 3 * 60_000;

/** Answers every request of the protocol on `connection`. */
export function register(connection: Connection): void {
  const log = new Log(connection.console);
  const health = new HealthReporter((state) => void connection.sendNotification(HealthNotification, state));
  const reserve = reserveOf(log);
  const runs = new Runs(log, health, reserve);

  const studies = new StudyFeatures(connection, log);

  connection.onInitialize(({ capabilities }) => {
    studies.initialize(capabilities);
    return { capabilities: studyCapabilities, serverInfo: { name: manifest.name, version: manifest.version } };
  });
  connection.onInitialized(() => {
    log.info(`${manifest.name} ${manifest.version} on Node ${process.version}, process ${process.pid}`);
    health.report();
    // The worker is started by who wants to see something.
    reserve.fill();
  });
  connection.onShutdown(async () => {
    studies.stop();
    await Promise.all([runs.stop(shutdownPatience), reserve.close()]);
  });

  connection.onRequest(DescribeRequest, async (params, token): Promise<DescribeResult> => {
    const done = health.busy(`Reading ${path.basename(params.uri)}`);
    // While a run computes, nothing is started that would take its time.
    if (runs.isIdle) reserve.fill();
    try {
      return await describe(params, token, log, reserve);
    } finally {
      done();
    }
  });
  connection.onRequest(StudyTextRequest, async ({ uri, study, origins, defaults }) => {
    try {
      return { text: await textOfStudy(study, { file: toPath(uri), origins, defaults }) };
    } catch (error) {
      const problem = told(log, `Writing ${uri}`, error);
      throw new ResponseError(ErrorCodes.InternalError, problem.message, problem);
    }
  });
  connection.onRequest(RunRequest, async (params, token): Promise<RunOutcome> => {
    const progress = connection.window.attachWorkDoneProgress(params.workDoneToken);
    const outcome = runs.run(params, token, {
      event: (event) => void connection.sendProgress(RunProgressType, params.partialResultToken, event),
      progress,
    });
    return outcome.finally(() => studies.runsChanged());
  });
  connection.onRequest(PauseRequest, ({ run, paused }) => {
    runs.pause(run, paused);
  });
  connection.onRequest(HurryRequest, ({ run }) => {
    runs.hurry(run);
  });
  connection.onRequest(OpenRequest, async ({ journal }): Promise<OpenResult> => {
    try {
      return { kind: "run", snapshot: await openRun(journal) };
    } catch (error) {
      return { kind: "problem", problem: told(log, `Opening ${path.basename(journal)}`, error) };
    }
  });
  registerSavedRuns(connection, log);
  registerWeights(connection, log, health);
  registerForesight(connection, log);
  registerFollowing(connection, log, health, runs);
  registerInstallation(connection, log, health);
  connection.onRequest(EnginesRequest, async () => {
    const done = health.busy("Testing engines");
    try {
      return await enginesInProcess({ log: (message) => log.info(message) });
    } catch (error) {
      const problem = told(log, "Testing engines", error);
      throw new ResponseError(ErrorCodes.InternalError, problem.message, problem);
    } finally {
      done();
    }
  });

  process.on("unhandledRejection", (reason) => log.error("Unhandled rejection", reason));
  process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
    // The client is gone, and with it everyone whom this process could tell.
    if (error.code === "EPIPE" || error.code === "ERR_IPC_CHANNEL_CLOSED") process.exit(1);
    log.error("Uncaught exception", error);
  });
}

/** What is asked about runs by their journals; nothing is computed. */
function registerSavedRuns(connection: Connection, log: Log): void {
  const catalogue = new Catalogue((message) => log.warn(message));
  connection.onRequest(SummariesRequest, ({ journals }) => catalogue.summaries(journals));
  connection.onRequest(NameRequest, async ({ journal, name }) => {
    try {
      await nameRun(journal, name);
    } catch (error) {
      const problem = told(log, `Naming ${path.basename(journal)}`, error);
      throw new ResponseError(ErrorCodes.InternalError, `${problem.message} ${problem.advice}`, problem);
    }
  });
  connection.onRequest(ExportRequest, async (params): Promise<ExportResult> => {
    try {
      return { kind: "done", files: await exportToFiles(params) };
    } catch (error) {
      return { kind: "problem", problem: told(log, `Exporting ${path.basename(params.journal)}`, error) };
    }
  });
  connection.onRequest(TellRequest, async ({ journal }): Promise<TellResult> => {
    try {
      return { kind: "told", text: await tellRun(journal) };
    } catch (error) {
      return { kind: "problem", problem: told(log, `Telling of ${path.basename(journal)}`, error) };
    }
  });
  connection.onRequest(ThumbnailRequest, async ({ journal, width, dark }) => {
    try {
      return { svg: await thumbnailOf(journal, { width, dark }) };
    } catch (error) {
      told(log, `Drawing ${path.basename(journal)}`, error);
      return null;
    }
  });
}

/** Evaluators for the next run: no more than two, and than a small part of the memory holds. */
function reserveOf(log: Log): Reserve {
  const { cores, memory } = thisMachine();
  return new Reserve({
    evaluatorPath: siblingEvaluator(),
    size: Math.min(2, cores, Math.floor(memory / (8 * evaluatorMemory(0)))),
    patience: reservePatience,
    log: (message) => log.info(message),
  });
}

async function describe(
  params: DescribeParams,
  token: CancellationToken,
  log: Log,
  source: EvaluatorSource,
): Promise<DescribeResult> {
  try {
    const described = await describeStudy({
      file: toPath(params.uri),
      data: params.data === undefined ? undefined : toPath(params.data),
      model: params.model === undefined ? undefined : toPath(params.model),
      plane: params.plane ?? "path",
      defaults: params.defaults,
      source,
      log: (message) => log.info(message),
    });
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
    if (described.kind === "choose-model") return described;
    if (described.kind === "choose-data") {
      const { kind, candidates, reason } = described;
      return { kind, candidates, reason };
    }
    const { kind, study, earlier, notices, origins, plane } = described;
    return { kind, study, earlier, notices, origins, plane };
  } catch (error) {
    if (error instanceof ResponseError) throw error;
    return { kind: "problem", problem: told(log, `Reading ${params.uri}`, error) };
  }
}

function told(log: Log, what: string, error: unknown): Problem {
  const problem = toProblem(error);
  log.problem(what, problem, error);
  return problem;
}

function toPath(uri: string): string {
  const parsed = URI.parse(uri);
  if (parsed.scheme === "file") return path.normalize(parsed.fsPath);
  throw new ProblemError({
    reason: "file-unsupported",
    title: "The file is not on this machine",
    message: `${uri} is in a "${parsed.scheme}:" file system, but models are read from the disk.`,
    advice: "Save the file to a folder on this machine and open it there.",
  });
}
