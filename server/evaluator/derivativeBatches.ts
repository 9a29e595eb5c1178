import type { Samples } from "../data/dataset";
import type { Canonical, ValueType } from "../graph/canonical/canonical";
import { lossInputs } from "../graph/differentiate/loss";
import { toBfloat16, toFloat16 } from "../graph/half";
import { sizeOf } from "../graph/tensor";
import type { DataType, Tensor } from "../graph/tensor";
import { usesClasses } from "../landscape/losses";
import type { LossName } from "../protocol/study";

type Feeds = Readonly<Record<string, Tensor>>;

/**
 * The samples as feeds of a loss graph, in batches of one fixed size. The last one is filled up with copies of its first
 * sample, of weight 0; every other sample has weight 1, so that means are made outside, in float64. Targets are made anew
 * whenever they are fed, for those of long sequences are large.
 */
export class DerivativeBatches {
  /** Number of batches. */
  readonly count: number;
  /** What sums over all batches are multiplied with to become means: 1 over the number of samples, or of tokens that count. */
  readonly scale: number;
  private readonly inputs: ReadonlyMap<string, ValueType>;
  /** Number of samples. */
  private readonly total: number;
  /** Number of rows of a batch. */
  private readonly size: number;

  /**
   * @param graph the loss graph.
   * @param input name of its input that takes the samples.
   * @param targets numbers to compare outputs with, for losses that do; [samples, …].
   * @throws Error when the loss needs targets and there are none, or they do not fit: the samples were not made for it.
   */
  constructor(
    { graph, types }: Canonical,
    input: string,
    private readonly loss: LossName,
    private readonly samples: Samples,
    private readonly targets: Tensor | undefined,
  ) {
    this.inputs = new Map(graph.inputs.map(({ name }) => [name, types.get(name)!]));
    this.total = samples.x.shape[0]!;
    this.size = this.typeOf(input).shape[0]!;
    this.count = Math.ceil(this.total / this.size);
    const counted =
      loss === "sequenceCrossEntropy" ? samples.y.reduce((sum, y) => sum + (y < 0 ? 0 : 1), 0) : this.total;
    this.scale = 1 / counted;
    this.requireTargets();
  }

  /** Feeds of batch `k` for those inputs of the loss graph that are named. */
  feeds(k: number, names: ReadonlySet<string>): Feeds {
    const first = k * this.size;
    const count = Math.min(this.size, this.total - first);
    const wanted = [...this.inputs].filter(([name]) => names.has(name));
    return Object.fromEntries(wanted.map(([name, type]) => [name, this.feed(name, type, first, count)]));
  }

  private typeOf(name: string): ValueType {
    const type = this.inputs.get(name);
    if (!type) throw new Error(`the loss graph has no input ${name}`);
    return type;
  }

  private feed(name: string, type: ValueType, first: number, count: number): Tensor {
    const { dtype, shape } = type;
    if (name === lossInputs.weights) {
      return tensorOf(
        dtype,
        shape,
        Float32Array.from({ length: this.size }, (_, i) => (i < count ? 1 : 0)),
      );
    }
    if (name !== lossInputs.targets) return this.rows(type, this.samples.x, first, count);
    if (!usesClasses(this.loss)) return this.rows(type, this.targets!, first, count);
    return tensorOf(dtype, shape, this.oneHot(shape, first, count));
  }

  /** Rows of a tensor of all samples, filled up to a batch. */
  private rows({ dtype, shape }: ValueType, all: Tensor, first: number, count: number): Tensor {
    const width = all.data.length / this.total;
    const part = (all.data as Float32Array).subarray(first * width, (first + count) * width);
    if (count === this.size) return tensorOf(dtype, shape, part);
    const filled = new Float32Array(this.size * width);
    filled.set(part);
    for (let row = count; row < this.size; row++) filled.set(part.subarray(0, width), row * width);
    return tensorOf(dtype, shape, filled);
  }

  /** A row of the last axis for each class; rows of masked tokens and of padding are zero. */
  private oneHot(shape: readonly number[], first: number, count: number): Float32Array {
    const classes = shape.at(-1)!;
    const each = this.samples.y.length / this.total;
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < count * each; i++) {
      const label = this.samples.y[first * each + i]!;
      if (label >= classes) throw new Error(`the class ${label} is none of the model's ${classes}`);
      if (label >= 0) values[i * classes + label] = 1;
    }
    return values;
  }

  private requireTargets(): void {
    const { shape } = this.typeOf(lossInputs.targets);
    const wanted = sizeOf(shape.slice(1));
    const { y } = this.samples;
    if (usesClasses(this.loss)) {
      const rows = wanted / shape.at(-1)!;
      if (y.length === rows * this.total) return;
      throw new Error(`${y.length} classes do not fit ${this.total} samples with ${rows} each`);
    }
    const found = this.targets ? sizeOf(this.targets.shape.slice(1)) : 0;
    if (found === wanted && this.targets?.shape[0] === this.total) return;
    throw new Error(`the loss ${this.loss} compares ${wanted} numbers a sample, and ${found} are given`);
  }
}

/** A tensor of these values, which the element type can hold. */
export function tensorOf(dtype: DataType, shape: readonly number[], values: Float32Array | Float64Array): Tensor {
  switch (dtype) {
    case "float32":
      return { dtype, shape, data: values instanceof Float32Array ? values : Float32Array.from(values) };
    case "float64":
      return { dtype, shape, data: values instanceof Float64Array ? values : Float64Array.from(values) };
    case "float16":
      return { dtype, shape, data: Uint16Array.from(values, toFloat16) };
    case "bfloat16":
      return { dtype, shape, data: Uint16Array.from(values, toBfloat16) };
    case "uint8":
      return { dtype, shape, data: Uint8Array.from(values) };
    case "int8":
      return { dtype, shape, data: Int8Array.from(values) };
    case "uint16":
      return { dtype, shape, data: Uint16Array.from(values) };
    case "int16":
      return { dtype, shape, data: Int16Array.from(values) };
    case "int32":
      return { dtype, shape, data: Int32Array.from(values) };
    case "int64":
      return { dtype, shape, data: BigInt64Array.from(Array.from(values, BigInt)) };
    default:
      throw new Error(`${dtype} holds no samples or targets`);
  }
}
