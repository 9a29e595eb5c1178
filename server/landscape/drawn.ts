import { toFloat32 } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import type { Normalisation, RandomDirections } from "../protocol/study";
import { isBiasOrNorm } from "./directions";
import { filterSquares } from "./filters";
import { factorsOf, followsModel, unitCursor, unitIndex, unitOf } from "./normalise";
import { Path } from "./plane";
import type { Moved, Writer } from "./plane";
import { Random } from "./random";
import { movable } from "./values";

/** Values that are drawn, scaled and used before the next ones are. */
const block = 4096;

/** Values of a direction of one parameter, row-major: each call writes the next ones. */
type Reader = (target: Float32Array) => void;

/** The direction of one parameter, which can be drawn again and again. */
interface Drawn {
  /** Whether any value differs from 0. */
  readonly moves: boolean;
  read(): Reader;
}

/**
 * The plane of two random directions that are drawn anew for every point instead of being held: for models whose
 * directions take more memory than there is. Points are the same as those of a `Plane` with `randomDirections`, to the
 * last bit, and take longer. Of each parameter only the generator's state and one factor per filter are kept.
 */
export class DrawnPlane extends Path {
  /** @param origin values of the parameters, by name; kept by reference and never written */
  constructor(origin: ReadonlyMap<string, Float32Array>, parameters: readonly Parameter[], spec: RandomDirections) {
    const [first, second] = [drawnDirection(parameters, spec, 0), drawnDirection(parameters, spec, 1)];
    const moved = new Map<string, Moved>();
    for (const [name, values] of origin) {
      const [a, b] = [first.get(name), second.get(name)].map((drawn) => (drawn?.moves ? drawn : undefined));
      if (a || b) moved.set(name, { length: values.length, write: writerOf(values, a, b) });
    }
    super(moved);
  }
}

/** θ + α·δ + β·η as in `Plane`, block by block. */
function writerOf(origin: Float32Array, first: Drawn | undefined, second: Drawn | undefined): Writer {
  return (target, alpha, beta) => {
    if (alpha === 0 && beta === 0) {
      target.set(origin);
      return;
    }
    const [a, b] = [first?.read(), second?.read()];
    const [delta, eta] = [new Float32Array(block), new Float32Array(block)];
    for (let from = 0; from < target.length; from += block) {
      const count = Math.min(block, target.length - from);
      a?.(delta.subarray(0, count));
      b?.(eta.subarray(0, count));
      if (a && b) {
        for (let i = 0; i < count; i++) target[from + i] = origin[from + i]! + alpha * delta[i]! + beta * eta[i]!;
      } else {
        const [along, by] = a ? [delta, alpha] : [eta, beta];
        for (let i = 0; i < count; i++) target[from + i] = origin[from + i]! + by * along[i]!;
      }
    }
  };
}

/** The direction of one stream of the seed, as `randomDirection` makes it: one pass through the generator. */
function drawnDirection(
  parameters: readonly Parameter[],
  spec: RandomDirections,
  stream: number,
): ReadonlyMap<string, Drawn> {
  const random = new Random(spec.seed, stream);
  const direction = new Map<string, Drawn>();
  for (const parameter of movable(parameters)) {
    const begun = random.copy();
    const theta = toFloat32(parameter.tensor);
    if (!isBiasOrNorm(parameter)) {
      direction.set(parameter.name, drawnParameter(parameter, theta, spec.normalise, begun, random));
      continue;
    }
    for (let i = 0; i < theta.length; i++) random.nextNormal();
    if (spec.ignore === "none") direction.set(parameter.name, held(theta));
  }
  return direction;
}

/** @param random is where the parameter's numbers begin, and afterwards where they end; `begun` stays where it is. */
function drawnParameter(
  parameter: Parameter,
  theta: Float32Array,
  normalisation: Normalisation,
  begun: Random,
  random: Random,
): Drawn {
  const unit = unitOf(normalisation);
  if (!unit) {
    for (let i = 0; i < theta.length; i++) random.nextNormal();
    return drawnBy(() => {
      const again = begun.copy();
      let at = 0;
      return normalisation === "weight" ? () => again.nextNormal() * theta[at++]! : () => again.nextNormal();
    }, theta.length);
  }
  const cursor = unitCursor(parameter, unit);
  const found = new Float64Array(cursor.count);
  for (let i = 0; i < theta.length; i++) {
    const value = random.nextNormal();
    found[cursor.next()]! += value * value;
  }
  const target = followsModel(normalisation)
    ? filterSquares(theta, unitIndex(parameter, unit))
    : new Float64Array(cursor.count).fill(1);
  const factor = factorsOf(found, target);
  return drawnBy(() => {
    const again = begun.copy();
    const filters = unitCursor(parameter, unit);
    return () => {
      const value = again.nextNormal();
      const scale = factor[filters.next()]!;
      return scale === 0 ? 0 : value * scale;
    };
  }, theta.length);
}

/** @param start makes what gives one value after the other, in float64. */
function drawnBy(start: () => () => number, length: number): Drawn {
  const read = (): Reader => {
    const next = start();
    return (target) => {
      for (let i = 0; i < target.length; i++) target[i] = next();
    };
  };
  return { moves: someValue(read(), length), read };
}

/** A direction that is there already: a parameter's own values. */
function held(values: Float32Array): Drawn {
  return {
    moves: values.some((value) => value !== 0),
    read: () => {
      let at = 0;
      return (target) => {
        target.set(values.subarray(at, at + target.length));
        at += target.length;
      };
    },
  };
}

/** Whether any of so many values differs from 0; the first one does nearly always. */
function someValue(read: Reader, length: number): boolean {
  for (let from = 0; from < length; from += block) {
    const part = new Float32Array(Math.min(block, length - from));
    read(part);
    if (part.some((value) => value !== 0)) return true;
  }
  return false;
}
