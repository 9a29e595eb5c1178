import { estimate } from "../../../server/landscape/interpolate";
import { gridLevels } from "../../../server/landscape/grid";
import { toJsonNumber } from "../../../server/protocol/numbers";
import type { Check, Point, RunHeader, RunSnapshot, RunStatus } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { measuringOrder } from "./surface";
import type { Surface } from "./surface";

const folder = "/home/anna/experiments/fashion";

export function studyOf(surface: Surface): Study {
  const ends = (nodes: readonly number[]): [number, number] => [nodes[0]!, nodes[nodes.length - 1]!];
  return {
    model: { path: `${folder}/fashion-resnet8.onnx` },
    data: {
      path: `${folder}/test.npz`,
      x: "x_test",
      y: "y_test",
      split: "test",
      samples: 500,
      sample: "stratified",
      seed: 0,
    },
    preprocess: { scale: 1, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: { kind: "random", seed: 123, normalise: "filter", ignore: "bias,norm" },
    grid: { x: ends(surface.x), y: ends(surface.y), points: [surface.x.length, surface.y.length] },
    compute: { engine: "auto", evaluators: 0, batchSize: 128 },
  };
}

export function centreOf(surface: Surface): number {
  return Math.floor((surface.y.length - 1) / 2) * surface.x.length + Math.floor((surface.x.length - 1) / 2);
}

export function headerOf(surface: Surface): RunHeader {
  const study = studyOf(surface);
  const centre = centreOf(surface);
  return {
    id: "8f3a2c41",
    study,
    fingerprints: {},
    model: { name: "ResNet-8", path: study.model.path, format: "ONNX", parameters: 19_674, tensors: 29 },
    data: { path: study.data.path, split: "test", samples: 500, available: 500, classes: 10, preprocessing: "" },
    engine: { name: "onnxruntime", label: "ONNX Runtime", version: "1.30.0", device: "CPU", why: "first choice" },
    evaluators: 2,
    centre: {
      loss: toJsonNumber(surface.loss[centre]!),
      accuracy: surface.accuracy[centre]!,
      lossError: 0.021,
    },
    directions: {
      kind: "random",
      label: "random, filter-normalised, seed 123",
      axes: ["direction 1", "direction 2"],
      seed: 123,
      normalisation: "filter",
      cosine: -0.0031,
      expectedCosine: 0.0057,
    },
    x: surface.x,
    y: surface.y,
    checks: [],
    started: "2026-01-15T10:20:30.000Z",
  };
}

export const passedChecks: readonly Check[] = [
  {
    name: "centre",
    level: "ok",
    value: 0.4056930541992188,
    expected: 0.4056930541992188,
    message: "The loss at the centre, 0.406, is that of the model itself.",
  },
  {
    name: "norm-ratio",
    level: "ok",
    value: 3.1e-8,
    expected: 0,
    message: "Every filter of both directions has the norm of the model's own filter.",
  },
  {
    name: "cosine",
    level: "ok",
    value: -0.0031,
    expected: 0.0057,
    message: "The two directions are as good as perpendicular (cosine −0.0031, 0.0057 is usual).",
  },
  {
    name: "sampling",
    level: "warning",
    value: 0.61,
    expected: 0.5,
    message:
      "With 500 samples the loss is less sure than the contours suggest: fine structure may be chance, so use more samples.",
  },
];

/** The centre check of a picture that is wrong. */
export const failedCheck: Check = {
  name: "centre",
  level: "error",
  value: 0.4121,
  expected: 0.4056930541992188,
  message: "The loss at the centre is 0.4121 but that of the model itself is 0.4057, so the picture cannot be trusted.",
};

export function pointsOf(surface: Surface, indices: readonly number[]): readonly Point[] {
  return indices.map((index) => ({
    index,
    loss: toJsonNumber(surface.loss[index]!),
    accuracy: surface.accuracy[index]!,
    lossError: 0.02,
  }));
}

/** A run of a surface of which the first `measured` points are done, with the estimate the worker would have sent. */
export function snapshotOf(
  surface: Surface,
  options: { readonly status: RunStatus; readonly measured?: number; readonly checks?: readonly Check[] },
): RunSnapshot {
  const order = measuringOrder(surface);
  const measured = options.measured ?? order.length;
  const levels = gridLevels(surface.x.length, surface.y.length);
  let done = 0;
  let complete = -1;
  for (const [index, level] of levels.entries()) {
    done += level.indices.length;
    if (done <= measured) complete = index;
  }
  const next = levels[Math.min(complete + 1, levels.length - 1)]!;
  const level = levels[complete];
  return {
    header: headerOf(surface),
    status: options.status,
    points: pointsOf(surface, order.slice(0, measured)),
    ...(level && measured < order.length
      ? { estimate: estimate(surface.x, surface.y, level, surface.loss, surface.accuracy) }
      : {}),
    progress: {
      measured,
      total: order.length,
      level: [next.columns.length, next.rows.length],
      ...(options.status === "running" ? { secondsLeft: 38 } : {}),
    },
    checks: options.checks ?? (options.status === "done" ? passedChecks : []),
    journal: `${folder}/.loss-landscape/fashion-resnet8-3fa91c07.landscape-run.jsonl`,
  };
}
