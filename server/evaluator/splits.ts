import path from "node:path";
import type { LabelledData, Samples } from "../data/dataset";
import { openData } from "../data/open";
import { checkLabels, prepareSamples } from "../data/samples";
import type { DataSummary } from "../protocol/result";
import type { DataSelection, Study } from "../protocol/study";
import { Batches } from "./batches";
import { usualBatchSize } from "./execution/rule";
import type { LoadedModel } from "./model";
import { Subsets } from "./subsets";

/** The samples of one split, ready for the model. */
export interface Split {
  readonly selection: DataSelection;
  readonly samples: Samples;
  readonly batches: Batches;
  readonly subsets: Subsets;
  /** The same samples in batches of another size. */
  inBatchesOf(size: number): Split;
  summary(classes: number): DataSummary;
  /** Looks at the labels again, now that the number of classes is known. @throws ProblemError `labels-mismatch`. */
  requireClasses(classes: number): void;
}

/**
 * Reads every split of a study, the first one first. Files that several splits share are read once.
 * @throws ProblemError that names the file.
 */
export async function openSplits(study: Study, model: LoadedModel): Promise<readonly Split[]> {
  const opened = new Map<string, LabelledData>();
  const splits: Split[] = [];
  for (const selection of [study.data, ...(study.splits ?? [])]) {
    const key = JSON.stringify([selection.path, selection.x, selection.y]);
    const data = opened.get(key) ?? (await openData(selection.path, selection));
    opened.set(key, data);
    splits.push(await splitOf(study, model, data, selection));
  }
  return splits;
}

/**
 * A selection of samples of a split that is open already.
 * @throws ProblemError as `openSplits`.
 */
export async function selectSplit(study: Study, model: LoadedModel, samples: number): Promise<Samples> {
  const data = await openData(study.data.path, study.data);
  return (await splitOf(study, model, data, { ...study.data, samples })).samples;
}

async function splitOf(study: Study, model: LoadedModel, data: LabelledData, selection: DataSelection): Promise<Split> {
  const { input, output } = model;
  const name = path.basename(study.model.path);
  const { preprocess, loss } = study;
  const samples = await prepareSamples(data, selection, preprocess, input.shape, input.classes, name, loss.name);
  const inBatchesOf = (batchSize: number): Split => {
    const parts = { file: study.model.path, input, output, samples, batchSize, loss: model.loss };
    return {
      selection,
      samples,
      batches: new Batches(parts),
      subsets: new Subsets(parts, selection.seed),
      inBatchesOf,
      summary: (classes) => ({
        path: selection.path,
        split: selection.split,
        samples: samples.x.shape[0]!,
        available: samples.available,
        classes,
        preprocessing: samples.preprocessing,
      }),
      requireClasses: (classes) => {
        if (input.classes === null) checkLabels(data, preprocess, classes, name, loss.name);
      },
    };
  };
  return inBatchesOf(study.compute.batchSize > 0 ? study.compute.batchSize : usualBatchSize);
}
