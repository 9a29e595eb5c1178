import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlatLayout } from "../../../server/evaluator/flatVector";
import { floatTensor, parameter } from "../../../server/graph/build";
import { sizeOf } from "../../../server/graph/tensor";

const shapes = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), { maxLength: 5 });

function layoutOf(all: readonly (readonly number[])[]): FlatLayout {
  return new FlatLayout(all.map((shape, k) => parameter(`p${k}`, floatTensor(shape, new Float32Array(sizeOf(shape))))));
}

describe("a flat vector", () => {
  test("split and joined again is the same, rounded to float32", () => {
    fc.assert(
      fc.property(shapes, (all) => {
        const layout = layoutOf(all);
        const vector = Float64Array.from({ length: layout.size }, (_, i) => Math.sqrt(i));
        const parts = layout.split(vector);
        expect([...parts.keys()]).toEqual(all.map((_, k) => `p${k}`));
        expect([...parts.values()].map(({ length }) => length)).toEqual(all.map(sizeOf));
        expect(layout.join(parts)).toEqual(vector.map(Math.fround));
      }),
    );
  });

  test("is zero where a part is missing", () => {
    expect([...layoutOf([[2], [1]]).join(new Map([["p1", [5]]]))]).toEqual([0, 0, 5]);
  });

  test("of another length is refused", () => {
    expect(() => layoutOf([[2]]).split(new Float64Array(3))).toThrow("does not fit 2 parameter values");
  });
});
