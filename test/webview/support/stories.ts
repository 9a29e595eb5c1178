import type { RunSnapshot } from "../../../server/protocol/result";
import type { HostMessage, ViewOption, ViewState } from "../../../webview/protocol/messages";
import type { Answers } from "./answers";
import { codeProblem, dataProblem, engineProblem, fileProblem, lostProblem } from "./problems";
import { foreseeAnswers, stale, trail } from "./changed";
import { comparedSnapshot, finerSummary, journalOf, summaryIn } from "./compare";
import { betweenSnapshot, otherSnapshot, runAnswers } from "./lines";
import {
  curvatureDoneSnapshot,
  curvatureSnapshot,
  distrustedSnapshot,
  linesSnapshot,
  pairSnapshot,
  pathSnapshot,
} from "./method";
import { failedCheck, passedChecks, pointsOf, snapshotOf, studyOf } from "./runs";
import { splitSnapshot } from "./splits";
import type { Surface } from "./surface";
import { trackSnapshot } from "./trajectory";
import { trainedSnapshot, weightAnswers } from "./weights";

/** One state of the panel: what the host says, and how it is looked at. */
export interface Story {
  readonly messages: readonly HostMessage[];
  readonly view?: Partial<ViewState>;
  /** What the host answers to questions; questions that are not here stay open. */
  readonly answers?: Answers;
}

const file = "/home/anna/experiments/fashion";
const opened = (title: string): HostMessage => ({ kind: "init", source: `file://${file}/${title}`, title });
const init = opened("fashion-resnet8.onnx");

const foundNotices = [
  "Data found beside the model: test.npz.",
  "Samples are bytes: they are multiplied by 0.00392156862745098, which the study may override.",
  "Loss from the training configuration: SparseCategoricalCrossentropy(from_logits=True).",
];

/** A surface with a corner where the model overflows and one point below the trained weights. */
function rough(surface: Surface): Surface {
  const columns = surface.x.length;
  const loss = surface.loss.map((value, index) => {
    const column = index % columns;
    const row = Math.floor(index / columns);
    if (column > 0.86 * columns && row > 0.9 * columns) return NaN;
    return row === Math.floor(columns * 0.46) && column === Math.floor(columns * 0.55) ? 0.3912 : value;
  });
  return { ...surface, loss };
}

/** A comparison of so many runs, the shown one included. */
export function comparison(
  surface: Surface,
  count: number,
  change: (snapshot: RunSnapshot, index: number) => RunSnapshot = (snapshot) => snapshot,
  options: Readonly<Record<string, ViewOption>> = {},
): Story {
  const snapshots = Array.from({ length: count }, (_, index) => change(comparedSnapshot(surface, index), index));
  const runs = snapshots.slice(1).map((_, index) => journalOf(index + 1));
  return {
    messages: [opened("resnet20.onnx"), { kind: "snapshot", snapshot: snapshots[0]! }],
    view: { shown: "compare", options: { compare: { runs, ...options } } },
    answers: {
      run: ({ journal }) => snapshots.find((snapshot) => snapshot.journal === journal)!,
      runs: () => [0, 1, 2, 3, 4, 5].map((index) => summaryIn(comparedSnapshot(surface, index))),
    },
  };
}

/** Every state that the panel knows, told with the numbers of a surface. */
export function storiesOf(surface: Surface) {
  const total = surface.loss.length;
  const snapshot = (...options: Parameters<typeof snapshotOf> extends [Surface, ...infer Rest] ? Rest : never) =>
    ({ kind: "snapshot", snapshot: snapshotOf(surface, ...options) }) satisfies HostMessage;
  const done = snapshot({ status: "done" });
  const splits: HostMessage = { kind: "snapshot", snapshot: splitSnapshot(surface, { status: "done" }) };
  return {
    waiting: { messages: [init] },
    preparing: { messages: [init, { kind: "preparing", message: "Reading fashion-resnet8.onnx" }] },
    "first-points": { messages: [init, snapshot({ status: "running", measured: 5 })] },
    coarse: { messages: [init, snapshot({ status: "running", measured: 9 })] },
    running: { messages: [init, snapshot({ status: "running", measured: Math.round(total * 0.67) })] },
    paused: { messages: [init, snapshot({ status: "paused", measured: Math.round(total * 0.44) })] },
    nested: { messages: [init, snapshot({ status: "cancelled", measured: nestedCount(surface) })] },
    cancelled: { messages: [init, snapshot({ status: "cancelled", measured: Math.round(total * 0.44) })] },
    done: { messages: [init, done] },
    changed: { messages: [init, trail, done, stale], answers: foreseeAnswers(studyOf(surface)) },
    "first-run": {
      messages: [init, { kind: "first-run", study: studyOf(surface) }],
      answers: foreseeAnswers(studyOf(surface)),
    },
    queued: {
      messages: [
        init,
        { kind: "preparing", message: "Waiting for 2 other runs: resnet20.onnx, vgg9.onnx", canHurry: true },
      ],
    },
    table: {
      messages: [init, snapshot({ status: "cancelled", measured: Math.round(total * 0.44) })],
      view: { table: true },
    },
    accuracy: { messages: [init, done], view: { metric: "accuracy" } },
    linear: { messages: [init, done], view: { scale: "linear" } },
    points: {
      messages: [init, snapshot({ status: "cancelled", measured: nestedCount(surface) })],
      view: { measuredPoints: true },
    },
    "not-finite": {
      messages: [init, { kind: "snapshot", snapshot: snapshotOf(rough(surface), { status: "done" }) }],
    },
    "check-error": {
      messages: [init, snapshot({ status: "done", checks: [failedCheck, ...passedChecks.slice(1)] })],
    },
    "worker-lost": {
      messages: [
        init,
        snapshot({ status: "running", measured: Math.round(total * 0.3) }),
        { kind: "worker", state: "lost" },
      ],
    },
    "failed-late": {
      messages: [
        init,
        snapshot({ status: "running", measured: Math.round(total * 0.3) }),
        { kind: "status", status: "failed", checks: [], problem: lostProblem },
      ],
    },
    problem: { messages: [init, { kind: "problem", problem: dataProblem }] },
    "file-problem": { messages: [init, { kind: "problem", problem: fileProblem }] },
    "engine-problem": { messages: [init, { kind: "problem", problem: engineProblem }] },
    "offer-resume": {
      messages: [
        init,
        {
          kind: "offer-resume",
          earlier: { journal: `${file}/.loss-landscape/fashion-resnet8.jsonl`, measured: 1742, total: 2601 },
        },
      ],
    },
    "choose-data": {
      messages: [
        init,
        {
          kind: "choose-data",
          candidates: [`${file}/test.npz`, `${file}/train.npz`],
          reason: "Two files beside fashion-resnet8.onnx fit its input of 1 × 28 × 28.",
        },
      ],
    },
    "choose-model": {
      messages: [
        opened("epoch_07.weights.h5"),
        {
          kind: "choose-model",
          candidates: [`${file}/fashion-resnet8.keras`, `${file}/fashion-resnet8-wide.keras`],
          reason:
            "epoch_07.weights.h5 holds weights without their architecture, and 2 models fit them: " +
            "../fashion-resnet8.keras, ../fashion-resnet8-wide.keras.",
        },
      ],
    },
    "choose-model-none": {
      messages: [
        opened("epoch_07.pt"),
        {
          kind: "choose-model",
          candidates: [],
          reason:
            "epoch_07.pt holds weights without their architecture, and there is no model beside it or up to two folders above.",
        },
      ],
    },
    "snippet-problem": { messages: [init, { kind: "problem", problem: codeProblem }] },
    found: { messages: [init, { kind: "found", notices: foundNotices, plane: "path" }, done] },
    splits: { messages: [init, splits], view: { split: 1 } },
    difference: { messages: [init, splits], view: { split: "difference" } },
    "accuracy-difference": { messages: [init, splits], view: { split: "difference", metric: "accuracy" } },
    "splits-running": {
      messages: [
        init,
        {
          kind: "snapshot",
          snapshot: splitSnapshot(surface, { status: "running", measured: Math.round(total * 0.67) }),
        },
      ],
      view: { split: 1 },
    },
    paper: { messages: [init, done], view: { scale: "paper" } },
    "lines-only": { messages: [init, done], view: { fill: "lines" } },
    clipped: { messages: [init, done], view: { clip: 20 } },
    path: { messages: [init, { kind: "snapshot", snapshot: pathSnapshot(surface) }] },
    trajectory: {
      messages: [init, { kind: "snapshot", snapshot: trackSnapshot(surface) }],
      view: { shown: "trajectory" },
    },
    "trajectory-grown": {
      messages: [
        init,
        { kind: "found", notices: [], plane: "path" },
        { kind: "snapshot", snapshot: trackSnapshot(surface, { later: 2 }) },
      ],
      view: { shown: "trajectory" },
    },
    "trajectory-chance": {
      messages: [
        init,
        {
          kind: "snapshot",
          snapshot: trackSnapshot(surface, { measured: 3, facts: { explainedVariance: [0.63, 0.16] } }),
        },
      ],
      view: { shown: "trajectory" },
    },
    "trajectory-table": {
      messages: [init, { kind: "snapshot", snapshot: trackSnapshot(surface) }],
      view: { shown: "trajectory", table: true },
    },
    "trajectory-none": { messages: [init, done], view: { shown: "trajectory" } },
    "trajectory-found": {
      messages: [init, { kind: "found", notices: [], plane: "random" }, done],
      view: { shown: "trajectory" },
    },
    surface: { messages: [init, done], view: { shown: "surface" } },
    "surface-path": {
      messages: [init, { kind: "snapshot", snapshot: pathSnapshot(surface) }],
      view: { shown: "surface" },
    },
    "surface-not-finite": {
      messages: [init, { kind: "snapshot", snapshot: snapshotOf(rough(surface), { status: "done" }) }],
      view: { shown: "surface" },
    },
    "surface-first-points": {
      messages: [init, snapshot({ status: "running", measured: 5 })],
      view: { shown: "surface" },
    },
    "surface-accuracy": { messages: [init, done], view: { shown: "surface", metric: "accuracy" } },
    "surface-linear": { messages: [init, done], view: { shown: "surface", scale: "linear" } },
    "surface-webgl": {
      messages: [init, done],
      view: { shown: "surface", options: { surface: { renderer: "webgl" } } },
    },
    lines: { messages: [init, { kind: "snapshot", snapshot: linesSnapshot() }] },
    "lines-between": { messages: [init, { kind: "snapshot", snapshot: betweenSnapshot() }] },
    cuts: { messages: [init, done], view: { shown: "lines" } },
    "cuts-nested": {
      messages: [init, snapshot({ status: "cancelled", measured: nestedCount(surface) })],
      view: { shown: "lines", options: { lines: { beta: surface.y[Math.floor(surface.y.length * 0.7)]! } } },
    },
    "lines-table": { messages: [init, done], view: { shown: "lines", table: true } },
    "lines-overlay": {
      messages: [init, done],
      view: { shown: "lines", options: { lines: { runs: [otherSnapshot(surface).journal] } } },
      answers: runAnswers([otherSnapshot(surface), snapshotOf(surface, { status: "done" })]),
    },
    curvature: {
      messages: [init, { kind: "snapshot", snapshot: curvatureSnapshot(surface) }],
      view: { shown: "curvature" },
    },
    "curvature-done": {
      messages: [init, { kind: "snapshot", snapshot: curvatureDoneSnapshot(surface) }],
      view: { shown: "curvature" },
    },
    "curvature-signed": {
      messages: [init, { kind: "snapshot", snapshot: curvatureDoneSnapshot(surface) }],
      view: { shown: "curvature", options: { curvature: { quantity: "min", contours: true } } },
    },
    "curvature-table": {
      messages: [init, { kind: "snapshot", snapshot: curvatureDoneSnapshot(surface) }],
      view: { shown: "curvature", table: true },
    },
    trust: { messages: [init, done], view: { shown: "trust" } },
    "trust-running": {
      messages: [init, snapshot({ status: "running", measured: 9 })],
      view: { shown: "trust" },
    },
    "trust-pair": {
      messages: [init, done],
      view: { shown: "trust" },
      answers: {
        ...runAnswers([pairSnapshot(surface)]),
        foresee: () => ({
          kind: "ready",
          study: done.snapshot.header.study,
          fingerprints: {},
          evaluations: 2601,
          products: 900,
          seconds: 95,
          command: "",
        }),
      },
    },
    "contour-finer": {
      messages: [init, done],
      answers: {
        runs: () => [finerSummary(done.snapshot)],
      },
    },
    "trust-checks": {
      messages: [init, done],
      view: { shown: "trust" },
      answers: { ...foreseeAnswers(studyOf(surface)), runs: () => [] },
    },
    "trust-checking": {
      messages: [
        init,
        done,
        {
          kind: "checking",
          journal: snapshotOf(surface, { status: "done" }).journal,
          runs: [
            { checks: ["centre-convexity", "away-convexity"], state: "running", message: "", measured: 7, total: 50 },
            { checks: ["second-pair"], state: "waiting", message: "" },
          ],
        },
      ],
      view: { shown: "trust" },
    },
    "trust-path": {
      messages: [init, { kind: "snapshot", snapshot: distrustedSnapshot(surface) }],
      view: { shown: "trust" },
    },
    "trust-error": {
      messages: [init, snapshot({ status: "done", checks: [failedCheck, ...passedChecks.slice(1)] })],
      view: { shown: "trust" },
    },
    "curvature-empty": { messages: [init, done], view: { shown: "curvature" } },
    compare: comparison(surface, 3),
    "compare-2": comparison(surface, 2),
    "compare-difference": comparison(surface, 2, undefined, { difference: true }),
    "compare-4": comparison(surface, 4),
    "compare-6": comparison(surface, 6),
    "compare-own": comparison(surface, 3, undefined, { sameScale: false }),
    "compare-surfaces": comparison(surface, 3, undefined, { surfaces: true }),
    "compare-refused": comparison(surface, 3, unlike),
    "compare-empty": comparison(surface, 1),
    weights: {
      messages: [init, { kind: "snapshot", snapshot: trainedSnapshot(surface) }],
      view: { shown: "weights" },
      answers: weightAnswers,
    },
    "weights-filters": {
      messages: [init, { kind: "snapshot", snapshot: trainedSnapshot(surface) }],
      view: { shown: "weights", options: { weights: { mode: "filters" } } },
      answers: weightAnswers,
    },
    "weights-table": {
      messages: [init, done],
      view: { shown: "weights", table: true, options: { weights: { layers: "all" } } },
      answers: weightAnswers,
    },
    "weights-problem": {
      messages: [init, done],
      view: { shown: "weights", options: { weights: { files: ["/other/model.pt"] } } },
      answers: { weights: () => ({ problem: fileProblem }) },
    },
    stream: {
      messages: [
        init,
        snapshot({ status: "running", measured: 9 }),
        {
          kind: "points",
          points: pointsOf(surface, [1, 2, 3]),
          progress: { measured: 12, total, level: [5, 5] },
        },
      ],
    },
  } satisfies Record<string, Story>;
}

export type StoryName = keyof ReturnType<typeof storiesOf>;

/** A second run of another loss, a third one of other samples, directions and range. */
function unlike(snapshot: RunSnapshot, index: number): RunSnapshot {
  const { header } = snapshot;
  const { study } = header;
  if (index === 1) {
    return { ...snapshot, header: { ...header, study: { ...study, loss: { name: "meanSquaredError" } } } };
  }
  if (index !== 2) return snapshot;
  return {
    ...snapshot,
    header: {
      ...header,
      study: { ...study, directions: { kind: "random", seed: 7, normalise: "none", ignore: "bias,norm" } },
      data: { ...header.data, samples: 250 },
      x: header.x.map((value) => value / 2),
      y: header.y.map((value) => value / 2),
    },
  };
}

/** Number of points of the third nested grid (9 × 9 of 51 × 51). */
function nestedCount(surface: Surface): number {
  return Math.min(9, surface.x.length) * Math.min(9, surface.y.length);
}
