import type { Parameter } from "../../graph/graph";
import { ProblemError } from "../../protocol/problem";
import type { CheckpointFacts } from "../../protocol/result";
import type { Direction } from "../directions";
import { readValues } from "./source";
import type { WeightSource } from "./source";

/** Where a checkpoint lies: coordinates in the plane, distance from the model and from the plane. */
export type PathPoint = Pick<CheckpointFacts, "x" | "y" | "distance" | "offPlane">;

/** Directions with a smaller sin² of their angle (0.06°) are parallel: coordinates along them would be rounding. */
const leastSquaredSine = 1e-6;

/**
 * Projects every checkpoint onto the plane θ_N + x·δ + y·η, or the line θ_N + x·δ, by least squares: the coordinates
 * minimise ‖(θᵢ − θ_N) − x·δ − y·η‖. The normal equations [δ·δ δ·η; δ·η η·η] (x, y) = (d·δ, d·η) are solved in float64, so
 * that directions need be neither orthogonal nor of unit length.
 *
 * Only parameters that some direction moves count, in the coordinates and in both distances. `offPlane` follows from
 * offPlane² = distance² − ‖x·δ + y·η‖² and is rounding below 1e-6 of the distance. Tensors are streamed: one of one
 * checkpoint is held at a time.
 *
 * @param origin θ_N, the values of the model, by name
 * @param directions one or two; for one, y is 0 and `offPlane` the distance from the line
 * @param parameters of the model
 * @throws ProblemError `study-invalid` when a direction is zero or both are parallel; as `gramMatrix`
 */
export async function projectPath(
  sources: readonly WeightSource[],
  origin: ReadonlyMap<string, Float32Array>,
  directions: readonly [Direction] | readonly [Direction, Direction],
  parameters: readonly Parameter[],
): Promise<readonly PathPoint[]> {
  const moved = parameters.flatMap(({ name }) => movedBy(directions, origin, name) ?? []);
  const solve = solver(productsOf(moved), directions.length);
  const points: PathPoint[] = [];
  for (const source of sources) points.push(solve(await sumsOf(source, moved)));
  return points;
}

/** Values of one parameter; a direction that does not move it is zero there. */
interface Moved {
  readonly name: string;
  readonly own: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

function movedBy(
  directions: readonly Direction[],
  origin: ReadonlyMap<string, Float32Array>,
  name: string,
): Moved | undefined {
  const found = directions.map((direction) => direction.get(name));
  if (!found.some((values) => values?.some((value) => value !== 0))) return undefined;
  const own = origin.get(name);
  if (!own || found.some((values) => values && values.length !== own.length)) {
    throw new RangeError(`A direction of ${name} does not belong to the origin.`);
  }
  const [first, second] = [0, 1].map((k) => found[k] ?? new Float32Array(own.length));
  return { name, own, first: first!, second: second! };
}

/** δ·δ, δ·η and η·η. */
interface Products {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

function productsOf(moved: readonly Moved[]): Products {
  let [xx, xy, yy] = [0, 0, 0];
  for (const { first, second } of moved) {
    for (let i = 0; i < first.length; i++) {
      xx += first[i]! * first[i]!;
      xy += first[i]! * second[i]!;
      yy += second[i]! * second[i]!;
    }
  }
  return { xx, xy, yy };
}

/** d·d, d·δ and d·η of d = θᵢ − θ_N. */
interface Sums {
  readonly dd: number;
  readonly dx: number;
  readonly dy: number;
}

async function sumsOf(source: WeightSource, moved: readonly Moved[]): Promise<Sums> {
  let [dd, dx, dy] = [0, 0, 0];
  for (const { name, own, first, second } of moved) {
    const values = await readValues(source, name, own.length);
    for (let i = 0; i < own.length; i++) {
      const difference = values[i]! - own[i]!;
      dd += difference * difference;
      dx += difference * first[i]!;
      dy += difference * second[i]!;
    }
  }
  return { dd, dx, dy };
}

function solver({ xx, xy, yy }: Products, count: number): (sums: Sums) => PathPoint {
  const determinant = xx * yy - xy * xy;
  if (xx === 0 || (count > 1 && yy === 0)) throw notAPlane("one of the directions is zero");
  if (count > 1 && !(determinant >= leastSquaredSine * xx * yy)) throw notAPlane("both directions are parallel");
  return ({ dd, dx, dy }) => {
    const x = count > 1 ? (dx * yy - dy * xy) / determinant : dx / xx;
    const y = count > 1 ? (dy * xx - dx * xy) / determinant : 0;
    const inPlane = x * dx + y * dy;
    return { x, y, distance: Math.sqrt(dd), offPlane: Math.sqrt(Math.max(0, dd - inPlane)) };
  };
}

function notAPlane(found: string): ProblemError {
  return new ProblemError({
    reason: "study-invalid",
    title: "The directions make no plane",
    message: `The checkpoints cannot be placed in the plane: two directions at an angle were expected, but ${found}.`,
    advice: "Choose other directions, e.g. the principal directions of the checkpoints.",
  });
}
