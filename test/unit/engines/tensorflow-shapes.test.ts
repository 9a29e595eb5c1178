import { describe, expect, test } from "vitest";
import {
  axisOf,
  broadcastPositions,
  broadcastShape,
  indexOf,
  mappedPositions,
  mappedShape,
  reducedShape,
  stridesOf,
  transposedPositions,
} from "../../../server/engines/tensorflow/shapes";

describe("index arithmetic", () => {
  test("shapes are broadcast as numpy does", () => {
    expect(broadcastShape([3, 1], [1, 4], [2, 1, 1])).toEqual([2, 3, 4]);
    expect(broadcastShape([], [5])).toEqual([5]);
    expect(broadcastShape([0, 3], [1, 3])).toEqual([0, 3]);
    expect(() => broadcastShape([2, 3], [2, 4])).toThrow("[2, 3] and [2, 4]");
  });

  test("axes and indices count from the end when negative, and must be inside", () => {
    expect(axisOf(-1, 4)).toBe(3);
    expect(() => axisOf(4, 4)).toThrow("axis 4 is outside rank 4");
    expect(indexOf(-2, 5)).toBe(3);
    expect(() => indexOf(5, 5)).toThrow("index 5");
    expect(() => indexOf(-6, 5)).toThrow("index -6");
  });

  test("strides are row-major", () => {
    expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]);
    expect(stridesOf([])).toEqual([]);
  });

  test("maps take indices along each axis", () => {
    const maps = [undefined, [2, 0]];
    expect(mappedShape([2, 3], maps)).toEqual([2, 2]);
    expect([...mappedPositions([2, 3], maps)]).toEqual([2, 0, 5, 3]);
    expect([...mappedPositions([], [])]).toEqual([0]);
    expect([...mappedPositions([2, 3], [[], undefined])]).toEqual([]);
  });

  test("transposing and broadcasting name the source of every element", () => {
    expect([...transposedPositions([2, 3], [1, 0])]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...broadcastPositions([2, 1], [3, 2, 2])]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]);
  });

  test("reduced axes go or stay as one", () => {
    expect(reducedShape([2, 3, 4], [0, 2], true)).toEqual([1, 3, 1]);
    expect(reducedShape([2, 3, 4], [0, 2], false)).toEqual([3]);
  });
});
