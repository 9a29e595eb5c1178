import { expect, test } from "vitest";
import { packed } from "../../../extension/panels/packed";
import type { RunEvent } from "../../../server/protocol/requests";

const progress = { measured: 3, total: 9, level: [3, 3] as const };

test("estimates of every split are packed, with what JSON writes as text, and nothing else is changed", () => {
  const event = {
    kind: "points",
    points: [{ index: 4, loss: "NaN", accuracy: 50, lossError: 0 }],
    estimate: { from: [3, 3], loss: [1.5, "NaN", "-Infinity"], accuracy: [10, 20, 30] },
    furtherEstimates: [{ from: [3, 3], loss: [2], accuracy: ["Infinity"] }],
    progress,
  } as const satisfies RunEvent;
  expect(packed(event)).toEqual({
    ...event,
    estimate: { from: [3, 3], loss: Float64Array.of(1.5, NaN, -Infinity), accuracy: Float64Array.of(10, 20, 30) },
    furtherEstimates: [{ from: [3, 3], loss: Float64Array.of(2), accuracy: Float64Array.of(Infinity) }],
  });
});

test("points without an estimate have none", () => {
  const event = { kind: "points", points: [], progress } as const;
  expect(Object.keys(packed(event))).toEqual(["kind", "points", "progress"]);
});
