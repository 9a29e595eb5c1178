import type {
  BatchNormMode,
  ComputeSpec,
  CurvatureSpec,
  DataSelection,
  Directions,
  GridSpec,
  Ignore,
  LossSpec,
  Normalisation,
  ModelSelection,
  Preprocess,
  Rename,
  SharpnessSpec,
} from "../protocol/study";

/**
 * What is said so far of a study, by a file or by flags: paths absolute, values valid, anything left out undefined.
 * `completeStudy` fills the rest.
 */
export interface StudyDraft {
  /** Absolute path of the study file, when there is one. */
  readonly file?: string;
  /** Absolute path of the model. */
  readonly model: string;
  /** Absolute path of a file of weights that take the place of the model's own. */
  readonly weights?: string;
  /** How the tensors of `weights` are called in the model. */
  readonly rename?: Rename;
  /** The split that is drawn first. */
  readonly data?: Partial<DataSelection>;
  readonly splits?: readonly SplitDraft[];
  readonly checkpoints?: CheckpointDraft;
  readonly preprocess?: Partial<Preprocess>;
  readonly loss?: Partial<LossSpec>;
  readonly directions?: DirectionsDraft;
  readonly batchNorm?: BatchNormMode;
  readonly grid?: Partial<GridSpec>;
  readonly curvature?: Partial<CurvatureSpec>;
  readonly sharpness?: Partial<SharpnessSpec>;
  readonly compute?: Partial<ComputeSpec>;
}

/** A further split. Without a path it is in the file of the first split, as `x_NAME` and `y_NAME`. */
export type SplitDraft = Partial<DataSelection> & { readonly split: string };

export interface CheckpointDraft {
  /** Absolute paths, which may have wildcards until they are looked up; none for those beside the model. */
  readonly files: readonly string[];
  /** Takes every n-th file only. */
  readonly every?: number;
  readonly log?: string;
  readonly drops?: readonly number[];
  /** What orders all the files, in place of the order of the list and what names tell. */
  readonly order?: "name" | "time";
  readonly rename?: Rename;
}

/** The fields of all kinds of directions. */
export interface DirectionsDraft {
  readonly kind?: Directions["kind"];
  readonly seed?: number;
  readonly normalise?: Normalisation;
  readonly ignore?: Ignore;
  readonly count?: number;
  readonly checkpoint?: string;
  readonly checkpoints?: readonly [string, string];
  readonly path?: string;
  readonly second?: "smallest" | "second-largest";
  readonly samples?: number;
  readonly centred?: boolean;
  readonly finalRow?: boolean;
}

/** The model that a draft is about, with the weights in place of its own. */
export function modelOf({ model, weights, rename }: StudyDraft): ModelSelection {
  if (weights === undefined) return { path: model };
  return { path: model, weights, ...(rename?.length ? { rename } : {}) };
}

const centreAlone: Partial<CurvatureSpec> = { points: [1, 1] };

/**
 * `draft` with the fields of `over` in place of its own, field by field; lists are replaced whole. Where only `over` asks
 * for curvature, it is that of the centre unless it says more.
 */
export function overrideDraft(draft: StudyDraft, over: Omit<StudyDraft, "model" | "file">): StudyDraft {
  return {
    ...draft,
    weights: over.weights ?? draft.weights,
    data: merge(draft.data, over.data),
    splits: over.splits ?? draft.splits,
    checkpoints: over.checkpoints ? { ...renameOf(draft), ...over.checkpoints } : draft.checkpoints,
    preprocess: merge(draft.preprocess, over.preprocess),
    loss: merge(draft.loss, over.loss),
    directions: merge(draft.directions, over.directions),
    batchNorm: over.batchNorm ?? draft.batchNorm,
    grid: merge(draft.grid, over.grid),
    curvature: over.curvature ? merge(draft.curvature ?? centreAlone, over.curvature) : draft.curvature,
    sharpness: over.sharpness ? merge(draft.sharpness, over.sharpness) : draft.sharpness,
    compute: merge(draft.compute, over.compute),
  };
}

/** Other checkpoints of the same model are called as the first ones. */
function renameOf({ checkpoints }: StudyDraft): Pick<CheckpointDraft, "rename"> {
  return checkpoints?.rename === undefined ? {} : { rename: checkpoints.rename };
}

/** Later objects win, but a field that is undefined never hides one that is given. */
export function merge<T extends object>(...parts: readonly (Partial<T> | undefined)[]): Partial<T> {
  const merged: Partial<T> = {};
  for (const part of parts) {
    for (const [key, value] of Object.entries(part ?? {})) {
      if (value !== undefined) Object.assign(merged, { [key]: value });
    }
  }
  return merged;
}
