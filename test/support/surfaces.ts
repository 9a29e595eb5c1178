import { resolve } from "node:path";
import { readArrays } from "../../server/data/npz";
import { coordinates } from "../../server/landscape/grid";
import { truthOf } from "./replay";
import type { Truth } from "./replay";

/** The grid of all of them, along x and y. */
export const axis = coordinates([-1, 1], 51);

/** A whole surface of `test/fixtures/surfaces`. */
export async function measuredTruth(name: string): Promise<Truth> {
  const arrays = await readArrays(resolve("test", "fixtures", "surfaces", `${name}.npz`));
  return { loss: arrays.get("loss")!.data as Float32Array, accuracy: arrays.get("accuracy")!.data as Float32Array };
}

/** A bowl with a step of a factor of ten, half a grid line wide, along a parabola. */
export const cliff = truthOf(axis, axis, (x, y) =>
  Math.exp(x * x + y * y + Math.LN10 / (1 + Math.exp(-100 * (y - x * x)))),
);

/** A bowl with six needles, three up and three down by a factor of e, each two grid lines (σ) wide. */
export const needles = truthOf(axis, axis, (x, y) => {
  const places = [
    [-0.61, -0.37],
    [0.13, 0.71],
    [0.55, -0.82],
    [-0.3, 0.22],
    [0.83, 0.4],
    [-0.9, 0.93],
  ] as const;
  return Math.exp(
    places.reduce(
      (sum, [a, b], k) => sum + (k % 2 === 0 ? 1 : -1) * Math.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 0.08 ** 2)),
      x * x + 0.5 * y * y,
    ),
  );
});
