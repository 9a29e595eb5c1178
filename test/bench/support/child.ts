import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Section } from "./report";
import type { Main, Reasons } from "./report";

/** What `.ci/bench.mjs` reads when the process of a benchmark has ended. */
export interface Outcome {
  readonly markdown: string;
  readonly met: number;
  readonly judged: number;
  readonly unexplained: number;
  readonly stopped: boolean;
}

/**
 * Runs one benchmark in this process, which was started for it alone with the arguments NAME, FILE for the outcome, and
 * `--quick` or nothing. What throws is told in the report, and on standard error with its stack.
 */
export async function runChild(main: Main): Promise<void> {
  const [name, file, how] = process.argv.slice(2) as [string, string, string?];
  const all = JSON.parse(readFileSync(path.resolve("test", "bench", "reasons.json"), "utf8")) as Record<
    string,
    Reasons
  >;
  const section = new Section(how === "--quick", all[name] ?? {}, (text) => console.log(text));
  let stopped = false;
  try {
    await main(section);
  } catch (error) {
    stopped = true;
    console.error(error);
    section.stopped(error instanceof Error ? error.message : String(error));
  }
  const outcome: Outcome = { markdown: section.markdown(), ...section.goals, stopped };
  writeFileSync(file, JSON.stringify(outcome));
  // What a benchmark has forgotten to close must not keep the others waiting.
  process.exit(process.exitCode ?? (stopped ? 1 : 0));
}
