import { hostname } from "node:os";
import path from "node:path";
import { siblingEvaluator } from "../evaluator/process";
import { evaluatorsFor, meansOf } from "../runs/evaluators";
import { UsageError, wholeNumber } from "./flags";
import type { Flag, Parsed } from "./flags";
import type { Terminal } from "./terminal";

/** Takes part in the runs of a queue. */
export interface EvaluateCommand {
  readonly kind: "evaluate";
  /** Holds a password, so it is never shown. */
  readonly queue: string;
  /** Absolute paths of folders. */
  readonly folders: readonly string[];
  /** 0 for one per core. */
  readonly evaluators: number;
  /** Ends after so many seconds without a run. */
  readonly idle?: number;
  readonly name?: string;
  readonly verbose: boolean;
}

/** What the address of the queue is when no flag says it: other users of the machine see flags. */
const variable = "LOSS_LANDSCAPE_QUEUE";

export const queueFlag: Flag = {
  type: "string",
  value: "URL",
  help: `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE] (${variable} of the environment)`,
};

export const evaluateFlags: Readonly<Record<string, Flag>> = {
  queue: queueFlag,
  files: {
    type: "string",
    value: "FOLDER,…",
    help: "where files are that have other paths here; told by what they hold",
  },
  evaluators: { type: "string", value: "N", help: "evaluator processes, 0 for one per core (0)" },
  idle: { type: "string", value: "SECONDS", help: "end after so long without a run (never)" },
  name: { type: "string", value: "NAME", help: "what this machine is called (its host name and process)" },
};

/** The address of the queue; undefined where none is given. */
export function queueOf(parsed: Parsed): string | undefined {
  const text = (parsed.text("queue") ?? process.env[variable] ?? "").trim();
  return text === "" ? undefined : text;
}

/** @throws UsageError. */
export function evaluateOf(parsed: Parsed): EvaluateCommand {
  const queue = queueOf(parsed);
  if (queue === undefined) throw new UsageError(`"evaluate" needs --queue URL, or ${variable} in the environment`);
  if (parsed.positionals.length > 0) throw new UsageError('"evaluate" takes no file; folders are named with --files');
  const folders = (parsed.text("files") ?? "").split(",").filter((folder) => folder !== "");
  return {
    kind: "evaluate",
    queue,
    folders: folders.map((folder) => path.resolve(folder)),
    evaluators: parsed.as("evaluators", (text) => wholeNumber("evaluators", text, 0, 1024)) ?? 0,
    idle: parsed.as("idle", (text) => wholeNumber("idle", text, 1, 10_000_000)),
    name: parsed.text("name"),
    verbose: parsed.has("verbose"),
  };
}

/**
 * Measures for the runs of a queue until it is interrupted, which is its usual end; resolves with exit code 0.
 * @throws ProblemError when the queue does not let this machine in.
 */
export async function evaluateCommand(command: EvaluateCommand, version: string, terminal: Terminal): Promise<number> {
  const [{ queueAddress }, { contribute }] = await Promise.all([
    import(/* webpackChunkName: "queue" */ "../queue/address"),
    import(/* webpackChunkName: "queue" */ "../queue/contribute"),
  ]);
  const { evaluators, folders, idle, name = `${hostname()} ${String(process.pid)}` } = command;
  const ending = new AbortController();
  const end = (signal: NodeJS.Signals): void => {
    // Whoever asks twice does not want to wait for the first time to be heard.
    process.once(signal, () => process.exit(0));
    terminal.note("Leaving …");
    ending.abort();
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  await contribute(
    {
      address: queueAddress(command.queue),
      version,
      worker: name,
      folders,
      evaluatorPath: siblingEvaluator(),
      evaluatorsFor: async (study, parameters) =>
        evaluatorsFor({ ...study, compute: { ...study.compute, evaluators } }, await meansOf(study, parameters)),
      ...(idle === undefined ? {} : { idle }),
      log: terminal.log,
      tell: (sentence) => {
        terminal.note(`${sentence}.`);
      },
    },
    ending.signal,
  );
  process.removeListener("SIGINT", end);
  process.removeListener("SIGTERM", end);
  return 0;
}
