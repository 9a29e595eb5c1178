import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { eventually, root } from "../../server/client";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command of the command line that is going on. */
export interface Going {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What was written to standard error so far. */
  err(): string;
  /** Resolves when standard error has `text`. */
  says(text: string | RegExp, limit?: number): Promise<void>;
}

const going = new Set<ChildProcess>();

/** Starts the command line. `environment` is added to that of the tests. */
export function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Going {
  const child = spawn(process.execPath, [path.join(root, "dist/cli.js"), ...args], {
    env: { ...process.env, ...environment },
  });
  going.add(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      going.delete(child);
      resolve({ code, signal, out, err });
    });
  });
  const says = async (text: string | RegExp, limit = 100_000): Promise<void> => {
    const isSaid = (): boolean => (typeof text === "string" ? err.includes(text) : text.test(err));
    await eventually(isSaid, limit, `${String(text)} in ${args[0]!}`).catch((error: unknown) => {
      throw new Error(`${String(error)}; it said:\n${err}`);
    });
  };
  return { child, ended, err: () => err, says };
}

/** Ends the commands that are going on; their evaluators end with them. */
export async function endAll(): Promise<void> {
  const children = [...going];
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map((child) => new Promise((resolve) => child.once("close", resolve))));
}
