import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { coordinates } from "../../../server/landscape/grid";
import { refinementCheck } from "../../../server/landscape/refineCheck";
import { replay, truthOf } from "../../support/replay";
import type { Truth } from "../../support/replay";

const axis = coordinates([-1, 1], 51);
const all = 51 * 51;

async function measuredTruth(name: string): Promise<Truth> {
  const arrays = await readArrays(join(__dirname, "..", "..", "fixtures", "surfaces", `${name}.npz`));
  return { loss: arrays.get("loss")!.data as Float32Array, accuracy: arrays.get("accuracy")!.data as Float32Array };
}

/** A bowl with a step of a factor of ten, half a grid line wide, along a parabola. */
const cliff = truthOf(axis, axis, (x, y) => Math.exp(x * x + y * y + Math.LN10 / (1 + Math.exp(-100 * (y - x * x)))));

/** A bowl with six needles, three up and three down by a factor of e, each two grid lines (σ) wide. */
const needles = truthOf(axis, axis, (x, y) => {
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

type Source = "resnet8" | "deep-plain" | "tanh" | "cliff" | "needles";

/** Surface, whether accuracy counts, and the most points that are measured at 0.1, 1 and 10 %. */
const bounds: readonly (readonly [Source, boolean, readonly [number, number, number]])[] = [
  ["tanh", false, [520, 380, 320]],
  ["tanh", true, [all, all, 320]],
  ["resnet8", false, [all, 1860, 820]],
  ["resnet8", true, [all, all, 920]],
  ["deep-plain", false, [all, all, 910]],
  ["deep-plain", true, [all, all, 920]],
  ["cliff", false, [1650, 1500, 1280]],
  ["needles", false, [2150, 1800, 1180]],
];

function truth(source: Source): Promise<Truth> {
  if (source === "cliff") return Promise.resolve(cliff);
  return source === "needles" ? Promise.resolve(needles) : measuredTruth(source);
}

describe.each(bounds)("%s, accuracy counting: %s", (source, accuracy, most) => {
  test.each([0.001, 0.01, 0.1].map((tolerance, k) => [tolerance, most[k]!] as const))(
    "keeps to %f at every interpolated point with at most %i measured",
    async (refine, bound) => {
      const { surface, order, lossErrors, accuracyErrors } = replay(
        { x: axis, y: axis, refine, accuracy },
        await truth(source),
      );
      const errors = lossErrors.map((loss, k) => (accuracy ? Math.max(loss, accuracyErrors[k]!) : loss));
      errors.sort((a, b) => a - b);
      const largest = errors.at(-1) ?? 0;
      expect(largest).toBeLessThanOrEqual(refine);
      expect(order.length).toBeLessThanOrEqual(bound);
      expect(order.length + errors.length).toBe(all);
      expect(refinementCheck(surface.refinementFacts!).expected).toBe(refine);
    },
  );
});
