import { Refinement } from "../../server/landscape/refine";
import type { RefinementOptions } from "../../server/landscape/refine";
import { Surface } from "../../server/runs/surface";
import type { SurfaceSpec } from "../../server/runs/surface";
import { fromJsonNumber, toJsonNumber } from "../../server/protocol/numbers";

/** A whole surface, row-major. */
export interface Truth {
  readonly loss: ArrayLike<number>;
  readonly accuracy: ArrayLike<number>;
}

/** Fields of x and y on a grid. */
export function truthOf(
  x: readonly number[],
  y: readonly number[],
  loss: (x: number, y: number) => number,
  accuracy: (x: number, y: number) => number = (a, b) => 100 / (1 + loss(a, b)),
): Truth {
  const on = (field: (x: number, y: number) => number): number[] => y.flatMap((b) => x.map((a) => field(a, b)));
  return { loss: on(loss), accuracy: on(accuracy) };
}

/** Hands a refinement the points it asks for until it asks for none; returns them in order. */
export function finish(refinement: Refinement, truth: Truth): number[] {
  const order: number[] = [];
  for (let wave = refinement.wave(); wave.length > 0; wave = refinement.wave()) {
    for (const index of wave) refinement.add(index, [valuesAt(truth, index)]);
    order.push(...wave);
  }
  return order;
}

export function valuesAt({ loss, accuracy }: Truth, index: number): { loss: number; accuracy: number } {
  return { loss: loss[index]!, accuracy: accuracy[index]! };
}

/** Everything that a refinement asks for. */
export function measuredOf(options: RefinementOptions, truth: Truth): number[] {
  return finish(new Refinement(options), truth);
}

export interface Replay {
  readonly surface: Surface;
  /** Measured indices, in order. */
  readonly order: readonly number[];
  readonly waves: number;
  /** Relative error of the loss, and of the accuracy in units of 100 %, at every interpolated point. */
  readonly lossErrors: readonly number[];
  readonly accuracyErrors: readonly number[];
}

/** Runs a surface to its end against its truth, and compares its last estimate with it. */
export function replay(spec: SurfaceSpec, truth: Truth): Replay {
  const surface = new Surface(spec);
  const order: number[] = [];
  let waves = 0;
  for (let wave = surface.wave(); wave.length > 0; wave = surface.wave(), waves++) {
    surface.add(
      wave.map(({ index }) => ({
        index,
        loss: toJsonNumber(truth.loss[index]!),
        accuracy: toJsonNumber(truth.accuracy[index]!),
        lossError: 0,
      })),
    );
    order.push(...wave.map(({ index }) => index));
  }
  const estimate = surface.estimate()!;
  const measured = new Set(order);
  const lossErrors: number[] = [];
  const accuracyErrors: number[] = [];
  for (let index = 0; index < surface.total; index++) {
    const loss = fromJsonNumber(estimate.loss[index]!);
    const accuracy = fromJsonNumber(estimate.accuracy[index]!);
    const own = valuesAt(truth, index);
    if (measured.has(index)) {
      if (!Object.is(loss, own.loss) || !Object.is(accuracy, own.accuracy)) {
        throw new Error(`The estimate at the measured point ${index} is not what was measured.`);
      }
      continue;
    }
    lossErrors.push(Math.max(loss / own.loss, own.loss / loss) - 1);
    accuracyErrors.push(Math.abs(accuracy - own.accuracy) / 100);
  }
  return { surface, order, waves, lossErrors, accuracyErrors };
}
