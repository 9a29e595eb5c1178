import type { StudyDefaults } from "../protocol/requests";
import type { ComputeSpec, DataSelection, GridSpec, Preprocess, RandomDirections, Study } from "../protocol/study";
import { merge } from "./draft";
import type { StudyDraft } from "./draft";
import { splitOf } from "./propose";
import type { DataFacts } from "./propose";
import { checkStudy } from "./rules";

const selection: Omit<DataSelection, "path" | "split"> = { samples: 1000, sample: "stratified", seed: 0 };
const directions: RandomDirections = { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" };
const grid: GridSpec = { x: [-1, 1], y: [-1, 1], points: [51, 51] };
/** Batches of 64 to 128 samples are the fastest on CPUs. */
const compute: ComputeSpec = { engine: "auto", evaluators: 0, batchSize: 100 };
const asIs: Preprocess = { scale: 1, mean: [], std: [] };

/**
 * Fills in what a draft leaves open: the study's own values first, then the user's settings, then what was inferred
 * from the data, then the defaults of the method.
 *
 * @throws ProblemError `study-invalid` when a value, wherever it came from, breaks a rule.
 */
export function completeStudy(draft: StudyDraft, data: DataFacts, defaults: StudyDefaults): Study {
  const { path: file, names } = data;
  const split = draft.data?.split ?? splitOf(names?.x, names?.y, file) ?? "data";
  // Of a pair of files, the second is known by its path; arrays within one file are known by their names.
  const labels = Object.keys(data.fingerprints ?? {}).find((other) => other !== file);
  const arrays = labels === undefined ? { ...names } : { x: undefined, y: labels };
  const study: Study = {
    model: { path: draft.model },
    data: { ...selection, ...merge<DataSelection>(draft.data), ...arrays, path: file, split },
    preprocess: { ...asIs, ...merge<Preprocess>(data.preprocess, draft.preprocess) },
    loss: draft.loss ?? { name: "crossEntropy" },
    directions: { ...directions, ...merge<RandomDirections>(draft.directions) },
    grid: { ...grid, ...merge<GridSpec>(defaults.grid, draft.grid) },
    compute: { ...compute, ...merge<ComputeSpec>(defaults.compute, draft.compute) },
  };
  checkStudy(study);
  return study;
}

/** What was taken without being asked for, as sentences for the user. */
export function noticesOf(draft: StudyDraft, study: Study): readonly string[] {
  const notices: string[] = [];
  if (draft.preprocess?.scale === undefined && study.preprocess.scale !== 1) {
    notices.push(`Samples are bytes: they are multiplied by ${study.preprocess.scale}, which the study may override.`);
  }
  return notices;
}
