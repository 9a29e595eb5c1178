import type { Samples } from "../data/dataset";
import { stratifiedOrder } from "../data/select";
import type { Tensor, TensorData } from "../graph/tensor";
import { Batches } from "./batches";
import type { BatchesParts } from "./batches";
import type { SampleSubset } from "./messages";

/** Parts of the samples of a split, as feeds; made when they are asked for. */
export class Subsets {
  private order: Uint32Array | undefined;
  private readonly made = new Map<string, readonly Batches[]>();

  /** @param seed decides which samples come first, together with their classes. */
  constructor(
    private readonly parts: BatchesParts,
    private readonly seed: number,
  ) {}

  /**
   * The samples of a subset, in as many groups of equal size as it asks for; fewer groups, and a smaller last one, where the
   * split has not so many samples.
   */
  groups({ first, count, groups }: SampleSubset): readonly Batches[] {
    const key = [first, count, groups].join();
    const known = this.made.get(key);
    if (known) return known;
    this.order ??= this.ordered();
    const size = Math.ceil(count / groups);
    const made: Batches[] = [];
    for (let group = 0; group < groups; group++) {
      const from = first + group * size;
      const indices = this.order.subarray(from, Math.min(from + size, first + count));
      if (indices.length > 0) made.push(new Batches({ ...this.parts, samples: chosen(this.parts.samples, indices) }));
    }
    this.made.set(key, made);
    return made;
  }

  private ordered(): Uint32Array {
    const { x, y } = this.parts.samples;
    const count = x.shape[0]!;
    // Numbers and tokens have no strata.
    return stratifiedOrder(y.length === count ? y : new Uint8Array(count), this.seed);
  }
}

/** The samples with these indices, in their order. */
function chosen({ x, y, targets, ...rest }: Samples, indices: Uint32Array): Samples {
  const count = x.shape[0]!;
  return {
    ...rest,
    x: rowsOf(x, indices),
    y: Int32Array.from(pick(y, y.length / count, indices)),
    ...(targets ? { targets: rowsOf(targets, indices) } : {}),
  };
}

function rowsOf(tensor: Tensor, indices: Uint32Array): Tensor {
  const [count, ...shape] = tensor.shape as readonly [number, ...number[]];
  const data = pick(tensor.data, tensor.data.length / count, indices);
  return { ...tensor, shape: [indices.length, ...shape], data };
}

/** Rows of `width` numbers. */
function pick<T extends TensorData>(data: T, width: number, indices: Uint32Array): T {
  const picked = new (data.constructor as new (length: number) => Float32Array)(indices.length * width);
  indices.forEach((index, row) => {
    picked.set((data as Float32Array).subarray(index * width, (index + 1) * width), row * width);
  });
  return picked as unknown as T;
}
