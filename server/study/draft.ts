import type { ComputeSpec, DataSelection, GridSpec, LossName, Preprocess, RandomDirections } from "../protocol/study";

/**
 * What is said so far of a study, by a file or by flags: paths absolute, values valid, anything left out undefined.
 * `completeStudy` fills the rest.
 */
export interface StudyDraft {
  /** Absolute path of the study file, when there is one. */
  readonly file?: string;
  /** Absolute path of the model. */
  readonly model: string;
  readonly data?: Partial<DataSelection>;
  readonly preprocess?: Partial<Preprocess>;
  readonly loss?: { readonly name: LossName };
  readonly directions?: Partial<RandomDirections>;
  readonly grid?: Partial<GridSpec>;
  readonly compute?: Partial<ComputeSpec>;
}

/** `draft` with the fields of `over` in place of its own, field by field. */
export function overrideDraft(draft: StudyDraft, over: Omit<StudyDraft, "model" | "file">): StudyDraft {
  return {
    ...draft,
    data: merge(draft.data, over.data),
    preprocess: merge(draft.preprocess, over.preprocess),
    loss: over.loss ?? draft.loss,
    directions: merge(draft.directions, over.directions),
    grid: merge(draft.grid, over.grid),
    compute: merge(draft.compute, over.compute),
  };
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
