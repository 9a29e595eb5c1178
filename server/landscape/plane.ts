import type { Direction } from "./directions";

interface Moved {
  readonly origin: Float32Array;
  readonly first: Float32Array | undefined;
  readonly second: Float32Array | undefined;
  readonly values: Float32Array;
}

/** An origin θ and two directions δ, η; a point of it is (α, β). */
export class Plane {
  private readonly moved = new Map<string, Moved>();
  private readonly values = new Map<string, Float32Array>();

  /**
   * @param origin values of the parameters, by name; kept by reference and never written
   * @param directions of the same names and lengths; parameters where both are absent or zero are not moved
   * @throws RangeError when a direction has a parameter that the origin lacks, or of another length
   */
  constructor(origin: ReadonlyMap<string, Float32Array>, directions: readonly [Direction, Direction]) {
    for (const direction of directions) {
      for (const [name, values] of direction) {
        const length = origin.get(name)?.length;
        if (length !== values.length) {
          throw new RangeError(
            `The direction has ${values.length} values for ${name}, the origin ${length ?? "none"}.`,
          );
        }
      }
    }
    for (const [name, values] of origin) {
      const [first, second] = directions.map((direction) => nonZero(direction.get(name)));
      if (!first && !second) continue;
      const buffer = values.slice();
      this.moved.set(name, { origin: values, first, second, values: buffer });
      this.values.set(name, buffer);
    }
  }

  /**
   * Values of every moved parameter at (α, β): fround(θ + α·δ + β·η), computed in float64 from the pristine origin.
   * At (0, 0) they are the origin's bytes. The map and its arrays are reused by the next call.
   */
  at(alpha: number, beta: number): ReadonlyMap<string, Float32Array> {
    for (const { origin, first, second, values } of this.moved.values()) {
      if (alpha === 0 && beta === 0) values.set(origin);
      else if (first && second) {
        for (let i = 0; i < values.length; i++) values[i] = origin[i]! + alpha * first[i]! + beta * second[i]!;
      } else {
        const direction = (first ?? second)!;
        const step = first ? alpha : beta;
        for (let i = 0; i < values.length; i++) values[i] = origin[i]! + step * direction[i]!;
      }
    }
    return this.values;
  }
}

function nonZero(values: Float32Array | undefined): Float32Array | undefined {
  return values?.some((value) => value !== 0) ? values : undefined;
}
