import type { RemoteConsole } from "vscode-languageserver/node";
import { ProblemError } from "../protocol/problem";
import type { Problem } from "../protocol/problem";

/** The log that users can open; the only place where stack traces appear. */
export class Log {
  constructor(private readonly console: RemoteConsole) {}

  info(message: string): void {
    this.console.info(message);
  }

  warn(message: string): void {
    this.console.warn(message);
  }

  /** Something of ours went wrong: with its stack. */
  error(what: string, error: unknown): void {
    this.console.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }

  /** A problem as the user was told it; with the stack when it is a defect of ours. */
  problem(what: string, problem: Problem, error?: unknown): void {
    const facts = (problem.facts ?? []).map((fact) => `\n  ${fact}`).join("");
    this.console.warn(`${what}: ${problem.title}. ${problem.message} ${problem.advice} [${problem.reason}]${facts}`);
    if (error !== undefined && !(error instanceof ProblemError)) this.error(what, error);
  }
}
