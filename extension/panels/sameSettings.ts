import type { DataSelection, Directions, Study } from "../../server/protocol/study";

/**
 * The study of a model under the settings of another one: ranges, points, directions, samples and split, curvature and
 * sharpness. Model, data, preprocessing and loss stay its own, and so do directions that are made from its own files.
 */
export function sameSettings(own: Study, first: Study): Study {
  const { model, preprocess, loss } = own;
  const all = [own.data, ...(own.splits ?? [])];
  const alike = (like: DataSelection): DataSelection | undefined => {
    const found = all.find(({ split }) => split === like.split);
    const { samples, sample, seed } = like;
    return found && { ...found, samples, sample, seed };
  };
  const { samples, sample, seed } = first.data;
  const splits = (first.splits ?? []).flatMap((like) => alike(like) ?? []);
  const { fit, ...grid } = first.grid;
  const directions = directionsLike(own, first.directions);
  const checkpoints = first.checkpoints ? own.checkpoints : undefined;
  return {
    model,
    data: alike(first.data) ?? { ...own.data, samples, sample, seed },
    ...(splits.length > 0 ? { splits } : {}),
    ...(checkpoints ? { checkpoints } : {}),
    preprocess,
    loss,
    directions,
    ...(first.batchNorm ? { batchNorm: first.batchNorm } : {}),
    grid: { ...grid, ...(fit === true && checkpoints ? { fit } : {}) },
    ...(first.curvature ? { curvature: first.curvature } : {}),
    ...(first.sharpness ? { sharpness: first.sharpness } : {}),
    compute: { ...own.compute, engine: first.compute.engine },
  };
}

function directionsLike(own: Study, first: Directions): Directions {
  switch (first.kind) {
    case "random":
    case "hessian":
      return first;
    case "pca":
      return own.checkpoints ? first : own.directions;
    // These name files of the other model.
    case "to":
    case "between":
    case "file":
      return own.directions;
  }
}
