import type { FilesAnswer, FilesQuestion } from "../protocol/files";
import type { LossSpec, ModelSelection, Study } from "../protocol/study";
import type { AskedData } from "./describeFiles";
import type { FittedModel, ModelDescription } from "./messages";
import { askOnce } from "./process";
import type { AskOptions } from "./process";

/** How to ask about a model. */
export interface DescribeOptions extends AskOptions {
  /** Arrays that the study asks for in the data files; found by their usual names when absent. */
  readonly names?: AskedData["names"];
  /** What the study says of the preparation of the samples; the rest is inferred. */
  readonly preprocess?: AskedData["preprocess"];
  /** What the study says of the loss; what it leaves open is the training's, or cross-entropy. */
  readonly loss?: Partial<LossSpec>;
  /** Absolute paths of files that may be checkpoints of the model. */
  readonly checkpoints?: readonly string[];
}

/**
 * What can be said of a model and of data candidates without running an engine, found out in a process of its own.
 * @param model a model file, and weights in place of its own.
 * @param data absolute paths of files that may hold its samples.
 * @throws ProblemError that names the model file. A candidate that does not fit carries its problem instead.
 */
export async function describeInProcess(
  model: ModelSelection,
  data: readonly string[],
  options: DescribeOptions = {},
): Promise<ModelDescription> {
  const { names, preprocess, loss, checkpoints } = options;
  const asked = {
    ...(names ? { names } : {}),
    ...(preprocess ? { preprocess } : {}),
    ...(loss ? { loss } : {}),
    ...(checkpoints ? { checkpoints } : {}),
  };
  const request = { kind: "describe", model, data, ...asked } as const;
  const answer = await askOnce(request, options);
  return answer.description;
}

/**
 * Which of several models a file of weights belongs to, found out in a process of its own.
 * @returns undefined when the file has an architecture of its own.
 * @throws ProblemError that names the file of weights.
 */
export async function fitInProcess(
  weights: string,
  models: readonly string[],
  options: AskOptions = {},
): Promise<readonly FittedModel[] | undefined> {
  const answer = await askOnce({ kind: "fit", weights, models }, options);
  return answer.models;
}

/**
 * SHA-256 of every file that a study names, by absolute path, found out in a process of its own.
 * @throws ProblemError that names the file.
 */
export async function fingerprintInProcess(
  study: Study,
  options: AskOptions = {},
): Promise<Readonly<Record<string, string>>> {
  const answer = await askOnce({ kind: "fingerprint", study }, options);
  return answer.fingerprints;
}

/** What files are and whether they fit each other, found out in a process of its own. */
export async function inspectInProcess(question: FilesQuestion, options: AskOptions = {}): Promise<FilesAnswer> {
  const answer = await askOnce({ kind: "inspect", question }, options);
  return answer.answer;
}
