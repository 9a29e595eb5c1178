import { randomUUID } from "node:crypto";
import type { Planned, Prepared } from "../evaluator/messages";
import { coordinates } from "../landscape/grid";
import type { Check, DataSummary, RunHeader, SplitValues } from "../protocol/result";
import type { GridSpec, Study } from "../protocol/study";

/** What is known of a run before the model itself is measured. */
export interface Prospect extends Omit<RunHeader, "centre" | "splits" | "checks"> {
  readonly splits?: readonly { readonly data: DataSummary }[];
}

/** What a run that begins now is made from. */
export interface Beginning {
  readonly study: Study;
  readonly planned: Planned;
  readonly prepared: Prepared;
  /** How many share the points. */
  readonly evaluators: number;
}

/** A run that begins now. */
export function prospectOf({ study, planned, prepared, evaluators }: Beginning): Prospect {
  const { model, data, engine, fingerprints, splits } = prepared;
  const { grid, directions, trajectory } = planned;
  return {
    id: randomUUID(),
    study: { ...study, grid },
    fingerprints,
    model,
    data,
    engine,
    evaluators,
    ...(splits.length > 0 ? { splits: splits.map((of) => ({ data: of })) } : {}),
    directions,
    ...(trajectory ? { trajectory } : {}),
    ...axesOf(grid),
    started: new Date().toISOString(),
  };
}

/** Coordinates of the columns and rows of a grid. */
export function axesOf({ x, y, points, lines }: GridSpec): Pick<RunHeader, "x" | "y"> {
  const [columns, rows] = points;
  return {
    x: coordinates(x, columns),
    // The rows of lines are numbers of directions.
    y: lines === true ? Array.from({ length: rows }, (_, k) => k) : coordinates(y, rows),
  };
}

/**
 * The header of a run.
 * @param centre values of the model itself, of every split.
 * @param checks of its beginning.
 */
export function headerOf(
  { id, study, fingerprints, model, data, engine, evaluators, splits, directions, ...rest }: Prospect,
  centre: readonly SplitValues[],
  checks: readonly Check[],
): RunHeader {
  const { trajectory, x, y, started } = rest;
  return {
    id,
    study,
    fingerprints,
    model,
    data,
    engine,
    evaluators,
    centre: centre[0]!,
    ...(splits ? { splits: splits.map((split, k) => ({ data: split.data, centre: centre[k + 1]! })) } : {}),
    directions,
    ...(trajectory ? { trajectory } : {}),
    x,
    y,
    checks,
    started,
  };
}

/** Values of the model itself, of every split of a run. */
export function centresOf({ centre, splits = [] }: RunHeader): readonly SplitValues[] {
  return [centre, ...splits.map((split) => split.centre)];
}

/** The header with the paths that its files have now: a folder may have been moved since the run began. */
export function relocated(header: RunHeader, study: Study, fingerprints: Readonly<Record<string, string>>): RunHeader {
  const { grid, compute, data } = header.study;
  const files = study.checkpoints?.files ?? [];
  return {
    ...header,
    study: { ...study, grid, compute, data: { ...data, path: study.data.path } },
    model: { ...header.model, path: study.model.path },
    data: { ...header.data, path: study.data.path },
    ...(header.splits ? { splits: header.splits.map((split, k) => splitAt(split, study.splits?.[k]?.path)) } : {}),
    ...(header.trajectory
      ? {
          trajectory: {
            ...header.trajectory,
            checkpoints: header.trajectory.checkpoints.map((each, k) => ({ ...each, path: files[k] ?? each.path })),
          },
        }
      : {}),
    fingerprints,
  };
}

type HeaderSplit = NonNullable<RunHeader["splits"]>[number];

function splitAt(split: HeaderSplit, path: string | undefined): HeaderSplit {
  return path === undefined ? split : { ...split, data: { ...split.data, path } };
}

/** `study` computed as the run began, so that its remaining points come to the same numbers. */
export function continued(study: Study, header: RunHeader): Study {
  const { batchSize } = header.study.compute;
  const { name: engine, execution = { provider: "cpu", way: "baked", batchSize, threads: 1 } } = header.engine;
  return { ...study, compute: { ...study.compute, engine, batchSize, execution } };
}
