import type { PointSums } from "../evaluator/messages";
import type { PoolReport } from "../evaluator/pool";
import { exactTolerance, finiteCheck, offPlaneCheck, pathLossCheck, samplingCheck } from "../landscape/checks";
import {
  awayConvexityCheck,
  centreConvexityCheck,
  convexityCheck,
  finiteCurvatureCheck,
  residualCheck,
  symmetryCheck,
} from "../landscape/curvature/checks";
import { meanOf } from "../landscape/loss";
import { lowestCheck } from "../landscape/lowestCheck";
import { refinementCheck } from "../landscape/refineCheck";
import { fromJsonNumber, toJsonNumber } from "../protocol/numbers";
import type { Problem } from "../protocol/problem";
import type { Check, CurvaturePoint, EngineInfo, Point, RunExtras, RunHeader } from "../protocol/result";
import type { Study } from "../protocol/study";
import { curvatureAxes } from "./extras";
import { queueChecks } from "./remote";
import type { RunState } from "./state";

/** What the evaluators of this session have come to. */
export interface Told {
  readonly engine: EngineInfo;
  /** The model with its own weights, measured before any point. */
  readonly centre: PointSums;
}

/** What the last checks of a run are made from. */
export interface Ending extends Told {
  /** Of the run, which may have begun in an earlier session. */
  readonly state: RunState;
  /** The model with its own weights, evaluated once more after everything else. */
  readonly again: PointSums;
  readonly pool: PoolReport;
}

/** The checks that need everything that was measured. */
export function finalChecks({ state, engine, centre, again, pool }: Ending): readonly Check[] {
  const { header, surface, extras } = state;
  const refinement = surface.refinementFacts;
  return [
    restoredCheck(again, centre),
    finiteCheck(surface.points),
    ...lowest(header, surface.points),
    samplingCheck(surface.points, header.data.samples),
    ...(refinement ? [refinementCheck(refinement)] : []),
    ...extraChecks(header, extras.values),
    ...evaluatorsCheck(header.evaluators, pool),
    ...(pool.remote ? queueChecks(pool.remote) : []),
    ...continuedCheck(header, engine, centre),
  ];
}

/** Whether the model, after all points, still gives its own loss to the last bit. */
export function restoredCheck(again: PointSums, own: PointSums): Check {
  const after = meanOf(again).loss;
  const before = meanOf(own).loss;
  const base = { name: "restored", value: toJsonNumber(after), expected: toJsonNumber(before) };
  if (Object.is(again.lossSum, own.lossSum) && Object.is(again.correct, own.correct)) {
    return { ...base, level: "ok", message: "After the last point the weights were restored to the last bit." };
  }
  const difference = Math.abs(after - before) / Math.abs(before);
  const message = `After the last point the model's own loss came out as ${String(after)} instead of ${String(before)}`;
  return difference <= exactTolerance
    ? { ...base, level: "warning", message: `${message}: this engine does not repeat its numbers to the last bit.` }
    : { ...base, level: "error", message: `${message}, so the points in between cannot be trusted.` };
}

/** Checks of the path and of the curvature, as far as the run has them. */
function extraChecks({ study, trajectory }: RunHeader, values: RunExtras | undefined): readonly Check[] {
  const { curvature = [], checkpoints = [] } = values ?? {};
  return [
    ...(trajectory ? [offPlaneCheck(trajectory)] : []),
    ...(trajectory && checkpoints.length > 0
      ? [
          pathLossCheck(
            checkpoints,
            trajectory.checkpoints.map(({ name }) => name),
          ),
        ]
      : []),
    ...(study.curvature && curvature.length > 0
      ? [
          residualCheck(curvature, study.curvature.tolerance),
          symmetryCheck(curvature),
          finiteCurvatureCheck(curvature),
          convexityCheck(curvature),
          ...nearConvexChecks(study, curvature),
        ]
      : []),
  ];
}

/** Where other models lie in the plane it is no surprise that one of them has the lower loss. */
function lowest({ study, centre, x, y }: RunHeader, points: readonly Point[]): readonly Check[] {
  const { kind } = study.directions;
  if (kind === "to" || kind === "between") return [];
  const check = lowestCheck(points, fromJsonNumber(centre.loss), { x, y });
  return check ? [check] : [];
}

/** Convexity at the model itself and away from it, as far as the map has either. */
function nearConvexChecks(study: Study, curvature: readonly CurvaturePoint[]): readonly Check[] {
  const { x, y } = curvatureAxes(study);
  const placed = curvature.map((point) => ({
    point,
    alpha: x[point.index % x.length]!,
    beta: y[Math.floor(point.index / x.length)]!,
  }));
  const isCentre = ({ alpha, beta }: { alpha: number; beta: number }): boolean => alpha === 0 && beta === 0;
  const centre = placed.find(isCentre);
  const checks = [
    centre && centreConvexityCheck(centre.point),
    awayConvexityCheck(placed.filter((each) => !isCentre(each))),
  ];
  return checks.filter((check) => check !== undefined);
}

/** Whether all evaluators measured the same; only said where there was more than one, or one was lost. */
function evaluatorsCheck(expected: number, { retired, lost, disagreement, remote }: PoolReport): readonly Check[] {
  const joined = remote?.joined ?? 0;
  if (expected === 1 && joined === 0 && lost === 0) return [];
  const base = { name: "evaluators", value: toJsonNumber(disagreement), expected: 0 };
  if (disagreement > 0) {
    const level = disagreement <= exactTolerance ? "warning" : "error";
    const message = `The evaluators differ in the loss at the centre by ${disagreement.toExponential(1)} of it.`;
    return [{ ...base, level, message }];
  }
  const agreed = "All evaluators gave the same loss of the first batch at the centre, to the last bit";
  if (retired > 0) {
    const message = `${agreed}, but ${String(retired)} of them could not be kept alive, most often for lack of memory.`;
    return [{ ...base, level: "warning", message }];
  }
  const replaced = lost > 0 ? `; ${String(lost)} that stopped ${lost === 1 ? "was" : "were"} replaced` : "";
  return [{ ...base, level: "ok", message: `${agreed}${replaced}.` }];
}

/** Whether the sessions of a resumed run fit together; nothing is said when they do to the last bit. */
function continuedCheck(header: RunHeader, engine: EngineInfo, centre: PointSums): readonly Check[] {
  const before = fromJsonNumber(header.centre.loss);
  const after = meanOf(centre).loss;
  if (Object.is(before, after)) return [];
  const difference = Math.abs(after - before) / Math.abs(before);
  const engines = [header.engine, engine].map(({ label, version }) => `${label} ${version}`);
  const message =
    `The run was resumed with ${engines[1]!} after ${engines[0]!}, ` +
    `and the loss at the centre is now ${String(after)} instead of ${String(before)}.`;
  const level = difference <= exactTolerance ? "warning" : "error";
  return [{ name: "continued", level, value: toJsonNumber(after), expected: toJsonNumber(before), message }];
}

/** Tells that an earlier journal could not be used, and where it is kept; the value counts such journals. */
export function journalCheck(problem: Problem, aside: string): Check {
  const message = `${problem.message.replace(/\.$/, "")}; it is kept as "${aside}", and the run began again.`;
  return { name: "journal", level: "warning", value: 1, expected: 0, message };
}
