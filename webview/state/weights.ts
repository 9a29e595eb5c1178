import type { LayerWeights, WeightHistogram, WeightsFigure } from "../../server/protocol/weights";
import { formatAccuracy, formatLoss } from "../charts/format";
import { strings } from "../strings/weights";
import type { RunData } from "./model";
import { toNumber } from "./numbers";

/** Number of bins of every histogram. */
export const weightBins = 64;

/** The files of a figure: the model's own weights, the initial ones of its training, and those that the user added. */
export interface WeightFile {
  readonly path: string;
  readonly kind: "own" | "initial" | "added";
}

/** File that holds the weights of the centre of a run. */
export const ownWeights = ({ header }: RunData): string => header.study.model.weights ?? header.study.model.path;

/** The first checkpoint of the training, if the run knows it. */
export function initialWeights(run: RunData): string | undefined {
  const first = run.header.study.checkpoints?.files[0] ?? run.header.trajectory?.checkpoints[0]?.path;
  return first === ownWeights(run) ? undefined : first;
}

/** Files to look at, none twice. */
export function weightFiles(run: RunData, withInitial: boolean, added: readonly string[]): readonly WeightFile[] {
  const own = ownWeights(run);
  const initial = withInitial ? initialWeights(run) : undefined;
  const rest = added.filter((path, k) => path !== own && path !== initial && added.indexOf(path) === k);
  return [
    { path: own, kind: "own" },
    ...(initial === undefined ? [] : [{ path: initial, kind: "initial" } as const]),
    ...rest.map((path) => ({ path, kind: "added" }) as const),
  ];
}

/** Names of files: with as many folders as tell them apart. */
export function fileNames(files: readonly WeightFile[]): readonly string[] {
  const parts = files.map(({ path }) => path.split(/[\\/]/));
  const nameOf = (index: number, folders: number) => parts[index]!.slice(-folders).join("/");
  return files.map(({ kind }, index) => {
    let folders = 1;
    const isAlone = () => files.every((_, k) => k === index || nameOf(k, folders) !== nameOf(index, folders));
    while (folders < parts[index]!.length && !isAlone()) folders++;
    const name = nameOf(index, folders);
    return kind === "initial" ? strings.initialOf(name) : name;
  });
}

/** Layers as a view shows them: of kernels (rank 2 or more) or of all. */
export function layersOf(figure: WeightsFigure, which: "kernels" | "all"): readonly LayerWeights[] {
  return which === "all" ? figure.layers : figure.layers.filter(({ shape }) => shape.length >= 2);
}

const coarse = new WeakMap<LayerWeights, LayerWeights>();

/**
 * A layer with as many bins as it has values for: neighbours are put together until there are no more than twice the
 * square root of their number (8 at least), so that a layer of few values is not a row of spikes.
 */
export function withFewerBins(layer: LayerWeights): LayerWeights {
  const known = coarse.get(layer);
  if (known) return known;
  const most = Math.max(8, 2 * Math.sqrt(Math.max(0, ...layer.models.map(({ count }) => count))));
  const size = layer.models[0]?.bins.length ?? 0;
  let merged = 1;
  while (size / merged > most && size % (2 * merged) === 0) merged *= 2;
  const models = layer.models.map((model) => ({
    ...model,
    bins: Array.from({ length: size / merged }, (_, k) =>
      model.bins.slice(k * merged, (k + 1) * merged).reduce((sum, bin) => sum + bin, 0),
    ),
  }));
  const fewer = { ...layer, models };
  coarse.set(layer, fewer);
  coarse.set(fewer, fewer);
  return fewer;
}

/** Layers of a kind share their range. */
function kindOf({ role, shape }: LayerWeights): string {
  return shape.length >= 2 ? "kernel" : role;
}

/** The range that each layer is drawn over: that of all layers of its kind, or its own. */
export function drawnRanges(
  figure: WeightsFigure,
  isShared: boolean,
): ReadonlyMap<LayerWeights, readonly [number, number]> {
  const shared = new Map<string, readonly [number, number]>();
  for (const layer of figure.layers) {
    const [from, to] = shared.get(kindOf(layer)) ?? [layer.from, layer.to];
    shared.set(kindOf(layer), [Math.min(from, layer.from), Math.max(to, layer.to)]);
  }
  return new Map(
    figure.layers.map((layer) => [layer, isShared ? shared.get(kindOf(layer))! : [layer.from, layer.to]] as const),
  );
}

/** Filters whose norm is exactly zero. */
export function zeroFilters(norms: LayerWeights["filterNorms"][number]): number {
  return norms.filter((norm) => norm === 0).length;
}

/** Filter norms from the largest to the smallest; what is not finite comes first. */
export function sortedNorms(norms: LayerWeights["filterNorms"][number]): readonly number[] {
  const size = (norm: number) => (Number.isFinite(norm) ? norm : Infinity);
  return norms.map(toNumber).sort((a, b) => size(b) - size(a) || 0);
}

/** Share of exact zeros in words. */
export function zerosText({ zeros, count }: WeightHistogram): string {
  return zeros === 0 || count === 0 ? strings.noZeros : strings.zeroShare(formatAccuracy((100 * zeros) / count));
}

/** What is written under a layer's histogram, of its first file. */
export function layerDetails({ models }: LayerWeights): string {
  const [own] = models;
  if (!own) return "";
  return strings.join([
    strings.sigma(formatLoss(toNumber(own.deviation))),
    zerosText(own),
    strings.normOf(formatLoss(toNumber(own.norm))),
    ...(own.nonFinite > 0 ? [strings.nonFinite(own.nonFinite)] : []),
  ]);
}

/** What is written under a layer's filter norms, of its first file. */
export function filterDetails({ filterNorms }: LayerWeights): string {
  const sorted = sortedNorms(filterNorms[0] ?? []);
  if (sorted.length === 0) return "";
  const zeros = zeroFilters(filterNorms[0]!);
  return strings.join([
    strings.filterCount(sorted.length),
    strings.filterRange(formatLoss(sorted.at(-1)!), formatLoss(sorted[0]!)),
    ...(zeros > 0 ? [strings.zeroFilters(zeros)] : []),
  ]);
}

/** The figure in words. */
export function weightsSummary(figure: WeightsFigure, names: readonly string[], layers: number): string {
  return strings.summary(
    layers,
    figure.overall.models.map((model, k) =>
      strings.fileSummary(
        names[k] ?? figure.names[k]!,
        model.count,
        formatLoss(toNumber(model.mean)),
        formatLoss(toNumber(model.deviation)),
        zerosText(model),
        formatLoss(toNumber(model.norm)),
      ),
    ),
  );
}
