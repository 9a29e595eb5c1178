import { createInterface } from "node:readline/promises";
import { ProblemError } from "../protocol/problem";
import type { Problem } from "../protocol/problem";

/** Where a command's words go. Results go to standard output; everything else to standard error. */
export class Terminal {
  /** @param verbose prints the log, with the stacks of failures. */
  constructor(private readonly verbose: boolean) {}

  /** Whether somebody is there to watch a bar and to answer. */
  get interactive(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY;
  }

  result(text: string | Uint8Array): void {
    process.stdout.write(text);
  }

  note(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  readonly log = (message: string): void => {
    if (this.verbose) this.note(message);
  };

  /** One sentence of what is wrong and one of what to do. */
  problem(problem: Problem, error?: unknown): void {
    const code = problem.snippet === undefined ? "" : `\n\n${problem.snippet}`;
    this.note(`loss-landscape: ${problem.message}\n${problem.advice}${code}`);
    for (const fact of (problem.facts ?? []).slice(1)) this.log(`  ${fact}`);
    if (error instanceof Error && !(error instanceof ProblemError)) this.log(error.stack ?? error.message);
  }

  /** A yes-or-no question; undefined when it is interrupted. Enter means yes. */
  async confirm(question: string): Promise<boolean | undefined> {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    const interrupted = new AbortController();
    reader.once("SIGINT", () => interrupted.abort());
    try {
      const answer = await reader.question(`${question} [Y/n] `, { signal: interrupted.signal });
      return !/^\s*n/i.test(answer);
    } catch {
      return undefined;
    } finally {
      reader.close();
    }
  }
}
