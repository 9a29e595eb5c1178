import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

/** How a program ended. */
export interface Ended {
  /** Null when a signal ended it, or it could not be started. */
  readonly code: number | null;
  readonly stdout: string;
  /** The last that it wrote to either stream. */
  readonly tail: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program with everything that it started. */
  readonly signal?: AbortSignal;
  /** Receives whole lines of both streams. */
  readonly onLine?: (line: string) => void;
  /** Longest that it may take, in milliseconds. */
  readonly limit?: number;
}

const tailLength = 4000;

/** Finds a program on the PATH; undefined when there is none. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  const files = names.flatMap((name) =>
    folders.flatMap((folder) => endings.map((end) => path.join(folder, name + end))),
  );
  return files.find((file) => existsSync(file));
}

/**
 * Runs a program to its end. Never rejects for what the program does.
 * @throws the reason of `signal` when that is aborted.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env, signal, onLine, limit = 60 * 60_000 }: ProgramOptions = {},
): Promise<Ended> {
  signal?.throwIfAborted();
  const isScript = /\.(cmd|bat)$/i.test(program);
  const child = spawn(isScript ? `"${program}"` : program, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that all of it can be ended.
    detached: process.platform !== "win32",
    // Windows starts scripts through its shell only.
    shell: isScript,
    windowsHide: true,
  });
  let stdout = "";
  let tail = "";
  let line = "";
  const take = (text: string): void => {
    tail = (tail + text).slice(-tailLength);
    const lines = (line + text).split(/[\r\n]+/);
    line = lines.pop()!;
    for (const whole of lines) if (whole !== "") onLine?.(whole);
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    take(text);
  });
  child.stderr.setEncoding("utf8").on("data", take);
  const end = (): void => endGroup(child.pid);
  const timer = setTimeout(end, limit);
  signal?.addEventListener("abort", end);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once("error", (error) => {
        take(error.message);
        resolve(null);
      });
      child.once("close", resolve);
    });
    signal?.throwIfAborted();
    return { code, stdout, tail: tail.trim() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore" });
    else process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

/** The line that most likely says what went wrong: the first that speaks of an error, else the last one. */
export function cause({ tail }: Ended): string {
  const lines = tail.split(/[\r\n]+/).filter((line) => line.trim() !== "");
  const telling = lines.filter(
    (line) => /error|not found|cannot/i.test(line) && !/complete log|npm error A |throw er;/i.test(line),
  );
  return (telling[0] ?? lines.at(-1) ?? "it told no reason")
    .trim()
    .replace(/[.:\s]+$/, "")
    .slice(0, 300);
}
