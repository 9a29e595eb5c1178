import path from "node:path";
import type { AskedNames } from "../data/dataset";
import { inferPreprocess } from "../data/infer";
import { lossFor } from "../data/lossFor";
import { openData } from "../data/open";
import { prepareSamples } from "../data/samples";
import { inputUse } from "../graph/inputUse";
import { ProblemError } from "../protocol/problem";
import type { DataSelection, LossSpec, ModelSelection, Preprocess } from "../protocol/study";
import { derivativeNotices } from "./derivable";
import { fingerprintOf } from "./digest";
import { fingerprintModel } from "./fingerprint";
import type { DataDescription, FittedModel, ModelDescription } from "./messages";
import { loadModel } from "./model";
import type { LoadedModel } from "./model";
import { CheckpointWeights } from "./weights";

/** What a study says of its data, wherever they are. */
export interface AskedData {
  readonly names?: AskedNames & Pick<DataSelection, "layout">;
  readonly preprocess?: Partial<Preprocess>;
}

/**
 * What can be said of a model and of data candidates without running an engine.
 * @throws ProblemError that names the model file; a candidate that does not fit carries its problem instead.
 */
export async function describeFiles(
  selection: ModelSelection,
  candidates: readonly string[],
  asked: AskedData,
  said: Partial<LossSpec> = {},
  checkpoints: readonly string[] = [],
): Promise<ModelDescription> {
  const model = await loadModel(selection, said);
  const { summary, input, stated: loss } = model;
  const data: DataDescription[] = [];
  for (const candidate of candidates) data.push(await describeData(candidate, asked, model, said));
  await addFingerprint(data);
  const fingerprint = await fingerprintModel(selection.path, model.files);
  return {
    model: summary,
    inputShape: input.shape,
    classes: input.classes,
    fingerprint,
    ...(model.training ? { training: model.training } : {}),
    loss,
    notices: [...model.notices, ...derivativeNotices(model)],
    data,
    checkpoints: await fitCheckpoints(checkpoints, model),
  };
}

/** Whether files of weights fit the model; only what they declare is read. */
async function fitCheckpoints(files: readonly string[], model: LoadedModel): Promise<readonly FittedModel[]> {
  const fitted: FittedModel[] = [];
  for (const file of files) {
    try {
      await (await CheckpointWeights.open(file, model)).close();
      fitted.push({ path: file });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      fitted.push({ path: file, problem: error.problem });
    }
  }
  return fitted;
}

/**
 * Whether a file's samples and labels fit the model, and if not, why. Labels are looked at, and few samples; a study
 * that says how samples are prepared is taken at its word.
 * @param said what the study says of the loss; where it names none and no training does, the labels may ask for one.
 */
export async function describeData(
  file: string,
  { names = {}, preprocess: given = {} }: AskedData,
  { input, summary, graph, training, stated }: LoadedModel,
  said: Partial<LossSpec> = {},
): Promise<DataDescription> {
  try {
    const data = await openData(file, names);
    const use = inputUse(graph);
    const { preprocess, notices } = await inferPreprocess(data, { shape: input.shape, dtype: input.dtype, use }, given);
    const { layout } = names;
    const selection = {
      path: file,
      split: "",
      samples: 1,
      sample: "first",
      seed: 0,
      ...(layout ? { layout } : {}),
    } as const;
    const fixed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const chosen: Preprocess = { ...preprocess, ...fixed };
    const isOpen = said.name === undefined && training?.loss === undefined;
    const loss = isOpen ? lossFor(data, input.classes, input.shape) : undefined;
    const name = path.basename(summary.path);
    const asked = loss?.name ?? stated.name;
    const { available } = await prepareSamples(data, selection, chosen, input.shape, input.classes, name, asked);
    return {
      path: file,
      samples: available,
      names: data.asked,
      files: data.files,
      preprocess,
      ...(loss ? { loss } : {}),
      notices: [...data.notices, ...notices],
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { path: file, problem: error.problem };
  }
}

/** Only the fingerprint of the one that will be taken is needed, and files may be large. */
async function addFingerprint(data: DataDescription[]): Promise<void> {
  const [only, ...others] = data.filter(({ problem }) => problem === undefined);
  if (only === undefined || others.length > 0) return;
  const fingerprints: Record<string, string> = {};
  for (const part of only.files ?? []) fingerprints[part] = await fingerprintOf(part, "data");
  data[data.indexOf(only)] = { ...only, fingerprints };
}
