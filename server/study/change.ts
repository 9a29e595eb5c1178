import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { StudyChange } from "../protocol/requests";
import type {
  CheckpointSelection,
  DataSelection,
  Directions,
  GridSpec,
  RandomDirections,
  SplitChoice,
  Study,
} from "../protocol/study";
import { curvatureDefaults } from "./complete";
import { checkStudy } from "./rules";

/** The window around a centre whose plane has another unit than before: filter norms, as in Li et al. (2018). */
const aroundCentre: readonly [number, number] = [-1, 1];

/**
 * `study` with something different about it; what the change does not name stays. A range that is given takes the place of
 * one fitted to a path. Other weights as the centre take the checkpoints away, and directions through them become random
 * ones around the new centre, in a window of the same size where its unit is the same.
 *
 * @param study complete; where its range is fitted, `grid.x` and `grid.y` are the fitted ones.
 * @throws ProblemError `study-invalid` when the change breaks a rule, or names what the study does not have.
 */
export function changedStudy(study: Study, change: StudyChange): Study {
  const { curvature, sharpness, ...base } = withSplits(
    change.weights === undefined ? study : around(study, change.weights),
    change.splits,
  );
  const shape =
    change.curvature === undefined
      ? curvature
      : change.curvature && { ...curvatureDefaults, ...curvature, ...change.curvature };
  const box = change.sharpness === undefined ? sharpness : change.sharpness;
  const changed: Study = {
    ...base,
    data: withSamples(base.data, change.samples),
    ...(base.splits ? { splits: base.splits.map((split) => withSamples(split, change.samples)) } : {}),
    directions: changedDirections(base, change),
    grid: changedGrid(base, change.grid ?? {}),
    ...(shape ? { curvature: shape } : {}),
    ...(box ? { sharpness: box } : {}),
    compute: change.engine === undefined ? base.compute : { ...base.compute, engine: change.engine },
  };
  checkStudy(changed);
  return changed;
}

function withSamples(selection: DataSelection, samples: number | undefined): DataSelection {
  return samples === undefined ? selection : { ...selection, samples };
}

/** Splits that the study has keep all that it says of them; others take as many samples as the first one, in its way. */
function withSplits({ data, splits = [], ...rest }: Study, chosen: readonly SplitChoice[] | undefined): Study {
  if (chosen === undefined) return { ...rest, data, ...(splits.length > 0 ? { splits } : {}) };
  const { samples, sample, seed, layout } = data;
  const [first, ...further] = chosen.map(({ split, path: file, x, y }): DataSelection => {
    const known = [data, ...splits].find((each) => each.split === split && each.path === file);
    const names = { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) };
    return known ?? { path: file, ...names, split, samples, sample, seed, ...(layout === undefined ? {} : { layout }) };
  });
  if (!first) throw invalid(rest.model.path, "no split is left to be measured", "Choose at least one split.");
  return { ...rest, data: first, ...(further.length > 0 ? { splits: further } : {}) };
}

/** The study with other weights as its centre: what was said of the old centre's surroundings says nothing of the new. */
function around({ checkpoints, batchNorm, ...study }: Study, weights: string): Study {
  const { directions, grid, model } = study;
  const wasRandom = directions.kind === "random";
  const isOwn = weights === model.path;
  return {
    ...study,
    model: isOwn ? { path: model.path } : { path: model.path, weights, ...renameOf(checkpoints) },
    directions: wasRandom ? directions : randomLike(directions),
    // Between models only, statistics are interpolated.
    ...(batchNorm === "recompute" ? { batchNorm } : {}),
    grid: aroundOrigin(grid, wasRandom),
  };
}

function renameOf(checkpoints: CheckpointSelection | undefined): Pick<CheckpointSelection, "rename"> {
  return checkpoints?.rename?.length ? { rename: checkpoints.rename } : {};
}

function randomLike(directions: Directions): RandomDirections {
  const { seed, normalise } = directions.kind === "to" ? directions : { seed: 0, normalise: "filter" as const };
  const ignore = "ignore" in directions ? directions.ignore : "bias,norm";
  return { kind: "random", seed, normalise, ignore };
}

function aroundOrigin({ x, y, points, lines, refine }: GridSpec, keepsUnit: boolean): GridSpec {
  const centred = ([from, to]: readonly [number, number]): readonly [number, number] =>
    keepsUnit ? [-(to - from) / 2, (to - from) / 2] : aroundCentre;
  return {
    x: centred(x),
    y: lines === true ? y : centred(y),
    points,
    ...(lines === undefined ? {} : { lines }),
    ...(refine === undefined ? {} : { refine }),
  };
}

function changedDirections({ directions, grid, model }: Study, { seed, normalise }: StudyChange): Directions {
  if (seed === undefined && normalise === undefined) return directions;
  const drawn = directions.kind === "random" || (directions.kind === "to" && grid.lines !== true);
  if (!drawn) {
    const field = seed === undefined ? "normalise" : "seed";
    throw invalid(
      model.path,
      `"directions.${field}" is about random directions, but those of this run are ${kindInWords(directions)}`,
      `Leave "${field}" out, or choose random directions.`,
    );
  }
  return {
    ...directions,
    ...(seed === undefined ? {} : { seed }),
    ...(normalise === undefined ? {} : { normalise }),
  };
}

function kindInWords({ kind }: Directions): string {
  const words: Readonly<Record<Directions["kind"], string>> = {
    random: "random",
    to: "the line to a checkpoint",
    between: "those between two checkpoints",
    file: "read from a file",
    hessian: "eigenvectors of the Hessian",
    pca: "the principal directions of its checkpoints",
  };
  return words[kind];
}

function changedGrid({ grid, model }: Study, { x, y, points, refine }: NonNullable<StudyChange["grid"]>): GridSpec {
  const { fit, refine: before, ...kept } = grid;
  if (y !== undefined && grid.lines === true) {
    const message = '"grid.y" is the range of a second direction, but lines have one direction';
    throw invalid(model.path, message, 'Leave "grid.y" out.');
  }
  const isRanged = x !== undefined || y !== undefined;
  const tolerance = refine ?? before;
  return {
    ...kept,
    x: x ?? grid.x,
    y: y ?? grid.y,
    // The number of lines is that of the directions.
    points: points === undefined ? grid.points : grid.lines === true ? [points[0], grid.points[1]] : points,
    ...(fit === true && !isRanged ? { fit } : {}),
    ...(tolerance === undefined || tolerance === 0 ? {} : { refine: tolerance }),
  };
}

function invalid(model: string, clause: string, advice: string): ProblemError {
  return new ProblemError({
    reason: "study-invalid",
    title: "The study cannot be changed so",
    message: `In the study of ${path.basename(model)}, ${clause}.`,
    advice,
  });
}
