import fc from "fast-check";
import { expect, test } from "vitest";
import { int, ints } from "../../../../server/graph/build";
import type { Attribute } from "../../../../server/graph/graph";
import { deviations, random } from "../../../support/derivatives";
import { apart, applied, derivativesOf, type Application } from "../../../support/differentiable";

/** Extrapolated central differences are good to about 1e-10. */
const tolerance = 1e-8;

function expectExact(application: Application): void {
  const { gradient, product, symmetry } = deviations(derivativesOf(application));
  expect(gradient, "gradient against differences of the loss").toBeLessThan(tolerance);
  expect(product, "H·v against differences of the gradient").toBeLessThan(tolerance);
  expect(symmetry, "u·Hv against v·Hu").toBeLessThan(1e-12);
}

interface Axis {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

const axis = fc.record<Axis>({
  extent: fc.integer({ min: 1, max: 4 }),
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  before: fc.integer({ min: 0, max: 2 }),
  after: fc.integer({ min: 0, max: 1 }),
});

const fitting = axis.filter(
  ({ extent, kernel, dilation, before, after }) => extent + before + after > (kernel - 1) * dilation,
);

/** One to three axes, the third rarely: the number of elements is what takes time. */
const axesOf = (arbitrary: fc.Arbitrary<Axis>): fc.Arbitrary<Axis[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength: 3, size: "small" });

function attributesOf(axes: readonly Axis[]): Record<string, Attribute> {
  return {
    kernel_shape: ints(...axes.map(({ kernel }) => kernel)),
    strides: ints(...axes.map(({ stride }) => stride)),
    dilations: ints(...axes.map(({ dilation }) => dilation)),
    pads: ints(...axes.map(({ before }) => before), ...axes.map(({ after }) => after)),
  };
}

const channels = fc.record({
  group: fc.integer({ min: 1, max: 2 }),
  from: fc.integer({ min: 1, max: 2 }),
  to: fc.integer({ min: 1, max: 2 }),
});

test("Conv: input, filters and bias, for any geometry", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(axesOf(fitting), channels, (axes, { group, from, to }) => {
      const x = random([1, group * from, ...axes.map(({ extent }) => extent)], 1);
      const w = random([group * to, from, ...axes.map(({ kernel }) => kernel)], 2);
      expectExact(applied("Conv", [x, w, random([group * to], 3)], { ...attributesOf(axes), group: int(group) }));
    }),
    { numRuns: 12 },
  );
});

test("ConvTranspose: input, filters and bias, for any geometry and output padding", { timeout: 60_000 }, () => {
  const padded = fc.tuple(axis, fc.integer({ min: 0, max: 2 })).filter(([own, extra]) => {
    const full = (own.extent - 1) * own.stride + (own.kernel - 1) * own.dilation + 1 + extra;
    return extra < Math.max(own.stride, own.dilation) && full > own.before + own.after;
  });
  const several = fc.array(padded, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(several, channels, (pairs, { group, from, to }) => {
      const axes = pairs.map(([own]) => own);
      const x = random([1, group * from, ...axes.map(({ extent }) => extent)], 1);
      const w = random([group * from, to, ...axes.map(({ kernel }) => kernel)], 2);
      const output = { group: int(group), output_padding: ints(...pairs.map(([, extra]) => extra)) };
      const attributes = { ...attributesOf(axes), ...output };
      expectExact(applied("ConvTranspose", [x, w, random([group * to], 3)], attributes));
    }),
    { numRuns: 12 },
  );
});

test.each([
  ["inside the end padding", 2],
  ["beyond the end padding", 0],
])("ConvTranspose: output padding of a stride and more, %s", (_, after) => {
  const axes = [{ extent: 3, kernel: 2, stride: 1, dilation: 3, before: 1, after }];
  const attributes = { ...attributesOf(axes), output_padding: ints(2) };
  expectExact(applied("ConvTranspose", [random([1, 2, 3], 1), random([2, 2, 2], 2), random([2], 3)], attributes));
});

/** Axes whose every window meets an element. */
const pooled = fitting.filter(({ extent, kernel, stride, dilation, before, after }) => {
  const count = Math.floor((extent + before + after - (kernel - 1) * dilation - 1) / stride) + 1;
  return Array.from({ length: count }).every((_, window) =>
    Array.from({ length: kernel }).some((_, k) => {
      const place = window * stride - before + k * dilation;
      return place >= 0 && place < extent;
    }),
  );
});

test("MaxPool: for any geometry", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(axesOf(pooled), (axes) => {
      const attributes = attributesOf(axes);
      expectExact(applied("MaxPool", [apart([1, 2, ...axes.map(({ extent }) => extent)], 1)], attributes));
    }),
    { numRuns: 12 },
  );
});

test("AveragePool: for any geometry, padding counted or not", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(axesOf(pooled), fc.constantFrom(0, 1), (axes, included) => {
      const attributes = attributesOf(axes);
      const x = random([1, 2, ...axes.map(({ extent }) => extent)], 1);
      expectExact(applied("AveragePool", [x], { ...attributes, count_include_pad: int(included) }));
    }),
    { numRuns: 12 },
  );
});
