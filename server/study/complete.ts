import type { StudyDefaults } from "../protocol/requests";
import type {
  CheckpointSelection,
  ComputeSpec,
  CurvatureSpec,
  DataSelection,
  Directions,
  GridSpec,
  LossSpec,
  Preprocess,
  SharpnessSpec,
  Study,
} from "../protocol/study";
import { completeDirections } from "./directions";
import { merge, modelOf } from "./draft";
import type { CheckpointDraft, SplitDraft, StudyDraft } from "./draft";
import { splitOf } from "./propose";
import type { DataFacts } from "./propose";
import { checkStudy } from "./rules";

const selection: Omit<DataSelection, "path" | "split"> = { samples: 1000, sample: "stratified", seed: 0 };
const grid: GridSpec = { x: [-1, 1], y: [-1, 1], points: [51, 51] };
/** Lines have no second axis; between two models they reach beyond both. */
const linePoints = 401;
const beyondBoth: readonly [number, number] = [-0.5, 1.5];
/** Of a curvature map that is asked for and not described. */
export const curvatureDefaults: CurvatureSpec = {
  points: [11, 11],
  samples: 256,
  parameters: "kernels",
  traceProbes: 0,
  densityProbes: 0,
  tolerance: 1e-3,
};
const sharpness: SharpnessSpec = { epsilon: 1e-2, samples: 256 };
/** Evaluators choose the size of batches by measuring. */
const compute: ComputeSpec = { engine: "auto", evaluators: 0, batchSize: 0 };
const asIs: Preprocess = { scale: 1, mean: [], std: [] };

/**
 * Fills in what a draft leaves open: the study's own values first, then the user's settings, then what was inferred
 * from the model and the data, then the defaults of the method.
 *
 * @param draft its checkpoints are files, not patterns.
 * @param loss that of the training, for a draft that names none.
 * @throws ProblemError `study-invalid` when a value, wherever it came from, breaks a rule.
 */
export function completeStudy(draft: StudyDraft, data: DataFacts, defaults: StudyDefaults, loss?: LossSpec): Study {
  const { path: file, names } = data;
  const split = draft.data?.split ?? splitOf(names?.x, names?.y, file) ?? "data";
  const first: DataSelection = { ...selection, ...merge<DataSelection>(draft.data), ...names, path: file, split };
  const directions = completeDirections(draft.directions ?? {}, draft.model, draft.checkpoints?.files.length ?? 0);
  const study: Study = {
    model: modelOf(draft),
    data: first,
    ...(draft.splits?.length ? { splits: draft.splits.map((each) => furtherSplit(each, first)) } : {}),
    ...(draft.checkpoints ? { checkpoints: checkpointsOf(draft.checkpoints) } : {}),
    preprocess: { ...asIs, ...merge<Preprocess>(data.preprocess, draft.preprocess) },
    loss: { name: "crossEntropy", ...merge<LossSpec>(loss, draft.loss) },
    directions,
    ...(draft.batchNorm === undefined || draft.batchNorm === "keep" ? {} : { batchNorm: draft.batchNorm }),
    grid: completeGrid(draft, directions, defaults),
    ...(draft.curvature ? { curvature: { ...curvatureDefaults, ...merge<CurvatureSpec>(draft.curvature) } } : {}),
    ...(draft.sharpness ? { sharpness: { ...sharpness, ...merge<SharpnessSpec>(draft.sharpness) } } : {}),
    compute: { ...compute, ...merge<ComputeSpec>(defaults.compute, draft.compute) },
  };
  checkStudy(study);
  return study;
}

/** A split without a file of its own lies in that of the first one. */
function furtherSplit(draft: SplitDraft, first: DataSelection): DataSelection {
  const { samples, sample, seed, layout } = first;
  const own =
    draft.path === undefined
      ? { path: first.path, x: `x_${draft.split}`, y: `y_${draft.split}` }
      : { path: draft.path };
  const shared = { samples, sample, seed, ...(layout === undefined ? {} : { layout }) };
  return { ...shared, ...own, ...merge<DataSelection>(draft), split: draft.split };
}

function checkpointsOf({ files, every = 1, log, drops, rename }: CheckpointDraft): CheckpointSelection {
  return {
    files: files.filter((_, k) => k % every === 0 || k === files.length - 1),
    ...(log === undefined ? {} : { log }),
    ...(drops === undefined ? {} : { drops }),
    ...(rename === undefined ? {} : { rename }),
  };
}

/** Paths are fitted unless a range is given; lines have as many rows as there are directions. */
function completeGrid(draft: StudyDraft, directions: Directions, defaults: StudyDefaults): GridSpec {
  const { refine = 0, ...written } = merge<GridSpec>(draft.grid);
  const given: Partial<GridSpec> = refine > 0 ? { ...written, refine } : written;
  if (given.lines === true) {
    const isBetween = directions.kind === "to" || directions.kind === "between";
    const rows = directions.kind === "random" ? (directions.count ?? 1) : 1;
    return {
      ...given,
      x: given.x ?? (isBetween ? beyondBoth : (defaults.grid?.x ?? grid.x)),
      y: [0, 0],
      points: [given.points?.[0] ?? linePoints, rows],
    };
  }
  const isFree = given.x === undefined && given.y === undefined;
  const fit = draft.checkpoints?.files.length && isFree ? { fit: true } : {};
  return { ...grid, ...merge<GridSpec>(defaults.grid), ...fit, ...given };
}
