import { readFile } from "node:fs/promises";
import path from "node:path";
import { ProblemError } from "../protocol/problem";

/**
 * Which build of Loss Landscape the evaluators are of: a digest of their code and of the queue's, which the build writes
 * beside it. Builds of one version may measure in different ways.
 * @param evaluatorPath the evaluator's bundle.
 * @throws ProblemError `queue-unavailable` where it is not there.
 */
export async function buildOf(evaluatorPath: string): Promise<string> {
  const file = path.join(path.dirname(evaluatorPath), "build.txt");
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    throw new ProblemError({
      reason: "queue-unavailable",
      title: "The build is not known",
      message: `"${file}" cannot be read: what other machines must have is not known.`,
      advice: "Install Loss Landscape again, or run without the queue.",
    });
  }
}
