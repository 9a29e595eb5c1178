import {
  countInto,
  distributionOf,
  emptyDistribution,
  rangeOf,
  together,
} from "../../../server/landscape/distribution";
import type { Distribution } from "../../../server/landscape/distribution";
import { filterIndex, filterSquares } from "../../../server/landscape/filters";
import { toJsonNumber } from "../../../server/protocol/numbers";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { LayerWeights, WeightHistogram, WeightsFigure } from "../../../server/protocol/weights";
import type { Answers } from "./answers";
import { snapshotOf } from "./runs";
import type { Surface } from "./surface";

/** Layers of a small network, in its order. */
const layers: readonly Pick<LayerWeights, "name" | "shape" | "role">[] = [
  { name: "conv.weight", shape: [8, 1, 3, 3], role: "kernel" },
  { name: "bn.weight", shape: [8], role: "scale" },
  { name: "bn.bias", shape: [8], role: "shift" },
  { name: "blocks.0.conv1.weight", shape: [16, 8, 3, 3], role: "kernel" },
  { name: "blocks.0.conv2.weight", shape: [16, 16, 3, 3], role: "kernel" },
  { name: "blocks.1.conv1.weight", shape: [32, 16, 3, 3], role: "kernel" },
  { name: "blocks.1.shortcut.0.weight", shape: [32, 16, 1, 1], role: "kernel" },
  { name: "fc.weight", shape: [10, 32], role: "kernel" },
  { name: "fc.bias", shape: [10], role: "bias" },
];

/** Normal numbers, the same on every machine. */
function normals(count: number, seed: number, deviation: number): Float32Array {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from(
    { length: count },
    () => deviation * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** Weights of layer `index` of a file; the second convolution of the first file has two filters of zeros. */
export function layerValues(index: number, file: number): Float32Array {
  const { shape } = layers[index]!;
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = normals(size, 1 + index + 100 * file, (file === 0 ? 0.06 : 0.15) * (1 + 2 / (index + 1)));
  if (index === 3 && file === 0) values.fill(0, 5 * 72, 7 * 72);
  return values;
}

function histogram(distribution: Distribution, bins: Float64Array): WeightHistogram {
  const { count, nonFinite, zeros, least, greatest, mean, spread, squares } = distribution;
  return {
    count,
    nonFinite,
    zeros,
    bins: [...bins],
    mean,
    deviation: Math.sqrt(spread / count),
    least,
    greatest,
    norm: Math.sqrt(squares),
  };
}

/** What the worker would answer for files of that network. */
export function weightsFigureOf(files: readonly string[], bins: number): WeightsFigure {
  const counted = (values: readonly Float32Array[], [from, to]: readonly [number, number]): Float64Array => {
    const into = new Float64Array(bins);
    for (const each of values) countInto(into, each, from, to);
    return into;
  };
  const values = layers.map((_, index) => files.map((_file, file) => layerValues(index, file)));
  const wide = layers.flatMap(({ shape }, index) => (shape.length > 1 ? [index] : []));
  const all = files.map((_, file) => wide.map((index) => values[index]![file]!));
  const sums = all.map((each) => each.map(distributionOf).reduce(together, emptyDistribution));
  const range = rangeOf(sums);
  return {
    names: files.map((file) => file.split("/").at(-1)!),
    overall: {
      from: range[0],
      to: range[1],
      models: sums.map((sum, file) => histogram(sum, counted(all[file]!, range))),
    },
    layers: layers.map((layer, index) => {
      const own = rangeOf(values[index]!.map(distributionOf));
      return {
        ...layer,
        from: own[0],
        to: own[1],
        models: values[index]!.map((each) => histogram(distributionOf(each), counted([each], own))),
        filterNorms:
          layer.shape.length > 1
            ? values[index]!.map((each) =>
                [...filterSquares(each, filterIndex(layer.shape, [0]))].map((square) =>
                  toJsonNumber(Math.sqrt(square)),
                ),
              )
            : [],
      };
    }),
  };
}

/** A run whose study knows the checkpoints of its training. */
export function trainedSnapshot(surface: Surface): RunSnapshot {
  const snapshot = snapshotOf(surface, { status: "done" });
  const { header } = snapshot;
  const files = [0, 5, 10].map((epoch) => `/home/anna/experiments/fashion/checkpoints/model_${epoch}.pt`);
  return { ...snapshot, header: { ...header, study: { ...header.study, checkpoints: { files } } } };
}

/** A host that reads weights, and whose user chooses another model. */
export const weightAnswers: Answers = {
  weights: ({ files, bins }) => weightsFigureOf(files, bins),
  "pick-models": () => ["/home/anna/experiments/large-batch/model.onnx"],
};
