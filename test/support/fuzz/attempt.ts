import { writeFileSync } from "node:fs";
import path from "node:path";
import { ProblemError } from "../../../server/protocol/problem";
import { generator } from "./mutate";
import type { Target } from "./readers";

/** What became of a damaged file. */
export interface Attempt {
  readonly outcome: "read" | "refused" | "failed";
  /** Of a failure: what went wrong, and how to have it again. */
  readonly detail: string;
  readonly milliseconds: number;
}

/** Longest that the reading of one small damaged file may take: what goes round in circles is ended after ten seconds. */
export const mostMilliseconds = 13_000;

/** What comes of each file as it is, by reader and name. */
export async function undamaged(targets: readonly Target[], folder: string): Promise<ReadonlyMap<string, string>> {
  const outcomes = new Map<string, string>();
  for (const target of targets) {
    const { outcome, detail } = await reading(target, target.bytes, folder, "undamaged");
    outcomes.set(`${target.reader} ${target.name}`, `${outcome} ${detail}`);
  }
  return outcomes;
}

/**
 * Damages a file by a seed and reads it. Only two things may come of it: it is read, or it is refused by a sentence that
 * names it.
 * @param folder where the file is written.
 */
export function attempt(target: Target, seed: number, folder: string): Promise<Attempt> {
  return reading(target, target.damage(generator(seed)), folder, `seed ${seed}`);
}

async function reading(target: Target, bytes: Uint8Array, folder: string, what: string): Promise<Attempt> {
  const file = path.join(folder, target.name);
  writeFileSync(file, bytes);
  const start = performance.now();
  const again = `${target.reader} ${target.name} ${what}`;
  const finish = (outcome: Attempt["outcome"], detail: string): Attempt => {
    const milliseconds = performance.now() - start;
    const isLate = milliseconds > mostMilliseconds;
    return {
      outcome: isLate ? "failed" : outcome,
      detail: isLate ? `${again}: took ${milliseconds} ms` : detail,
      milliseconds,
    };
  };
  try {
    await target.read(file);
    return finish("read", "");
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      return finish("failed", `${again}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    const { message, advice, file: named, reason } = error.problem;
    const names =
      message.includes(path.basename(target.name)) || named?.startsWith(path.join(folder, path.sep)) === true;
    const isSentence = /^\S.*[.!?)]$/s.test(message) && message.length < 2000 && advice !== "";
    if (!names || !isSentence || reason === "internal")
      return finish("failed", `${again}: no sentence for it: ${message}`);
    return finish("refused", message);
  }
}
