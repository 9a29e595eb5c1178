import path from "node:path";
import { openModel } from "../formats/open";
import { toFloat32 } from "../graph/elements";
import type { Graph, Parameter } from "../graph/graph";
import { toInference } from "../graph/inference";
import { inUseOrder } from "../graph/order";
import { countInto, distributionOf, emptyDistribution, rangeOf, together } from "../landscape/distribution";
import type { Distribution } from "../landscape/distribution";
import { filterIndex, filterSquares } from "../landscape/filters";
import { movable } from "../landscape/values";
import type { WeightsQuestion } from "../protocol/files";
import { toJsonNumber } from "../protocol/numbers";
import type { JsonNumber } from "../protocol/result";
import type { LayerWeights, WeightHistogram, WeightsFigure, WeightsSelection } from "../protocol/weights";
import { CheckpointWeights } from "./weights";

/** Values of a parameter, by its name. */
type Read = (parameter: string) => Promise<Float32Array>;

/** What one pass over a file finds of one layer. */
interface Weighed {
  readonly distribution: Distribution;
  readonly filterNorms: readonly JsonNumber[];
}

/**
 * How the weights of files are distributed, layer by layer. The files are read one after the other, twice: first for the
 * ranges, which all share, then to count. Of a checkpoint one tensor is held at a time, of a model file one model.
 * @throws ProblemError that names the file, when it cannot be read or does not fit the model.
 */
export async function weighModels({ model, files, bins }: WeightsSelection): Promise<WeightsFigure> {
  const graph = await outlineOf(model);
  const layers = movable(inUseOrder(graph));
  const source = { model, graph };
  const weighed: (readonly Weighed[])[] = [];
  for (const file of files) weighed.push(await reading(file, source, (read) => eachOf(layers, read, weigh)));
  const distributions = (layer: number): readonly Distribution[] => weighed.map((file) => file[layer]!.distribution);
  const ranges = layers.map((_, layer) => rangeOf(distributions(layer)));
  const isWide = layers.map(({ tensor }) => tensor.shape.length >= 2);
  const wide = weighed.map((file) =>
    file.reduce(
      (sum, { distribution }, layer) => (isWide[layer] ? together(sum, distribution) : sum),
      emptyDistribution,
    ),
  );
  const range = rangeOf(wide);

  const counts: (readonly Float64Array[])[] = [];
  const overall: Float64Array[] = [];
  for (const file of files) {
    const all = new Float64Array(bins);
    const count = (_: Parameter, values: Float32Array, layer: number): Float64Array => {
      const own = new Float64Array(bins);
      countInto(own, values, ...ranges[layer]!);
      if (isWide[layer]) countInto(all, values, ...range);
      return own;
    };
    counts.push(await reading(file, source, (read) => eachOf(layers, read, count)));
    overall.push(all);
  }
  return {
    names: files.map(({ path: file }) => path.basename(file)),
    overall: {
      from: range[0],
      to: range[1],
      models: wide.map((distribution, file) => histogramOf(distribution, overall[file]!)),
    },
    layers: layers.map(({ name, role, tensor }, layer): LayerWeights => ({
      name,
      shape: tensor.shape,
      role: role as LayerWeights["role"],
      from: ranges[layer]![0],
      to: ranges[layer]![1],
      models: weighed.map((file, k) => histogramOf(file[layer]!.distribution, counts[k]![layer]!)),
      filterNorms: isWide[layer] ? weighed.map((file) => file[layer]!.filterNorms) : [],
    })),
  };
}

/** A model without its weights: their names and shapes alone. */
async function outlineOf(file: string): Promise<Graph> {
  const graph = toInference((await openModel(file)).graph);
  const without = ({ tensor, ...parameter }: Parameter): Parameter => ({
    ...parameter,
    tensor: { dtype: tensor.dtype, shape: tensor.shape, data: new Float32Array(0) },
  });
  return { ...graph, constants: new Map(), parameters: graph.parameters.map(without) };
}

/** Has `use` read the weights of a file as those of a model. */
async function reading<T>(
  { path: file, rename }: WeightsQuestion,
  { model, graph }: { readonly model: string; readonly graph: Graph },
  use: (read: Read) => Promise<T>,
): Promise<T> {
  if (file === model) {
    const { parameters } = toInference((await openModel(file)).graph);
    const tensors = new Map(parameters.map(({ name, tensor }) => [name, tensor]));
    return use((name) => Promise.resolve(toFloat32(tensors.get(name)!)));
  }
  const weights = await CheckpointWeights.open(file, { graph, summary: { path: model } }, rename);
  try {
    return await use((name) => weights.values(name));
  } finally {
    await weights.close();
  }
}

async function eachOf<T>(
  layers: readonly Parameter[],
  read: Read,
  take: (layer: Parameter, values: Float32Array, index: number) => T,
): Promise<readonly T[]> {
  const taken: T[] = [];
  for (const [index, layer] of layers.entries()) taken.push(take(layer, await read(layer.name), index));
  return taken;
}

function weigh({ tensor, filterAxes }: Parameter, values: Float32Array): Weighed {
  const { shape } = tensor;
  const squares = shape.length < 2 ? [] : [...filterSquares(values, filterIndex(shape, filterAxes))];
  return {
    distribution: distributionOf(values),
    filterNorms: squares.map((square) => toJsonNumber(Math.sqrt(square))),
  };
}

function histogramOf(distribution: Distribution, bins: Float64Array): WeightHistogram {
  const { count, nonFinite, zeros, least, greatest, mean, spread, squares } = distribution;
  const known = (value: number): JsonNumber => toJsonNumber(count > 0 ? value : NaN);
  return {
    count,
    nonFinite,
    bins: [...bins],
    mean: known(mean),
    deviation: known(Math.sqrt(spread / count)),
    least: known(least),
    greatest: known(greatest),
    zeros,
    norm: known(Math.sqrt(squares)),
  };
}
