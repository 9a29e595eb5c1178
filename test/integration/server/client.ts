import { fork, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import type { CancellationToken, MessageConnection } from "vscode-languageserver-protocol/node";
import {
  DescribeRequest,
  HealthNotification,
  OpenRequest,
  PauseRequest,
  RunProgressType,
  RunRequest,
} from "../../../server/protocol/requests";
import type {
  DescribeParams,
  DescribeResult,
  Health,
  OpenResult,
  RunEvent,
  RunOutcome,
  RunParams,
} from "../../../server/protocol/requests";
import type { Study } from "../../../server/protocol/study";
import { evaluatorsOf } from "../runs/support/processes";

/** Tests and benchmarks are started in the root of the repository. */
export const root = process.cwd();
export const fixtures = path.join(root, "test/fixtures/pytorch-resnet8");
const serverPath = path.join(root, "dist/server.js");

/** A message of the log. `type` is 1 for errors, 2 for warnings, 3 for information. */
export interface LogMessage {
  readonly type: number;
  readonly message: string;
}

/** A run as a client sees it. */
export interface ClientRun {
  readonly token: string;
  readonly outcome: Promise<RunOutcome>;
  /** Everything that has arrived so far, with the time of arrival in milliseconds. */
  readonly events: readonly { readonly at: number; readonly event: RunEvent }[];
  cancel(): void;
  /** Resolves with the first event for which `test` holds. */
  until(test: (event: RunEvent) => boolean): Promise<RunEvent>;
}

let runs = 0;

/** The built server in a process of its own, and the client's end of its connection. */
export class ServerClient {
  readonly log: LogMessage[] = [];
  readonly health: Health[] = [];
  private readonly going = new Set<ClientRun>();

  private constructor(
    readonly process: ChildProcess,
    readonly connection: MessageConnection,
  ) {
    connection.onNotification("window/logMessage", (message: LogMessage) => void this.log.push(message));
    connection.onNotification(HealthNotification, (health) => void this.health.push(health));
    connection.listen();
  }

  static async start(transport: "ipc" | "stdio" = "ipc"): Promise<ServerClient> {
    const child =
      transport === "ipc"
        ? fork(serverPath, ["--node-ipc", `--clientProcessId=${process.pid}`], {
            stdio: ["ignore", "pipe", "pipe", "ipc"],
          })
        : spawn(process.execPath, [serverPath, "--stdio"], { stdio: ["pipe", "pipe", "pipe"] });
    child.stderr?.on("data", (text: Buffer) => process.stderr.write(text));
    const connection =
      transport === "ipc"
        ? createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child))
        : createMessageConnection(new StreamMessageReader(child.stdout!), new StreamMessageWriter(child.stdin!));
    const client = new ServerClient(child, connection);
    await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
    await connection.sendNotification("initialized", {});
    return client;
  }

  describe(file: string, more: Partial<DescribeParams> = {}): Promise<DescribeResult> {
    return this.connection.sendRequest(DescribeRequest, { uri: pathToFileURL(file).href, defaults: {}, ...more });
  }

  /** The study that is proposed for a file. */
  async studyOf(file: string): Promise<Study> {
    const described = await this.describe(file);
    if (described.kind !== "ready") throw new Error(`not ready: ${JSON.stringify(described)}`);
    return described.study;
  }

  run(study: Study, more: Partial<RunParams> = {}): ClientRun {
    const token = `run-${(runs += 1)}`;
    const source = new CancellationTokenSource();
    const events: { at: number; event: RunEvent }[] = [];
    const waiting = new Set<() => void>();
    const listening = this.connection.onProgress(RunProgressType, token, (event) => {
      events.push({ at: performance.now(), event });
      for (const wake of waiting) wake();
    });
    const params: RunParams = { study, defaults: {}, mode: "fresh", partialResultToken: token, ...more };
    const outcome = this.connection
      .sendRequest(RunRequest, params, source.token as CancellationToken)
      .finally(() => listening.dispose());
    const run: ClientRun = {
      token,
      outcome,
      events,
      cancel: () => source.cancel(),
      until: (test) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const found = events.find(({ event }) => test(event));
            if (found === undefined) return;
            waiting.delete(look);
            resolve(found.event);
          };
          waiting.add(look);
          outcome.then(() => reject(new Error("the run ended first")), reject);
          look();
        }),
    };
    this.going.add(run);
    outcome.finally(() => this.going.delete(run)).catch(() => undefined);
    return run;
  }

  /** Cancels what a test has left behind. */
  async cancelAll(): Promise<void> {
    const left = [...this.going];
    for (const run of left) run.cancel();
    await Promise.all(left.map(({ outcome }) => outcome));
  }

  pause(run: ClientRun, paused: boolean): Promise<void> {
    return this.connection.sendRequest(PauseRequest, { run: run.token, paused });
  }

  /** A request that needs no work. */
  ping(): Promise<void> {
    return this.connection.sendRequest(PauseRequest, { run: "none", paused: false });
  }

  open(journal: string): Promise<OpenResult> {
    return this.connection.sendRequest(OpenRequest, { journal });
  }

  /** Process ids of the evaluators. */
  evaluators(): readonly number[] {
    return evaluatorsOf(this.process.pid!);
  }

  /** Asks the server to end, as an editor does. Resolves with its exit code. */
  async stop(): Promise<number | null> {
    const exited = once(this.process, "exit");
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    const [code] = (await exited) as [number | null];
    this.connection.dispose();
    return code;
  }

  /** Ends the process without asking. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, "exit");
    this.connection.dispose();
    this.process.kill("SIGKILL");
    await exited;
  }
}

/** Polls until `test` holds. */
export async function eventually(test: () => boolean, milliseconds: number, what: string): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!test()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A new folder with copies of fixture files. */
export async function folderWith(...names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "landscape-"));
  for (const name of names) await copyFile(path.join(fixtures, name), path.join(folder, name));
  return folder;
}

/** A study with another grid and other samples. */
export function smaller(study: Study, points: number, samples: number): Study {
  return {
    ...study,
    grid: { ...study.grid, points: [points, points] },
    data: { ...study.data, samples, sample: "first" },
  };
}
