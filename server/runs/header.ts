import { randomUUID } from "node:crypto";
import type { Prepared } from "../evaluator/messages";
import { coordinates } from "../landscape/grid";
import { meanOf } from "../landscape/loss";
import { toJsonNumber } from "../protocol/numbers";
import type { Check, RunHeader } from "../protocol/result";
import type { Study } from "../protocol/study";

/**
 * The header of a run that begins now.
 * @param evaluators how many share the points.
 * @param notices checks that have to do with this run's beginning, beside the evaluator's own.
 */
export function headerOf(study: Study, prepared: Prepared, evaluators: number, notices: readonly Check[]): RunHeader {
  const { model, data, engine, fingerprints, directions, centre, checks } = prepared;
  const { loss, accuracy, lossError } = meanOf(centre);
  return {
    id: randomUUID(),
    study,
    fingerprints,
    model,
    data,
    engine,
    evaluators,
    centre: { loss: toJsonNumber(loss), accuracy, lossError: toJsonNumber(lossError) },
    directions,
    x: coordinates(study.grid.x, study.grid.points[0]),
    y: coordinates(study.grid.y, study.grid.points[1]),
    checks: [...checks, ...notices],
    started: new Date().toISOString(),
  };
}

/** The header with the paths that its files have now: a folder may have been moved since the run began. */
export function relocated(header: RunHeader, study: Study, fingerprints: Readonly<Record<string, string>>): RunHeader {
  return {
    ...header,
    study: { ...header.study, model: study.model, data: { ...header.study.data, path: study.data.path } },
    model: { ...header.model, path: study.model.path },
    data: { ...header.data, path: study.data.path },
    fingerprints,
  };
}

/** `study` computed as the run began, so that its remaining points come to the same numbers. */
export function continued(study: Study, header: RunHeader): Study {
  const { batchSize } = header.study.compute;
  return { ...study, compute: { ...study.compute, engine: header.engine.name, batchSize } };
}
