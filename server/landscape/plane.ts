import type { Direction } from "./directions";

type Values = ReadonlyMap<string, Float32Array>;

/** The weights at every point of a grid: what an evaluator needs to know of a study's directions. */
export interface WeightPath {
  /**
   * Values of every parameter that some point of the path moves, in float32. The map and its arrays are reused by the
   * next call.
   */
  at(alpha: number, beta: number): ReadonlyMap<string, Float32Array>;
}

interface Moved {
  readonly origin: Float32Array;
  readonly first: Float32Array | undefined;
  readonly second: Float32Array | undefined;
  readonly values: Float32Array;
}

/** An origin θ and two directions δ, η; a point of it is (α, β). */
export class Plane implements WeightPath {
  private readonly moved: readonly Moved[];
  private readonly values: Values;

  /**
   * @param origin values of the parameters, by name; kept by reference and never written
   * @param directions of the same names and lengths; parameters where both are absent or zero are not moved
   * @throws RangeError when a direction has a parameter that the origin lacks, or of another length
   */
  constructor(origin: Values, directions: readonly [Direction, Direction]) {
    for (const direction of directions) requireSame(direction, origin, "direction");
    const moved = new Map<string, Moved>();
    for (const [name, values] of origin) {
      const [first, second] = directions.map((direction) => nonZero(direction.get(name)));
      if (first || second) moved.set(name, { origin: values, first, second, values: values.slice() });
    }
    this.moved = [...moved.values()];
    this.values = buffersOf(moved);
  }

  /**
   * Values of every moved parameter at (α, β): fround(θ + α·δ + β·η), computed in float64 from the pristine origin.
   * At (0, 0) they are the origin's bytes. The map and its arrays are reused by the next call.
   */
  at(alpha: number, beta: number): Values {
    for (const { origin, first, second, values } of this.moved) {
      if (alpha === 0 && beta === 0) values.set(origin);
      else if (first && second) {
        for (let i = 0; i < values.length; i++) values[i] = origin[i]! + alpha * first[i]! + beta * second[i]!;
      } else step(values, origin, (first ?? second)!, first ? alpha : beta);
    }
    return this.values;
  }
}

/** An origin θ and several directions: row k of a grid is the line θ + α·δₖ. */
export class Family implements WeightPath {
  private readonly moved: ReadonlyMap<string, { readonly origin: Float32Array; readonly values: Float32Array }>;
  private readonly values: Values;

  /**
   * @param origin values of the parameters, by name; kept by reference and never written
   * @param members at least one direction, of the same names and lengths; what is absent in one is not moved by it
   * @throws RangeError when a member has a parameter that the origin lacks, or of another length, or there is no member
   */
  constructor(
    origin: Values,
    private readonly members: readonly Direction[],
  ) {
    if (members.length === 0) throw new RangeError("A family has at least one direction.");
    for (const member of members) requireSame(member, origin, "direction");
    const moved = [...origin].filter(([name]) => members.some((member) => nonZero(member.get(name))));
    this.moved = new Map(moved.map(([name, values]) => [name, { origin: values, values: values.slice() }]));
    this.values = buffersOf(this.moved);
  }

  /**
   * Values of every parameter that some member moves: fround(θ + α·δ), computed in float64 from the pristine origin.
   * At α = 0 they are the origin's bytes. The map and its arrays are reused by the next call.
   * @param member 0, 1, …
   * @throws RangeError when there is no such member
   */
  at(alpha: number, member: number): Values {
    const direction = this.members[member];
    if (!direction) throw new RangeError(`There are ${this.members.length} lines, none of them is number ${member}.`);
    for (const [name, { origin, values }] of this.moved) {
      const along = direction.get(name);
      if (alpha === 0 || !along) values.set(origin);
      else step(values, origin, along, alpha);
    }
    return this.values;
  }
}

/** The line through two sets of values: (1 − α)·a + α·b, at α = 0 and α = 1 the ends themselves to the last bit. */
export class Interpolation implements WeightPath {
  private readonly moved: readonly {
    readonly from: Float32Array;
    readonly to: Float32Array;
    readonly values: Float32Array;
  }[];
  private readonly values: Values;

  /**
   * @param from values of the parameters, by name; both are kept by reference and never written
   * @param to of the same names and lengths
   * @throws RangeError when they differ in names or lengths
   */
  constructor(from: Values, to: Values) {
    requireSame(from, to, "one end of the line");
    requireSame(to, from, "one end of the line");
    const moved = new Map(
      [...from].map(([name, values]) => [name, { from: values, to: to.get(name)!, values: values.slice() }]),
    );
    this.moved = [...moved.values()];
    this.values = buffersOf(moved);
  }

  /**
   * Values of all parameters that the ends name, whether these differ or not: a model may be neither end. Computed in
   * float64 and rounded once. The second coordinate says nothing. The map and its arrays are reused by the next call.
   */
  at(alpha: number): Values {
    for (const { from, to, values } of this.moved) {
      if (alpha === 0) values.set(from);
      else if (alpha === 1) values.set(to);
      else for (let i = 0; i < values.length; i++) values[i] = (1 - alpha) * from[i]! + alpha * to[i]!;
    }
    return this.values;
  }
}

function step(values: Float32Array, origin: Float32Array, direction: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i] = origin[i]! + by * direction[i]!;
}

function buffersOf(moved: ReadonlyMap<string, { readonly values: Float32Array }>): Values {
  return new Map([...moved].map(([name, { values }]) => [name, values]));
}

function requireSame(values: Values, origin: Values, what: string): void {
  for (const [name, { length }] of values) {
    const expected = origin.get(name)?.length;
    if (expected !== length) {
      throw new RangeError(`The ${what} has ${length} values for ${name}, the origin ${expected ?? "none"}.`);
    }
  }
}

function nonZero(values: Float32Array | undefined): Float32Array | undefined {
  return values?.some((value) => value !== 0) ? values : undefined;
}
