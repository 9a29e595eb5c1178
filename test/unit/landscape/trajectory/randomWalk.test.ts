import { describe, expect, test } from "vitest";
import { Random } from "../../../../server/landscape/random";
import { principalDirections } from "../../../../server/landscape/trajectory/principal";
import { randomWalkBaseline } from "../../../../server/landscape/trajectory/randomWalk";
import { dot } from "./support";

/** Expected products of a walk's points relative to its last one, per dimension: steps that both still have to go. */
function expectedGram(rows: number): readonly Float64Array[] {
  return Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: rows }, (_, j) => Math.min(rows - i, rows - j)),
  );
}

describe("randomWalkBaseline", () => {
  test.each([2, 3, 4, 10, 11, 40])("is exact for %i rows", (rows) => {
    const uncentred = principalDirections(expectedGram(rows), { centred: false, finalRow: false }).ratios;
    randomWalkBaseline(rows, { centred: false }).forEach((share, k) => expect(share).toBeCloseTo(uncentred[k]!, 13));
    if (rows === 2) return;
    // With the last point itself among the rows there is one row more.
    for (const finalRow of [true, false]) {
      const { ratios, rows: counted } = principalDirections(expectedGram(rows), { centred: true, finalRow });
      randomWalkBaseline(counted, { centred: true }).forEach((share, k) => expect(share).toBeCloseTo(ratios[k]!, 13));
    }
  });

  test("tends to 6/π² and 6/4π² centred, to 8/π² and 8/9π² uncentred", () => {
    const [first, second] = randomWalkBaseline(1e5, { centred: true });
    expect(first).toBeCloseTo(6 / Math.PI ** 2, 8);
    expect(second).toBeCloseTo(6 / (4 * Math.PI ** 2), 8);
    expect(first).toBeCloseTo(0.608, 3);
    expect(second).toBeCloseTo(0.152, 3);
    const [one, two] = randomWalkBaseline(1e5, { centred: false });
    expect(one).toBeCloseTo(8 / Math.PI ** 2, 4);
    expect(two).toBeCloseTo(8 / (9 * Math.PI ** 2), 4);
  });

  test("is what a walk in many dimensions shows", () => {
    const [steps, dimensions] = [20, 20_000];
    const random = new Random(1);
    const points = [new Float64Array(dimensions)];
    for (let k = 0; k < steps; k++) points.push(points.at(-1)!.map((value) => value + random.nextNormal()));
    const last = points.pop()!;
    const rows = points.map((point) => point.map((value, i) => value - last[i]!));
    const gram = rows.map((a) => Float64Array.from(rows, (b) => dot(a, b)));
    for (const centred of [true, false]) {
      const found = principalDirections(gram, { centred, finalRow: false }).ratios;
      // √(2/n) = 0.01 is the spread of each product.
      randomWalkBaseline(steps, { centred }).forEach((share, k) =>
        expect(Math.abs(found[k]! - share)).toBeLessThan(0.03),
      );
    }
  });

  test("of two rows is one component; fewer make no walk", () => {
    const [first, second] = randomWalkBaseline(2, { centred: true });
    expect(first).toBeCloseTo(1, 14);
    expect(second).toBe(0);
    expect(() => randomWalkBaseline(1, { centred: true })).toThrow(RangeError);
    expect(() => randomWalkBaseline(2.5, { centred: false })).toThrow(RangeError);
  });
});
