import type { Parameter } from "../graph/graph";
import { sizeOf } from "../graph/tensor";

/** Values of parameters by name. */
export type Values = ReadonlyMap<string, Float32Array>;

/** Where parameters lie in a flat vector: one after the other in the given order, each row-major in its own layout. */
export class FlatLayout {
  /** Length of the flat vectors. */
  readonly size: number;
  private readonly places: readonly { readonly name: string; readonly from: number; readonly to: number }[];

  constructor(parameters: readonly Parameter[]) {
    let from = 0;
    this.places = parameters.map(({ name, tensor }) => {
      const to = from + sizeOf(tensor.shape);
      const place = { name, from, to };
      from = to;
      return place;
    });
    this.size = from;
  }

  /** The parts of a flat vector by parameter, rounded to float32. */
  split(vector: Float64Array): Map<string, Float32Array> {
    return new Map(this.views(vector).map(([name, part]) => [name, Float32Array.from(part)]));
  }

  /** The flat vector of these parts; zero where one is missing. */
  join(parts: ReadonlyMap<string, ArrayLike<number>>): Float64Array {
    const vector = new Float64Array(this.size);
    for (const { name, from } of this.places) {
      const part = parts.get(name);
      if (part) vector.set(part, from);
    }
    return vector;
  }

  /** The parts of a flat vector as views into it, with the parameters' names. */
  views(vector: Float64Array): (readonly [name: string, part: Float64Array])[] {
    if (vector.length !== this.size) {
      throw new RangeError(`A vector of ${vector.length} entries does not fit ${this.size} parameter values.`);
    }
    return this.places.map(({ name, from, to }) => [name, vector.subarray(from, to)]);
  }
}
