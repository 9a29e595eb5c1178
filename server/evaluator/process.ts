import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { EvaluatorRequest, EvaluatorResponse } from "./messages";

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

/** A request before it is given its number. */
export type EvaluatorCall = WithoutId<EvaluatorRequest>;

/** The answer to a request of kind K. */
export type EvaluatorAnswer<K extends EvaluatorRequest["kind"]> = Extract<
  EvaluatorResponse,
  {
    kind: {
      describe: "described";
      survey: "surveyed";
      plan: "planned";
      place: "placed";
      prepare: "prepared";
      begin: "prepared" | "undivided";
      try: "tried";
      evaluate: "evaluated";
      task: "performed";
      fingerprint: "fingerprinted";
      inspect: "inspected";
      fit: "fitted";
      weigh: "weighed";
      engines: "engines";
      provider: "provider";
      warm: "warmed";
    }[K];
  }
>;

/** The process ended before it answered. Its work may be given to another one. */
export class EvaluatorLostError extends Error {
  constructor(
    readonly code: number | null,
    readonly signal: NodeJS.Signals | null,
    /** The last lines that it wrote to standard error. */
    readonly lastWords: string,
  ) {
    super(`an evaluator stopped (${signal ?? `exit code ${String(code)}`})`);
    this.name = "EvaluatorLostError";
  }

  /** What most likely ended it, as the end of a sentence. */
  get likelyCause(): string {
    if (/out of memory|bad_alloc|ENOMEM/i.test(this.lastWords)) return "it ran out of memory";
    switch (this.signal) {
      case "SIGKILL":
        return "the system ended it, most often because memory ran out";
      case "SIGSEGV":
      case "SIGBUS":
      case "SIGILL":
      case "SIGFPE":
      case "SIGABRT":
        return `the engine's native code crashed (${this.signal})`;
      case null: {
        if (this.code === null) return `it could not be started (${this.lastWords})`;
        const [error] = /^\w*Error: .*$/m.exec(this.lastWords) ?? [];
        return `it ended with exit code ${String(this.code)}${error === undefined ? "" : ` (${error})`}`;
      }
      default:
        return `it was ended by ${this.signal}`;
    }
  }
}

interface Waiting {
  resolve(response: EvaluatorResponse): void;
  reject(error: Error): void;
}

const LAST_WORDS = 2000;

/** Where the evaluator's bundle lies: beside the bundle that this code is part of. */
export function siblingEvaluator(): string {
  return path.join(__dirname, "evaluator.js");
}

function environment(): NodeJS.ProcessEnv {
  // One thread for each process: the pool has a process for each core.
  const threads = { OMP_NUM_THREADS: "1", TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1" };
  // The editor's own executable is Node when it is told to.
  const electron = process.versions["electron"] === undefined ? {} : { ELECTRON_RUN_AS_NODE: "1" };
  return { ...process.env, ...threads, ...electron };
}

/** One evaluator process as a client of promises. */
export class EvaluatorProcess {
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private lost: EvaluatorLostError | undefined;
  private lastWords = "";
  private nextId = 1;

  /**
   * Starts the process at once.
   * @param evaluatorPath the evaluator's bundle.
   * @param log receives what the process and its native libraries print, and the stacks of its failures.
   */
  constructor(
    evaluatorPath: string,
    private readonly log: (message: string) => void,
  ) {
    this.child = fork(evaluatorPath, [], {
      serialization: "advanced",
      // The parent's debugger port and loader flags are not the child's.
      execArgv: [],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: environment(),
    });
    this.child.on("message", (message) => {
      this.receive(message as EvaluatorResponse);
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
        this.log(`evaluator ${String(this.child.pid)}: ${text.trimEnd()}`);
      });
    }
    this.exited = new Promise((resolve) => {
      this.child.once("error", (error) => {
        this.lastWords += error.message;
        this.end(null, null);
        resolve();
      });
      // "close" rather than "exit": by then the last words have arrived.
      this.child.once("close", (code, signal) => {
        this.end(code, signal);
        resolve();
      });
    });
  }

  /** False once the process is known to have ended. */
  get alive(): boolean {
    return this.lost === undefined;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /**
   * Sends a request and waits for its answer. Requests are answered in order.
   * @throws ProblemError what the evaluator could not do; EvaluatorLostError when the process ends first.
   */
  request<C extends EvaluatorCall>(call: C): Promise<EvaluatorAnswer<C["kind"]>> {
    return new Promise((resolve, reject) => {
      if (this.lost) {
        reject(this.lost);
        return;
      }
      const id = this.nextId++;
      this.waiting.set(id, {
        resolve: (response) => {
          resolve(response as EvaluatorAnswer<C["kind"]>);
        },
        reject,
      });
      // A failure to send means that the process is ending: "close" follows and rejects.
      this.child.send({ ...call, id }, () => {});
    });
  }

  /** Ends the process now; requests in flight are rejected. */
  async kill(): Promise<void> {
    if (!this.lost) this.child.kill("SIGKILL");
    await this.exited;
  }

  private receive(response: EvaluatorResponse): void {
    const waiting = this.waiting.get(response.id);
    if (!waiting) return;
    this.waiting.delete(response.id);
    if (response.kind !== "failed") {
      waiting.resolve(response);
      return;
    }
    this.log(`evaluator ${String(this.child.pid)}: ${response.problem.title}: ${response.problem.message}`);
    if (response.stack) this.log(response.stack);
    waiting.reject(new ProblemError(response.problem));
  }

  private end(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.lost) return;
    this.lost = new EvaluatorLostError(code, signal, this.lastWords);
    for (const waiting of this.waiting.values()) waiting.reject(this.lost);
    this.waiting.clear();
  }
}

/** Where evaluators come from that need not be started first. */
export interface EvaluatorSource {
  /** An evaluator that has nothing to do; started now where none waits. It belongs to the caller. */
  take(): EvaluatorProcess;
  /** Takes back an evaluator that has answered what it was asked, and may be asked again. */
  giveBack(evaluator: EvaluatorProcess): void;
}

export interface AskOptions {
  /** The evaluator's bundle; beside the running bundle when absent. */
  readonly evaluatorPath?: string;
  /** Where the process comes from and goes to; one of its own when absent. */
  readonly source?: EvaluatorSource;
  /** Receives what the process prints, and the stacks of its failures. */
  readonly log?: (message: string) => void;
  /** Ends the process when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/**
 * Asks a process one question and ends it, or gives it back to where it came from. One that could not answer is ended: a
 * bad file is not to be felt by the next.
 * @throws the reason of `signal` when that is aborted first.
 */
export async function askOnce<C extends EvaluatorCall>(
  call: C,
  { evaluatorPath = siblingEvaluator(), source, log = () => {}, signal }: AskOptions,
): Promise<EvaluatorAnswer<C["kind"]>> {
  signal?.throwIfAborted();
  const evaluator = source?.take() ?? new EvaluatorProcess(evaluatorPath, log);
  const end = (): void => void evaluator.kill();
  signal?.addEventListener("abort", end);
  let mayStay = false;
  try {
    const answer = await evaluator.request(call);
    mayStay = source !== undefined;
    return answer;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EvaluatorLostError) throw lostProblem(error, "it could answer");
    throw error;
  } finally {
    signal?.removeEventListener("abort", end);
    if (mayStay && signal?.aborted !== true) source?.giveBack(evaluator);
    else await evaluator.kill();
  }
}

/** The problem for the user when evaluators end before `what`. */
export function lostProblem(error: EvaluatorLostError, what: string): ProblemError {
  return new ProblemError({
    reason: "evaluator-lost",
    title: "An evaluator stopped",
    message: `The process that evaluates the model stopped before ${what}: ${error.likelyCause}.`,
    advice: "Close other programs, use fewer samples, a smaller batch or fewer evaluators, and run again.",
  });
}
