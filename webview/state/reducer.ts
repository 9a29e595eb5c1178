import type { Point, RunSnapshot, SplitValues } from "../../server/protocol/result";
import type { HostMessage, SentEstimate } from "../protocol/messages";
import { emptyModel } from "./model";
import type { Interpolated, Measured, PanelModel, RunData } from "./model";
import { toNumber } from "./numbers";

/** Points that are told at once, or in two messages one after the other. */
export type PointsMessage = Extract<HostMessage, { readonly kind: "points" }>;

/** One message that says as much as `first` and then `next`, so that the values are copied once for both. */
export function joined(first: PointsMessage, next: PointsMessage): PointsMessage {
  const estimate = next.estimate ?? first.estimate;
  const furtherEstimates = next.furtherEstimates ?? first.furtherEstimates;
  return {
    ...next,
    points: [...first.points, ...next.points],
    ...(estimate ? { estimate } : {}),
    ...(furtherEstimates ? { furtherEstimates } : {}),
  };
}

/** The model after `message`; the old one is left as it was. */
export function reduce(model: PanelModel, message: HostMessage): PanelModel {
  switch (message.kind) {
    case "init": {
      const { source, title } = message;
      // A panel that follows the file in front is turned to another model: nothing is left of the one before.
      return model.source === source ? { ...model, title } : { ...emptyModel, source, title };
    }
    case "preparing": {
      const { message: text, canHurry } = message;
      return { ...model, phase: { kind: "preparing", message: text, ...(canHurry ? { canHurry } : {}) } };
    }
    case "first-run":
      return { ...model, phase: { kind: "first-run", study: message.study }, run: undefined };
    case "snapshot":
      return { ...model, phase: { kind: "run" }, run: fromSnapshot(message.snapshot), workerLost: false };
    case "points":
      if (!model.run) return model;
      return {
        ...model,
        phase: { kind: "run" },
        run: {
          ...model.run,
          progress: message.progress,
          measured: withPoints(model.run.measured, message.points),
          further: model.run.further.map((split, k) => withPoints(split, message.points, k)),
          interpolated: message.estimate ? fromEstimate(message.estimate) : model.run.interpolated,
          furtherInterpolated: message.furtherEstimates?.map(fromEstimate) ?? model.run.furtherInterpolated,
        },
      };
    case "extras": {
      const { extras, progress } = message;
      return model.run ? { ...model, phase: { kind: "run" }, run: { ...model.run, extras, progress } } : model;
    }
    case "status":
      if (!model.run) return message.problem ? failed(model, message.problem) : model;
      return {
        ...model,
        phase: { kind: "run" },
        run: { ...model.run, status: message.status, checks: message.checks, problem: message.problem },
      };
    case "problem":
      return failed(model, message.problem);
    case "offer-resume":
      return { ...model, phase: { kind: "offer-resume", earlier: message.earlier } };
    case "found":
      return { ...model, found: message.notices, plane: message.plane };
    case "choose-data":
    case "choose-model":
      return {
        ...model,
        phase: { kind: message.kind, candidates: message.candidates, reason: message.reason },
        run: undefined,
      };
    case "worker":
      return { ...model, workerLost: message.state === "lost" };
    case "trail":
      return { ...model, trail: message.entries, trailShown: message.shown };
    case "stale":
      return { ...model, stale: message.files, staleAt: message.at };
    case "following":
      return { ...model, locked: message.locked };
    case "compare":
      return { ...model, compared: message.journals };
    case "comparing":
      return { ...model, comparing: message.runs };
    case "checking":
      return { ...model, checking: { journal: message.journal, runs: message.runs } };
    case "runs-changed":
    case "answer":
      return model;
  }
}

/** Figures of a run that could not be shown must not stay in the header. */
function failed(model: PanelModel, problem: NonNullable<RunData["problem"]>): PanelModel {
  return { ...model, phase: { kind: "problem", problem }, run: undefined };
}

function fromSnapshot(snapshot: RunSnapshot): RunData {
  const size = snapshot.header.x.length * snapshot.header.y.length;
  const empty: Measured = {
    loss: new Float64Array(size),
    accuracy: new Float64Array(size),
    lossError: new Float64Array(size),
    known: new Uint8Array(size),
    count: 0,
  };
  return {
    header: snapshot.header,
    ...(snapshot.isProvisional ? { isProvisional: true } : {}),
    status: snapshot.status,
    progress: snapshot.progress,
    checks: snapshot.checks,
    problem: snapshot.problem,
    journal: snapshot.journal,
    measured: withPoints(empty, snapshot.points),
    further: (snapshot.header.splits ?? []).map((_, k) => withPoints(empty, snapshot.points, k)),
    interpolated: snapshot.estimate ? fromEstimate(snapshot.estimate) : undefined,
    furtherInterpolated: snapshot.furtherEstimates?.map(fromEstimate) ?? [],
    extras: snapshot.extras,
  };
}

function fromEstimate(estimate: SentEstimate): Interpolated {
  return {
    from: estimate.from,
    ...(estimate.preliminary ? { preliminary: estimate.preliminary } : {}),
    loss: numbersOf(estimate.loss),
    accuracy: numbersOf(estimate.accuracy),
  };
}

function numbersOf(values: SentEstimate["loss"]): Float64Array {
  if (values instanceof Float64Array) return values;
  const numbers = new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) numbers[index] = toNumber(values[index]!);
  return numbers;
}

/** @param split which further split is meant; the first one when absent. */
function withPoints(before: Measured, points: readonly Point[], split?: number): Measured {
  if (points.length === 0) return before;
  const loss = before.loss.slice();
  const accuracy = before.accuracy.slice();
  const lossError = before.lossError.slice();
  const known = before.known.slice();
  let count = before.count;
  for (const point of points) {
    const values: SplitValues | undefined = split === undefined ? point : point.further?.[split];
    if (!values || point.index < 0 || point.index >= known.length) continue;
    if (known[point.index] === 0) count += 1;
    known[point.index] = 1;
    loss[point.index] = toNumber(values.loss);
    accuracy[point.index] = toNumber(values.accuracy);
    lossError[point.index] = toNumber(values.lossError);
  }
  return { loss, accuracy, lossError, known, count };
}
