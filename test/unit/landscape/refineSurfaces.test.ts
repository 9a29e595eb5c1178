import { describe, expect, test } from "vitest";
import { refinementCheck } from "../../../server/landscape/refineCheck";
import { replay } from "../../support/replay";
import type { Truth } from "../../support/replay";
import { axis, cliff, measuredTruth, needles } from "../../support/surfaces";

const all = axis.length ** 2;

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
