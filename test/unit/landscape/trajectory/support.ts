import type { Parameter } from "../../../../server/graph/graph";
import type { Direction } from "../../../../server/landscape/directions";
import { Random } from "../../../../server/landscape/random";
import type { WeightSource } from "../../../../server/landscape/trajectory/source";
import { originValues } from "../../../../server/landscape/values";
import { parameter } from "../support";

export type Values = ReadonlyMap<string, Float32Array>;

/** A kernel longer than the blocks in which products are summed, another one, and a bias. */
export const parameters: readonly Parameter[] = [
  parameter("first", [3, 1700]),
  parameter("second", [5, 4]),
  parameter("bias", [7], { role: "bias" }),
];
export const origin = originValues(parameters);

/** A source in memory that notes what is read of it. */
export function source(values: Values, reads: string[] = [], path?: string): WeightSource {
  return {
    ...(path === undefined ? {} : { path }),
    values: async (name) => {
      reads.push(name);
      return values.get(name)!;
    },
  };
}

/** The origin plus normal noise of this standard deviation, in all parameters. */
export function moved(seed: number, by = 0.1): Values {
  const random = new Random(seed);
  return new Map([...origin].map(([name, values]) => [name, values.map((value) => value + by * random.nextNormal())]));
}

/** θ + Σ cₖ·δₖ in float32. */
export function along(directions: readonly Direction[], coordinates: readonly number[]): Values {
  return new Map(
    [...origin].map(([name, values]) => [
      name,
      values.map((value, i) =>
        directions.reduce((sum, direction, k) => sum + coordinates[k]! * (direction.get(name)?.[i] ?? 0), value),
      ),
    ]),
  );
}

/** θᵢ − θ as one row over the named parameters. */
export function rowOf(values: Values, of: readonly Parameter[]): number[] {
  return of.flatMap(({ name }) => [...values.get(name)!].map((value, i) => value - origin.get(name)![i]!));
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
