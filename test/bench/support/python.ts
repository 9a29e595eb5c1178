import { spawn, spawnSync } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { asEvaluator } from "./machine";

/** The interpreter that peers run in: `PYTHON`, or the one that is called python3. */
export const python = process.env.PYTHON ?? "python3";

/** Whether that interpreter has PyTorch and what the peers need beside it. */
export function hasTorch(...further: readonly string[]): boolean {
  return spawnSync(python, ["-c", `import ${["torch", "numpy", ...further].join(", ")}`]).status === 0;
}

/** What lines of goals say where it has not. */
export const noTorch = "no PyTorch";

/** The last line that a program of Python has to say, which names the error. */
function lastWords(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** Runs a program to its end; what it prints. @throws Error with its last line when it fails. */
export function runPython(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args[0] ?? ""} stopped: ${lastWords(stderr)}`);
  return stdout;
}

/** A program of Python that answers lines of JSON with lines of JSON, and waits without working in between. */
export class Peer {
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly answers: AsyncIterator<string>;
  private errors = "";

  /** @param threads of PyTorch; 0 leaves it to PyTorch. */
  constructor(args: readonly string[], threads: number) {
    const env = threads > 0 ? { ...process.env, OMP_NUM_THREADS: String(threads) } : process.env;
    this.child = spawn(python, args, { stdio: ["pipe", "pipe", "pipe"], env });
    asEvaluator(this.child.pid);
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    // A program that has ended is noticed by the answer that does not come.
    this.child.stdin.on("error", () => {});
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error when the program could not do it, or has ended. */
  async ask<T>(request: object): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    if (done === true) throw new Error(`PyTorch stopped: ${lastWords(this.errors)}`);
    const answer = JSON.parse(value as string) as T & { readonly error?: string };
    if (answer.error !== undefined) throw new Error(`PyTorch stopped: ${answer.error}`);
    return answer;
  }

  close(): void {
    this.child.kill("SIGKILL");
  }
}
