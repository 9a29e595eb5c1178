import path from "node:path";
import { mayStayBytes } from "../data/bytes";
import type { LabelledData, Samples } from "../data/dataset";
import { openData } from "../data/open";
import { checkLabels, prepareSamples } from "../data/samples";
import { roomForSamples, samplesMemory, thisMachine } from "../formats/limits";
import { sizeOf } from "../graph/tensor";
import type { DataSummary } from "../protocol/result";
import type { DataSelection, Study } from "../protocol/study";
import { Batches } from "./batches";
import { usualBatchSize } from "./execution/rule";
import { weightsOf } from "./model";
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
 * Reads every split of a study, the first one first. Files that several splits share are read once. Where there is no room
 * for the samples in single precision, those that are bytes in their file stay so: their batches take longer to make, and are
 * the same.
 * @throws ProblemError that names the file.
 */
export async function openSplits(study: Study, model: LoadedModel): Promise<readonly Split[]> {
  const opened = await openAll(study);
  const asBytes = isCrowded(study, model, numbersOf(opened, model));
  const splits: Split[] = [];
  for (const { data, selection } of opened) splits.push(await splitOf(study, model, data, selection, asBytes));
  return splits;
}

/**
 * Of every split, whether its samples are held as the bytes of their file.
 * @returns undefined where there is room for all samples in single precision.
 * @throws ProblemError as `openSplits`.
 */
export async function heldAsBytes(study: Study, model: LoadedModel): Promise<readonly boolean[] | undefined> {
  const size = sizeOf(model.input.shape.map((extent) => extent ?? 0));
  const most = size * selectionsOf(study).reduce((sum, { samples }) => sum + samples, 0);
  // What is much is looked at closely.
  if (!isCrowded(study, model, most)) return undefined;
  const opened = await openAll(study);
  if (!isCrowded(study, model, numbersOf(opened, model))) return undefined;
  return opened.map(({ data }) => takesBytes(model) && mayStayBytes(data, study.preprocess));
}

interface Opened {
  readonly selection: DataSelection;
  readonly data: LabelledData;
}

function selectionsOf({ data, splits = [] }: Study): readonly DataSelection[] {
  return [data, ...splits];
}

async function openAll(study: Study): Promise<readonly Opened[]> {
  const opened = new Map<string, LabelledData>();
  const all: Opened[] = [];
  for (const selection of selectionsOf(study)) {
    const key = JSON.stringify([selection.path, selection.x, selection.y]);
    const data = opened.get(key) ?? (await openData(selection.path, selection));
    opened.set(key, data);
    all.push({ selection, data });
  }
  return all;
}

/** Numbers of all chosen samples together, as the model takes them. */
function numbersOf(opened: readonly Opened[], { input }: LoadedModel): number {
  return opened.reduce((sum, { selection, data }) => {
    const [available = 0, ...shape] = data.x.shape;
    const known = input.shape.filter((extent) => extent !== null);
    const size = sizeOf(known.length === input.shape.length ? known : shape);
    return sum + Math.min(selection.samples, available) * size;
  }, 0);
}

/** Whether an evaluator has no room for so many numbers in single precision beside the model. */
function isCrowded({ compute }: Study, { graph }: LoadedModel, numbers: number): boolean {
  return samplesMemory(numbers, false) > roomForSamples(weightsOf(graph), thisMachine(), compute.evaluators);
}

/** Models of other types than single precision take samples that are converted as a whole. */
function takesBytes({ input }: LoadedModel): boolean {
  return input.dtype === "float32";
}

/**
 * A selection of samples of a split that is open already, in single precision.
 * @throws ProblemError as `openSplits`.
 */
export async function selectSplit(study: Study, model: LoadedModel, samples: number): Promise<Samples> {
  const data = await openData(study.data.path, study.data);
  return (await splitOf(study, model, data, { ...study.data, samples }, false)).samples;
}

async function splitOf(
  study: Study,
  model: LoadedModel,
  data: LabelledData,
  selection: DataSelection,
  asBytes: boolean,
): Promise<Split> {
  const { input, output } = model;
  const name = path.basename(study.model.path);
  const { preprocess, loss } = study;
  const stay = asBytes && takesBytes(model);
  const samples = await prepareSamples(data, selection, preprocess, input.shape, input.classes, name, loss.name, stay);
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
