import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonNumber } from "../../server/protocol/numbers";
import type {
  CurvatureFigure,
  JsonNumber,
  LineFigure,
  RunResult,
  SurfaceFigure,
  TrajectoryFigure,
} from "../../server/protocol/result";
import type { Study } from "../../server/protocol/study";

type Table<T> = readonly (readonly T[])[];

/** Equally spaced, both ends exact. */
export function spaced(from: number, to: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, k) => (k === count - 1 ? to : from + ((to - from) * k) / (count - 1)));
}

export interface SurfaceOptions {
  readonly split?: string;
  readonly x?: readonly number[];
  readonly y?: readonly number[];
  readonly loss?: (x: number, y: number) => number;
  /** Whether a point is measured; its value is an estimate otherwise. */
  readonly measured?: (x: number, y: number) => boolean;
}

/** A valley that is not symmetric in any way, so that exchanged or reversed axes are seen. */
export function valley(x: number, y: number): number {
  return 0.3 + 2 * (x - 0.2) ** 2 + 7 * (y + 0.5 * x) ** 2 + 0.8 * Math.exp(3 * y);
}

/** A surface of 7 × 5 points of `valley`. */
export function surfaceFigure(options: SurfaceOptions = {}): SurfaceFigure {
  const { split = "test", x = spaced(-1, 1, 7), y = spaced(-0.5, 1, 5) } = options;
  const { loss = valley, measured = () => true } = options;
  const table = <T>(cell: (alpha: number, beta: number) => T): Table<T> =>
    y.map((beta) => x.map((alpha) => cell(alpha, beta)));
  const known = (value: (alpha: number, beta: number) => JsonNumber): Table<JsonNumber> =>
    table((alpha, beta) => (measured(alpha, beta) ? value(alpha, beta) : "NaN"));
  return {
    split,
    samples: 500,
    x,
    y,
    loss: table((alpha, beta) => toJsonNumber(loss(alpha, beta))),
    accuracy: table((alpha, beta) => toJsonNumber(90 * Math.exp(-loss(alpha, beta) / 5))),
    lossError: known((alpha, beta) => toJsonNumber(0.02 * loss(alpha, beta))),
    measured: table((alpha, beta) => (measured(alpha, beta) ? 1 : 0)),
  };
}

/** A line of 21 points, α from −1 to 1. */
export function lineFigure(split: string, member: number, loss: (x: number) => number): LineFigure {
  const x = spaced(-1, 1, 21);
  return {
    split,
    samples: 500,
    member,
    x,
    loss: x.map((alpha) => toJsonNumber(loss(alpha))),
    accuracy: x.map((alpha) => toJsonNumber(90 * Math.exp(-loss(alpha) / 5))),
    lossError: x.map((alpha) => toJsonNumber(0.02 * loss(alpha))),
    measured: x.map(() => 1),
  };
}

/** Lines of training and test data. */
export function twoSplits(): readonly LineFigure[] {
  return [lineFigure("test", 0, (x) => 0.5 + 3 * x ** 2), lineFigure("train", 0, (x) => 0.2 + 3.5 * (x + 0.1) ** 2)];
}

/** Five lines along directions of their own. */
export function family(): readonly LineFigure[] {
  return [1, 2, 3, 4, 5].map((k) => lineFigure("test", k - 1, (x) => 0.4 + k * x ** 2 + 0.1 * k * x));
}

/** A spiral of six checkpoints, epochs 0 to 10, the learning rate dropping after epochs 4 and 7. */
export function trajectoryFigure(): TrajectoryFigure {
  const epochs = [0, 2, 4, 6, 8, 10];
  return {
    explainedVariance: [0.816, 0.124],
    randomWalk: [0.61, 0.15],
    centred: true,
    drops: [4, 7],
    checkpoints: epochs.map((epoch, k) => {
      const rest = 1 - k / 5;
      const own = { loss: 0.4 + 2 * rest, accuracy: 85 - 60 * rest, lossError: 0.02 };
      const inPlane = { loss: 0.4 + 3 * rest, accuracy: 85 - 70 * rest, lossError: 0.03 };
      return {
        name: `model_${epoch}.pt`,
        path: `/models/model_${epoch}.pt`,
        epoch,
        learningRate: epoch <= 4 ? 0.1 : epoch <= 7 ? 0.01 : 0.001,
        x: -0.8 * rest * Math.cos(rest),
        y: 0.7 * rest * Math.sin(2 * rest) || 0,
        distance: 5 * rest,
        offPlane: rest,
        loss: own.loss,
        accuracy: own.accuracy,
        planeLoss: inPlane.loss,
        planeAccuracy: inPlane.accuracy,
        splits: { test: { own, inPlane } },
      };
    }),
  };
}

/** A map of 5 × 4 points, one of them not measured. */
export function curvatureFigure(x = spaced(-1, 1, 5), y = spaced(-0.5, 1, 4)): CurvatureFigure {
  const table = (value: (alpha: number, beta: number) => number): Table<JsonNumber> =>
    y.map((beta, row) => x.map((alpha, column) => (row === 1 && column === 3 ? "NaN" : value(alpha, beta))));
  const max = (alpha: number, beta: number): number => 120 + 40 * alpha + 90 * beta ** 2;
  const min = (alpha: number, beta: number): number => -6 - 30 * alpha ** 2 - 10 * (beta + 0.5);
  return {
    x,
    y,
    max: table(max),
    min: table(min),
    ratio: table((alpha, beta) => Math.abs(min(alpha, beta) / max(alpha, beta))),
    residual: table(() => 1e-4),
    samples: 64,
    parameters: "kernels",
    trace: { value: 812.5, error: 20.25, probes: 10 },
    density: { values: [-6, -1, 0, 0.5, 3, 20, 120], weights: [0.0001, 0.02, 0.9, 0.06, 0.015, 0.0045, 0.0004] },
  };
}

const study: Study = {
  model: { path: "/models/resnet8.onnx" },
  data: {
    path: "/models/test.npz",
    x: "x_test",
    y: "y_test",
    split: "test",
    samples: 500,
    sample: "stratified",
    seed: 0,
  },
  preprocess: { scale: 1, mean: [], std: [] },
  loss: { name: "crossEntropy" },
  directions: { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" },
  grid: { x: [-1, 1], y: [-0.5, 1], points: [7, 5] },
  compute: { engine: "auto", evaluators: 2, batchSize: 50 },
};

/** A result with the figures that are given, and none besides. */
export function runResult(over: Partial<RunResult> = {}): RunResult {
  return {
    study,
    engine: { name: "onnxruntime", version: "1.30.0", device: "CPU" },
    model: { name: "resnet8", parameters: 78042, format: "ONNX" },
    centre: { loss: 0.4057, accuracy: 84.4, lossError: 0.021 },
    directions: {
      kind: "random",
      label: "random, filter-normalised, seed 0",
      axes: ["direction 1", "direction 2"],
      seed: 0,
      normalisation: "filter",
      cosine: 0.0042,
      expectedCosine: 0.0061,
    },
    surfaces: [],
    lines: [],
    checks: [
      {
        name: "centre",
        level: "ok",
        value: 0.4057,
        expected: 0.4057,
        message: "The centre equals the model's own loss.",
      },
      { name: "finite", level: "warning", value: 2, expected: 0, message: "2 points are not finite <at the rim>." },
    ],
    timing: { seconds: 61.2, evaluations: 35 },
    ...over,
  };
}

interface Oracle {
  readonly centre: { readonly loss: number; readonly accuracy: number };
  readonly surface: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly "loss[y][x]": Table<number>;
    readonly "accuracy[y][x]": Table<number>;
  };
  readonly interpolation: { readonly t: readonly number[]; readonly weights: readonly (readonly [number, number])[] };
  readonly pca: {
    readonly with_final_row: {
      readonly centred_ratio: readonly [number, number];
      readonly coords_lstsq_abs: readonly (readonly [number, number])[];
    };
  };
  readonly path_losses: readonly {
    readonly in_plane: readonly [number, number];
    readonly true: readonly [number, number];
  }[];
}

/** What PyTorch measured of the ResNet-8 of `test/fixtures/pytorch-resnet8`: surface, interpolation, path. */
export function measuredResnet8(): RunResult {
  const file = join(__dirname, "..", "fixtures", "pytorch-resnet8", "oracle.json");
  const { centre, surface, interpolation, pca, path_losses: losses } = JSON.parse(readFileSync(file, "utf8")) as Oracle;
  const { centred_ratio: explainedVariance, coords_lstsq_abs: places } = pca.with_final_row;
  const none = <T>(like: readonly T[]): "NaN"[] => like.map(() => "NaN");
  const loss = surface["loss[y][x]"];
  return runResult({
    centre: { ...centre, lossError: "NaN" },
    surfaces: [
      {
        split: "test",
        samples: 500,
        x: surface.x,
        y: surface.y,
        loss,
        accuracy: surface["accuracy[y][x]"],
        lossError: loss.map(none),
        measured: loss.map((row) => row.map(() => 1 as const)),
      },
    ],
    lines: [
      {
        split: "test",
        samples: 500,
        member: 0,
        x: interpolation.t,
        loss: interpolation.weights.map(([value]) => value),
        accuracy: interpolation.weights.map(([, value]) => value),
        lossError: none(interpolation.t),
        measured: interpolation.t.map(() => 1 as const),
      },
    ],
    trajectory: {
      explainedVariance,
      randomWalk: [0.608, 0.152],
      centred: true,
      drops: [6, 8],
      checkpoints: places.map(([x, y], epoch) => ({
        name: `model_${epoch}.pt`,
        path: `/models/model_${epoch}.pt`,
        epoch,
        learningRate: epoch <= 6 ? 0.1 : epoch <= 8 ? 0.01 : 0.001,
        x,
        y,
        distance: Math.hypot(x, y),
        offPlane: 0,
        loss: losses[epoch]!.true[0],
        accuracy: losses[epoch]!.true[1],
        planeLoss: losses[epoch]!.in_plane[0],
        planeAccuracy: losses[epoch]!.in_plane[1],
      })),
    },
  });
}
