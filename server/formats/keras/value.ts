import type { DataType } from "../../graph/tensor";

/** An extent of a tensor; null where the model leaves it open, as it does that of the batch. */
export type Extent = number | null;

/** What of a value is not as usual. */
export interface ValueFacts {
  /** `order[i]` is the axis of the shape that is axis i of the graph's value; Keras' own order when absent. */
  readonly order?: readonly number[];
  /** float32 when absent. */
  readonly dtype?: DataType;
  /** Which steps count: bool [N, steps]. All do when it is absent. */
  readonly mask?: KerasValue;
}

/**
 * A tensor of a Keras model as a value of the graph. The graph may have its axes in another order than Keras: after a
 * convolution of [N, H, W, C] the graph's value is [N, C, H, W] and `order` is [0, 3, 1, 2]. Nothing is transposed until a
 * layer needs another order, so ask the emitter for the order that you need (`plain`, `arranged`) instead of using `name`.
 */
export class KerasValue {
  readonly order: readonly number[];
  readonly dtype: DataType;
  private steps: KerasValue | undefined;

  /**
   * @param name of the graph's value.
   * @param shape as Keras says it, the batch first.
   */
  constructor(
    readonly name: string,
    readonly shape: readonly Extent[],
    { order, dtype, mask }: ValueFacts = {},
  ) {
    this.order = order ?? plainOrder(shape.length);
    this.dtype = dtype ?? "float32";
    this.steps = mask;
  }

  /** Which steps count, bool [N, steps]; undefined where all do. */
  get mask(): KerasValue | undefined {
    return this.steps;
  }

  /** Takes the mask off the tensor, for all layers that are applied to it later: some of Keras' do so by the way. */
  forgetMask(): void {
    this.steps = undefined;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** The axes of a tensor in Keras' own order. */
export function plainOrder(rank: number): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** An axis counted from the beginning. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
