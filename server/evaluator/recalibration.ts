import path from "node:path";
import type { Engine, Executable } from "../engines/engine";
import { withBatchStatistics } from "../graph/batchStatistics";
import type { NormalisedLayer } from "../graph/batchStatistics";
import { toFloat32 } from "../graph/elements";
import type { ParameterValues } from "../graph/fill";
import type { Tensor } from "../graph/tensor";
import { ProblemError } from "../protocol/problem";
import type { Batch, Batches } from "./batches";
import type { LoadedModel } from "./model";

/** Sums over batches, weighted with the numbers of their samples. */
interface Accumulated {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  weight: number;
}

/**
 * Measures the running statistics of batch normalisation anew for given weights: the network runs in training mode over
 * all batches, and the statistics are averaged with the batches' sizes as weights, the variances being the unbiased
 * ones (P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018, section 3.2;
 * T. Garipov et al., "Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs", 2018).
 *
 * The result depends on the batches' size. Of a model with batches of a fixed size, the samples that do not fill the last
 * batch take no part. A layer that is used several times has the average over its uses.
 */
export class Recalibration {
  private constructor(
    private readonly executable: Executable,
    private readonly layers: readonly NormalisedLayer[],
    /** Those without rows that only fill them up. */
    private readonly batches: readonly Batch[],
  ) {}

  /**
   * @param batches the samples over which the statistics are taken.
   * @throws ProblemError `study-invalid` when the model has no batch normalisation, or takes larger batches than there
   *   are samples.
   */
  static async open(engine: Engine, { graph, summary }: LoadedModel, batches: Batches): Promise<Recalibration> {
    const { graph: training, layers } = withBatchStatistics(graph);
    const whole = batches.batches.filter(({ feeds, count }) => Object.values(feeds())[0]!.shape[0] === count);
    const name = path.basename(summary.path);
    if (layers.length === 0) {
      const message = `The study asks to recompute batch normalisation's statistics, but ${name} has none.`;
      throw impossible(summary.path, message, "if the model was trained with batch normalisation, export it unfolded");
    }
    if (whole.length === 0) {
      const message = `Batch normalisation's statistics cannot be recomputed: ${name} takes batches of a fixed size, for which there are too few samples.`;
      throw impossible(summary.path, message, "or use more samples");
    }
    return new Recalibration(await engine.compile(training), layers, whole);
  }

  /**
   * Mean and variance of every layer, by the names of their parameters.
   * @param values parameters that differ from the model's own; always the same names.
   */
  async statistics(values: ParameterValues): Promise<ReadonlyMap<string, Float32Array>> {
    await this.executable.setParameters(values);
    const sums = new Map<string, Accumulated>();
    const result = new Map<string, Float32Array>();
    for (const { feeds, count } of this.batches) {
      const outputs = await this.executable.run(feeds());
      for (const layer of this.layers) accumulate(sums, layer, outputs, count);
    }
    for (const { mean, variance } of this.layers) {
      const sum = sums.get(mean)!;
      const average = (total: Float64Array): Float32Array => Float32Array.from(total, (value) => value / sum.weight);
      result.set(mean, average(sum.mean)).set(variance, average(sum.variance));
    }
    return result;
  }

  dispose(): Promise<void> {
    return this.executable.dispose();
  }
}

/** @param sums by the name of the parameter that holds the mean. */
function accumulate(
  sums: Map<string, Accumulated>,
  { mean: name, outputs: names }: NormalisedLayer,
  outputs: Readonly<Record<string, Tensor>>,
  weight: number,
): void {
  const mean = toFloat32(outputs[names.mean]!);
  const variance = toFloat32(outputs[names.variance]!);
  const [rows, , positions] = Array.from(outputs[names.shape]!.data as BigInt64Array, Number);
  const observations = rows! * positions!;
  const unbiased = observations > 1 ? observations / (observations - 1) : 1;
  const { length } = mean;
  const sum = sums.get(name) ?? { mean: new Float64Array(length), variance: new Float64Array(length), weight: 0 };
  sums.set(name, sum);
  for (let c = 0; c < length; c++) {
    sum.mean[c]! += weight * mean[c]!;
    sum.variance[c]! += weight * unbiased * variance[c]!;
  }
  sum.weight += weight;
}

function impossible(file: string, message: string, otherwise: string): ProblemError {
  return new ProblemError({
    reason: "study-invalid",
    title: "There are no statistics to recompute",
    message,
    advice: `Set "directions.batchNorm" to "keep"; ${otherwise}.`,
    file,
  });
}
