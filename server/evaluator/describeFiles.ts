import path from "node:path";
import { inferPreprocess } from "../data/infer";
import { openData } from "../data/open";
import { prepareSamples } from "../data/samples";
import { ProblemError } from "../protocol/problem";
import type { LossName, LossSpec, ModelSelection } from "../protocol/study";
import { fingerprintModel, fingerprintOf } from "./fingerprint";
import type { DataDescription, ModelDescription } from "./messages";
import { loadModel } from "./model";
import type { LoadedModel } from "./model";

/** Arrays that a study asks for in its data files. */
interface Names {
  readonly x?: string;
  readonly y?: string;
}

/**
 * What can be said of a model and of data candidates without running an engine.
 * @throws ProblemError that names the model file; a candidate that does not fit carries its problem instead.
 */
export async function describeFiles(
  selection: ModelSelection,
  candidates: readonly string[],
  names: Names,
  said: Partial<LossSpec> = {},
): Promise<ModelDescription> {
  const model = await loadModel(selection, said);
  const { summary, input, stated: loss } = model;
  const data: DataDescription[] = [];
  for (const candidate of candidates) data.push(await describeData(candidate, names, model, loss.name));
  const fingerprint = await fingerprintModel(selection.path, model.files);
  return {
    model: summary,
    inputShape: input.shape,
    classes: input.classes,
    fingerprint,
    ...(model.training ? { training: model.training } : {}),
    loss,
    notices: model.notices,
    data,
  };
}

/** Whether a file's samples and labels fit the model, and if not, why. */
async function describeData(
  file: string,
  names: Names,
  { input, summary }: LoadedModel,
  loss: LossName,
): Promise<DataDescription> {
  try {
    const data = await openData(file, names);
    const preprocess = inferPreprocess(data);
    // One sample tells of the shape; the labels of all are looked at in any case.
    const selection = { path: file, split: "", samples: 1, sample: "first", seed: 0 } as const;
    const name = path.basename(summary.path);
    const { available } = prepareSamples(data, selection, preprocess, input.shape, input.classes, name, loss);
    const fingerprints: Record<string, string> = {};
    for (const part of data.files) fingerprints[part] = await fingerprintOf(part, "data");
    const fingerprint = fingerprints[file];
    return { path: file, fingerprint, fingerprints, samples: available, names: data.names, preprocess };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { path: file, problem: error.problem };
  }
}
