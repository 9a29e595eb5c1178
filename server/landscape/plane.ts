import type { Fill } from "../graph/fill";
import type { Direction } from "./directions";

type Values = ReadonlyMap<string, Float32Array>;
type Fills = ReadonlyMap<string, Fill>;

/** The weights at every point of a grid: what an evaluator needs to know of a study's directions. */
export interface WeightPath {
  /**
   * What writes the values of every parameter that some point of the path moves, in float32, for this point. The weights
   * of a point exist only where they are written to.
   */
  fills(alpha: number, beta: number): Fills;
  /** The same values as arrays of their own. */
  at(alpha: number, beta: number): Values;
}

/** Writes values of one parameter for a point. */
export type Writer = (target: Float32Array, alpha: number, beta: number) => void;

/** A parameter that moves: how many values it has, and what writes them. */
export interface Moved {
  readonly length: number;
  readonly write: Writer;
}

/** Parameters that move, by name, each computed from pristine values. */
export abstract class Path implements WeightPath {
  protected constructor(private readonly moved: ReadonlyMap<string, Moved>) {}

  fills(alpha: number, beta: number): Fills {
    return new Map(
      [...this.moved].map(([name, { write }]) => [
        name,
        (target) => {
          write(target, alpha, beta);
        },
      ]),
    );
  }

  at(alpha: number, beta: number): Values {
    return new Map(
      [...this.moved].map(([name, { length, write }]) => {
        const values = new Float32Array(length);
        write(values, alpha, beta);
        return [name, values];
      }),
    );
  }
}

/**
 * An origin θ and two directions δ, η. The values of every moved parameter at (α, β) are fround(θ + α·δ + β·η), computed
 * in float64 from the pristine origin; at (0, 0) they are the origin's bytes.
 */
export class Plane extends Path {
  /**
   * @param origin values of the parameters, by name; kept by reference and never written
   * @param directions of the same names and lengths; parameters where both are absent or zero are not moved
   * @throws RangeError when a direction has a parameter that the origin lacks, or of another length
   */
  constructor(
    readonly origin: Values,
    readonly directions: readonly [Direction, Direction],
  ) {
    for (const direction of directions) requireSame(direction, origin, "direction");
    const moved = new Map<string, Moved>();
    for (const [name, values] of origin) {
      const [first, second] = directions.map((direction) => nonZero(direction.get(name)));
      const write = planeWriter(values, first, second);
      if (write) moved.set(name, { length: values.length, write });
    }
    super(moved);
  }
}

/**
 * An origin θ and several directions: row k of a grid is the line θ + α·δₖ. The values of every parameter that some member
 * moves are fround(θ + α·δ), computed in float64 from the pristine origin; at α = 0 they are the origin's bytes.
 */
export class Family extends Path {
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
    const names = [...origin].filter(([name]) => members.some((member) => nonZero(member.get(name))));
    super(
      new Map(
        names.map(([name, values]) => {
          const write: Writer = (target, alpha, member) => {
            const along = members[member]!.get(name);
            if (alpha === 0 || !along) target.set(values);
            else step(target, values, along, alpha);
          };
          return [name, { length: values.length, write }];
        }),
      ),
    );
  }

  /** @param member 0, 1, … @throws RangeError when there is no such member */
  override fills(alpha: number, member: number): Fills {
    this.require(member);
    return super.fills(alpha, member);
  }

  /** @param member 0, 1, … @throws RangeError when there is no such member */
  override at(alpha: number, member: number): Values {
    this.require(member);
    return super.at(alpha, member);
  }

  private require(member: number): void {
    if (this.members[member]) return;
    throw new RangeError(`There are ${this.members.length} lines, none of them is number ${member}.`);
  }
}

/**
 * The line through two sets of values: (1 − α)·a + α·b, at α = 0 and α = 1 the ends themselves to the last bit. Computed
 * in float64 and rounded once, for all parameters that the ends name, whether these differ or not: a model may be neither
 * end. The second coordinate says nothing.
 */
export class Interpolation extends Path {
  /**
   * @param from values of the parameters, by name; both are kept by reference and never written
   * @param to of the same names and lengths
   * @throws RangeError when they differ in names or lengths
   */
  constructor(from: Values, to: Values) {
    requireSame(from, to, "one end of the line");
    requireSame(to, from, "one end of the line");
    super(
      new Map(
        [...from].map(([name, a]) => {
          const b = to.get(name)!;
          const write: Writer = (target, alpha) => {
            if (alpha === 0) target.set(a);
            else if (alpha === 1) target.set(b);
            else for (let i = 0; i < target.length; i++) target[i] = (1 - alpha) * a[i]! + alpha * b[i]!;
          };
          return [name, { length: a.length, write }];
        }),
      ),
    );
  }

  override fills(alpha: number, beta = 0): Fills {
    return super.fills(alpha, beta);
  }

  override at(alpha: number, beta = 0): Values {
    return super.at(alpha, beta);
  }
}

/** Undefined when neither direction moves anything. */
function planeWriter(
  origin: Float32Array,
  first: Float32Array | undefined,
  second: Float32Array | undefined,
): Writer | undefined {
  if (!first && !second) return undefined;
  return (target, alpha, beta) => {
    if (alpha === 0 && beta === 0) target.set(origin);
    else if (first && second) {
      for (let i = 0; i < target.length; i++) target[i] = origin[i]! + alpha * first[i]! + beta * second[i]!;
    } else step(target, origin, (first ?? second)!, first ? alpha : beta);
  };
}

function step(values: Float32Array, origin: Float32Array, direction: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i++) values[i] = origin[i]! + by * direction[i]!;
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
