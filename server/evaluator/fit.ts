import path from "node:path";
import { openModel } from "../formats/open";
import { matchCheckpoint, openCheckpoint } from "../formats/openCheckpoint";
import { isWeightsOnly } from "../formats/weightsOnly";
import { toInference } from "../graph/inference";
import { ProblemError } from "../protocol/problem";
import type { FittedModel } from "./messages";
import { realParameters } from "./weights";

/**
 * Which of several models a file of weights belongs to, judged by the names and shapes of its tensors.
 * @param weights absolute path.
 * @param models absolute paths.
 * @returns undefined when the file has an architecture of its own.
 * @throws ProblemError that names the file of weights, when it cannot be read.
 */
export async function fitWeights(
  weights: string,
  models: readonly string[],
): Promise<readonly FittedModel[] | undefined> {
  if (!(await isWeightsOnly(weights))) return undefined;
  const checkpoint = await openCheckpoint(weights);
  try {
    const fitted: FittedModel[] = [];
    for (const file of models) {
      try {
        const { graph } = await openModel(file);
        matchCheckpoint(realParameters(toInference(graph)), checkpoint, path.basename(file));
        fitted.push({ path: file });
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        fitted.push({ path: file, problem: error.problem });
      }
    }
    return fitted;
  } finally {
    await checkpoint.close();
  }
}
