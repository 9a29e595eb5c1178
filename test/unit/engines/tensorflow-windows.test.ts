import { describe, expect, test } from "vitest";
import { transposedWindowsOf, windowsOf } from "../../../server/engines/tensorflow/windows";
import { int, ints, node, string } from "../../../server/graph/build";

const pool = (attributes: Parameters<typeof node>[3]) => node("MaxPool", ["x"], ["y"], attributes);

describe("windows of convolutions and poolings", () => {
  test("padding, stride and dilation", () => {
    const attributes = { strides: ints(2), pads: ints(1, 2), dilations: ints(2) };
    expect(windowsOf(pool(attributes), [10], [3])).toMatchObject({ pads: [[1, 2]], count: [5], overhang: [0] });
  });

  test("the odd pixel of automatic padding goes to the end or to the beginning", () => {
    const upper = { auto_pad: string("SAME_UPPER"), strides: ints(2) };
    const lower = { auto_pad: string("SAME_LOWER"), strides: ints(2) };
    expect(windowsOf(pool(upper), [8], [3])).toMatchObject({ pads: [[0, 1]], count: [4] });
    expect(windowsOf(pool(lower), [8], [3])).toMatchObject({ pads: [[1, 0]], count: [4] });
  });

  test("rounded up, the last window reaches beyond the padding", () => {
    const attributes = { strides: ints(2), ceil_mode: int(1) };
    expect(windowsOf(pool(attributes), [6], [3])).toMatchObject({ count: [3], overhang: [1] });
  });

  test("rounded up, a window that would begin in the padding at the end is dropped", () => {
    const attributes = { strides: ints(3), pads: ints(0, 1), ceil_mode: int(1) };
    expect(windowsOf(pool(attributes), [3], [2])).toMatchObject({ count: [1], overhang: [0] });
  });

  test("a window that does not fit is refused", () => {
    expect(() => windowsOf(pool({}), [2], [3])).toThrow("a window of 3 does not fit into 2");
  });

  test("a transposed convolution's extent follows from its padding or from what is asked", () => {
    const transposed = (attributes: Parameters<typeof node>[3]) =>
      transposedWindowsOf(node("ConvTranspose", ["x", "w"], ["y"], attributes), [4], [3]);
    expect(transposed({ strides: ints(2), pads: ints(1, 1), output_padding: ints(1) })).toMatchObject({
      before: [1],
      out: [8],
    });
    expect(transposed({ strides: ints(2), output_shape: ints(8), auto_pad: string("SAME_UPPER") })).toMatchObject({
      before: [0],
      out: [8],
    });
    expect(transposed({ strides: ints(2), auto_pad: string("VALID"), pads: ints(1, 1) })).toMatchObject({
      before: [0],
      out: [9],
    });
  });
});
