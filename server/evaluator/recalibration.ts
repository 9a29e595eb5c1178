import path from "node:path";
import type { Engine, Executable } from "../engines/engine";
import { withBatchStatistics } from "../graph/batchStatistics";
import type { NormalisedLayer } from "../graph/batchStatistics";
import type { Tensor } from "../graph/tensor";
import { toFloat32 } from "../landscape/values";
import { ProblemError } from "../protocol/problem";
import type { Batches } from "./batches";
import type { LoadedModel } from "./model";

interface Accumulated {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/**
 * Measures the running statistics of batch normalisation anew for given weights: the network runs in training mode over
 * all batches, and the statistics are averaged with the batches' sizes as weights, the variances being the unbiased
 * ones (P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018, section 3.2;
 * T. Garipov et al., "Loss Surfaces, Mode Connectivity, and Fast Ensembling of DNNs", 2018).
 */
export class Recalibration {
  private constructor(
    private readonly executable: Executable,
    private readonly layers: readonly NormalisedLayer[],
    private readonly batches: Batches,
  ) {}

  /**
   * @param batches the samples over which the statistics are taken.
   * @throws ProblemError `study-invalid` when the model has no batch normalisation.
   */
  static async open(engine: Engine, { graph, summary }: LoadedModel, batches: Batches): Promise<Recalibration> {
    const { graph: training, layers } = withBatchStatistics(graph);
    if (layers.length > 0) return new Recalibration(await engine.compile(training), layers, batches);
    throw new ProblemError({
      reason: "study-invalid",
      title: "There are no statistics to recompute",
      message: `The study asks to recompute batch normalisation's statistics, but ${path.basename(summary.path)} has none.`,
      advice:
        'Set "directions.batchNorm" to "keep"; if the model was trained with batch normalisation, export it unfolded.',
      file: summary.path,
    });
  }

  /**
   * Mean and variance of every layer, by the names of their parameters.
   * @param values parameters that differ from the model's own; always the same names.
   */
  async statistics(values: ReadonlyMap<string, Float32Array>): Promise<ReadonlyMap<string, Float32Array>> {
    await this.executable.setParameters(values);
    const sums = new Map<NormalisedLayer, Accumulated>();
    let total = 0;
    for (const { feeds, count } of this.wholeBatches()) {
      const outputs = await this.executable.run(feeds);
      for (const layer of this.layers) this.accumulate(sums, layer, outputs, count);
      total += count;
    }
    const result = new Map<string, Float32Array>();
    for (const [{ mean, variance }, sum] of sums) {
      result.set(
        mean,
        Float32Array.from(sum.mean, (value) => value / total),
      );
      result.set(
        variance,
        Float32Array.from(sum.variance, (value) => value / total),
      );
    }
    return result;
  }

  dispose(): Promise<void> {
    return this.executable.dispose();
  }

  /** Batches without rows that only fill them up; all of them when there is no other. */
  private wholeBatches(): Batches["batches"] {
    const { batches } = this.batches;
    const whole = batches.filter(({ feeds, count }) => Object.values(feeds)[0]!.shape[0] === count);
    return whole.length > 0 ? whole : batches;
  }

  private accumulate(
    sums: Map<NormalisedLayer, Accumulated>,
    layer: NormalisedLayer,
    outputs: Readonly<Record<string, Tensor>>,
    weight: number,
  ): void {
    const mean = toFloat32(outputs[layer.outputs.mean]!);
    const variance = toFloat32(outputs[layer.outputs.variance]!);
    const [rows, , positions] = Array.from(outputs[layer.outputs.shape]!.data as BigInt64Array, Number);
    const observations = rows! * positions!;
    const unbiased = observations > 1 ? observations / (observations - 1) : 1;
    const sum = sums.get(layer) ?? {
      mean: new Float64Array(mean.length),
      variance: new Float64Array(mean.length),
    };
    sums.set(layer, sum);
    for (let c = 0; c < mean.length; c++) {
      sum.mean[c]! += weight * mean[c]!;
      sum.variance[c]! += weight * unbiased * variance[c]!;
    }
  }
}
