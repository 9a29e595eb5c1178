import type { Samples } from "../data/dataset";
import type { Engine } from "../engines/engine";
import type { Canonical } from "../graph/canonical/canonical";
import { gradientOf } from "../graph/differentiate/gradient";
import { hessianProduct } from "../graph/differentiate/hessian";
import { toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import { isBiasOrNorm } from "../landscape/directions";
import { reader } from "../landscape/loss";
import { weightPenalty } from "../landscape/penalty";
import { movable, originValues } from "../landscape/values";
import type { CurvatureSpec, LossSpec } from "../protocol/study";
import { differentiableLoss } from "./derivable";
import { DerivativeBatches, tensorOf } from "./derivativeBatches";
import { FlatLayout } from "./flatVector";
import type { Values } from "./flatVector";
import type { LoadedModel } from "./model";
import { Stage } from "./stage";

/** The most that is kept of the first stage of Hessian products, in bytes. */
export const mostKept = 512 * 2 ** 20;

export interface DerivativesOptions {
  readonly engine: Engine;
  readonly model: LoadedModel;
  readonly samples: Samples;
  /** Weight decay is part of the loss that is differentiated. */
  readonly loss: LossSpec;
  /** Samples of a batch, unless the model fixes it. */
  readonly batchSize: number;
  /** `kernels`: of rank ≥ 2 and neither bias nor normalisation; `all`: everything that directions may move. */
  readonly parameters: CurvatureSpec["parameters"];
  /** Numbers to compare outputs with, float32 [samples, …]; those of the samples when absent. */
  readonly targets?: Tensor | undefined;
  /** Bytes that may be kept between Hessian products at one point; what does not fit is computed for every product. */
  readonly memory?: number;
}

/**
 * Exact derivatives of the mean loss over samples, in inference mode, with respect to the chosen parameters:
 * L(θ) = (1/N) Σᵢ ℓᵢ(θ) + (λ/2)‖θ‖², N being the number of samples (of tokens that count, for sequences).
 *
 * Vectors are flat: the chosen parameters, concatenated in file order. Graphs are made and compiled when they are first
 * needed and kept. Sums over batches are made in float64. One call at a time.
 */
export class Derivatives {
  /** The chosen parameters, in file order. */
  readonly parameters: readonly Parameter[];
  readonly layout: FlatLayout;
  private readonly origin: Values;
  private readonly loading: Canonical;
  private readonly batches: DerivativeBatches;
  private readonly memory: number;
  private readonly lossStage: Stage;
  private gradientStage: Stage | undefined;
  private hessian: { readonly primal: Stage; readonly product: Stage; readonly cached: readonly string[] } | undefined;
  /** Values that differ from the model's own. */
  private moved = new Map<string, Float32Array>();
  private readonly cache = new Map<number, Readonly<Record<string, Tensor>>>();
  private cachedBytes = 0;

  /**
   * @throws ProblemError `operator-unsupported` when the model has an operator without a derivative here, `study-invalid`
   *   when the loss does not fit its output.
   */
  constructor(private readonly options: DerivativesOptions) {
    const { engine, model, samples, loss, batchSize, targets = samples.targets } = options;
    const [total, ...shape] = samples.x.shape as [number, ...number[]];
    const size = model.input.batch ?? Math.min(batchSize, total);
    this.loading = differentiableLoss(model, [size, ...shape], loss);
    this.batches = new DerivativeBatches(this.loading, model.input.name, loss.name, samples, targets);
    const candidates = movable(model.graph.parameters);
    this.parameters = options.parameters === "all" ? candidates : candidates.filter((each) => !isBiasOrNorm(each));
    this.layout = new FlatLayout(this.parameters);
    this.origin = originValues(model.graph.parameters);
    this.memory = options.memory ?? mostKept;
    this.lossStage = new Stage(engine, this.loading.graph);
  }

  /** Length of gradients and vectors. */
  get size(): number {
    return this.layout.size;
  }

  /** Bytes that are kept of the first stage at the moment. */
  get keptBytes(): number {
    return this.cachedBytes;
  }

  /** Moves to a point. Parameters that are not named have the model's own values; the arrays are copied.
   * Nothing is lost when it is the present point. */
  setParameters(values: Values): void {
    if (this.isAt(values)) return;
    const names = new Set([...this.moved.keys(), ...values.keys()]);
    this.moved = new Map([...names].map((name) => [name, (values.get(name) ?? this.origin.get(name)!).slice()]));
    this.forget();
    for (const stage of this.stages()) stage.setParameters(this.moved);
  }

  /** The chosen parameters' values at the present point. */
  values(): Float64Array {
    return this.layout.join(
      new Map(this.parameters.map(({ name, tensor }) => [name, this.moved.get(name) ?? toFloat32(tensor)])),
    );
  }

  /** L at the present point. */
  async loss(): Promise<number> {
    let sum = 0;
    for (let k = 0; k < this.batches.count; k++) {
      const { loss } = await this.lossStage.run(this.batches.feeds(k, this.lossStage.inputs));
      sum += reader(loss!)(0);
    }
    return sum * this.batches.scale + this.penalty();
  }

  /** L and ∇L at the present point. */
  async gradient(): Promise<{ readonly loss: number; readonly gradient: Float64Array }> {
    this.gradientStage ??= this.stage(gradientOf(this.loading, this.names).graph);
    const stage = this.gradientStage;
    const gradient = new Float64Array(this.size);
    let sum = 0;
    for (let k = 0; k < this.batches.count; k++) {
      const outputs = await stage.run(this.batches.feeds(k, stage.inputs));
      sum += reader(outputs["loss"]!)(0);
      this.accumulate(gradient, outputs, "gradient");
    }
    this.finish(gradient, this.decay > 0 ? this.values() : undefined);
    return { loss: sum * this.batches.scale + this.penalty(), gradient };
  }

  /** H·v at the present point, H = ∇²L. The vector is rounded to the parameters' element type. */
  async product(vector: Float64Array): Promise<Float64Array> {
    const { product } = this.prepareHessian();
    const vectors = this.vectorFeeds(vector, product);
    const result = new Float64Array(this.size);
    for (let k = 0; k < this.batches.count; k++) {
      const cached = this.cache.get(k) ?? (await this.primal(k));
      const outputs = await product.run({ ...this.batches.feeds(k, product.inputs), ...cached, ...vectors });
      this.accumulate(result, outputs, "product");
    }
    this.finish(result, vector);
    return result;
  }

  /** Releases the compiled graphs and what is kept. */
  async dispose(): Promise<void> {
    this.forget();
    for (const stage of this.stages()) await stage.dispose();
  }

  private isAt(values: Values): boolean {
    const names = new Set([...this.moved.keys(), ...values.keys()]);
    return [...names].every((name) => {
      const own = this.origin.get(name)!;
      const [now, then] = [this.moved.get(name) ?? own, values.get(name) ?? own];
      return now === then || (now.length === then.length && now.every((value, i) => value === then[i]));
    });
  }

  private get names(): readonly string[] {
    return this.parameters.map(({ name }) => name);
  }

  private get decay(): number {
    return this.options.loss.weightDecay ?? 0;
  }

  private penalty(): number {
    return this.decay > 0 ? weightPenalty(this.decay, this.options.model.graph.parameters, this.moved) : 0;
  }

  private stage(graph: Canonical["graph"]): Stage {
    const stage = new Stage(this.options.engine, graph);
    stage.setParameters(this.moved);
    return stage;
  }

  private stages(): readonly Stage[] {
    const { primal, product } = this.hessian ?? {};
    return [this.lossStage, this.gradientStage, primal, product].filter((stage) => stage !== undefined);
  }

  private prepareHessian(): { readonly product: Stage } {
    if (!this.hessian) {
      const { primal, product, cached } = hessianProduct(this.loading, this.names);
      this.hessian = { primal: this.stage(primal), product: this.stage(product), cached };
    }
    return this.hessian;
  }

  /** What the products for a batch have in common: kept while there is room. */
  private async primal(k: number): Promise<Readonly<Record<string, Tensor>>> {
    const { primal, cached } = this.hessian!;
    if (cached.length === 0) return {};
    const outputs = await primal.run(this.batches.feeds(k, primal.inputs));
    const bytes = cached.reduce((sum, name) => sum + outputs[name]!.data.byteLength, 0);
    if (this.cachedBytes + bytes <= this.memory) {
      this.cache.set(k, outputs);
      this.cachedBytes += bytes;
    }
    return outputs;
  }

  private forget(): void {
    this.cache.clear();
    this.cachedBytes = 0;
  }

  private vectorFeeds(vector: Float64Array, { types }: Stage): Record<string, Tensor> {
    const shapes = new Map(this.parameters.map(({ name, tensor }) => [name, tensor.shape]));
    return Object.fromEntries(
      this.layout.views(vector).flatMap(([name, part]) => {
        const input = `vector/${name}`;
        // A product that does not depend on a part of the vector need not take it.
        const dtype = types.get(input);
        return dtype === undefined ? [] : [[input, tensorOf(dtype, shapes.get(name)!, part)]];
      }),
    );
  }

  private accumulate(sum: Float64Array, outputs: Readonly<Record<string, Tensor>>, kind: string): void {
    for (const [name, part] of this.layout.views(sum)) {
      const tensor = outputs[`${kind}/${name}`]!;
      const at = reader(tensor);
      for (let i = 0; i < part.length; i++) part[i]! += at(i);
    }
  }

  /** From sums over samples to the mean, and weight decay's part: λθ of a gradient, λv of a product. */
  private finish(sum: Float64Array, decayed: Float64Array | undefined): void {
    const { scale } = this.batches;
    for (let i = 0; i < sum.length; i++) {
      sum[i]! *= scale;
      if (decayed && this.decay > 0) sum[i]! += this.decay * decayed[i]!;
    }
  }
}
