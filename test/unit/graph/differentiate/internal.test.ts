import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphOf, int, ints, node, valueInfo } from "../../../../server/graph/build";
import {
  geometryOf,
  internalDomain,
  internalType,
  windowCounts,
  type Geometry,
} from "../../../../server/graph/differentiate/internal";
import type { Attribute, GraphNode } from "../../../../server/graph/graph";
import { sizeOf, type Tensor } from "../../../../server/graph/tensor";
import { uniform } from "../../../support/operatorCase";
import { evaluateReference } from "../../../support/reference";

type Attributes = Readonly<Record<string, Attribute>>;

/** Random numbers in [−1, 1), in float64. */
function doubles(shape: readonly number[], seed: number): Tensor {
  return { dtype: "float64", shape, data: Float64Array.from(uniform(sizeOf(shape), seed), (u) => 2 * u - 1) };
}

/** The first outputs of one node, all in float64. */
function apply(application: GraphNode, ...tensors: readonly Tensor[]): Tensor[] {
  const graph = graphOf({
    inputs: application.inputs.map((name, k) => valueInfo(name, tensors[k]!.shape, tensors[k]!.dtype)),
    outputs: application.outputs.map((name) => valueInfo(name, [])),
    nodes: [application],
  });
  const feeds = Object.fromEntries(application.inputs.map((name, k) => [name, tensors[k]!]));
  const results = evaluateReference(graph, feeds);
  return application.outputs.map((name) => results[name]!);
}

const internal = (op: string, attributes: Attributes, shape?: readonly number[]): GraphNode =>
  node(op, ["a", "b"], ["o"], shape ? { ...attributes, shape: ints(...shape) } : attributes, internalDomain);

function dot(a: Tensor, b: Tensor): number {
  expect(a.shape).toEqual(b.shape);
  return (a.data as Float64Array).reduce((sum, value, i) => sum + value * (b.data[i] as number), 0);
}

/** Two sums of the same terms in another order, none larger than 1. */
function expectEqual(a: number, b: number, terms: number): void {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-14 * Math.max(1, terms));
}

interface Windowed {
  readonly geometry: Geometry;
  readonly attributes: Attributes;
  readonly spatial: readonly number[];
  readonly counts: readonly number[];
}

interface Axis {
  readonly extent: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
}

/** One to three spatial axes with at least one window along each. */
const windowed = (group = 1): fc.Arbitrary<Windowed> =>
  fc
    .array(
      fc
        .record<Axis>({
          extent: fc.integer({ min: 1, max: 6 }),
          kernel: fc.integer({ min: 1, max: 3 }),
          stride: fc.integer({ min: 1, max: 3 }),
          dilation: fc.integer({ min: 1, max: 2 }),
          before: fc.integer({ min: 0, max: 2 }),
          after: fc.integer({ min: 0, max: 2 }),
        })
        .filter(({ extent, kernel, dilation, before, after }) => extent + before + after > (kernel - 1) * dilation),
      { minLength: 1, maxLength: 3 },
    )
    .map((axes) => {
      const attributes: Attributes = {
        kernel_shape: ints(...axes.map(({ kernel }) => kernel)),
        strides: ints(...axes.map(({ stride }) => stride)),
        dilations: ints(...axes.map(({ dilation }) => dilation)),
        pads: ints(...axes.map(({ before }) => before), ...axes.map(({ after }) => after)),
        group: int(group),
      };
      const geometry = geometryOf(node("Conv", [], [], attributes));
      const spatial = axes.map(({ extent }) => extent);
      return { geometry, attributes, spatial, counts: windowCounts(geometry, spatial) };
    });

describe("gradients of a convolution", () => {
  const sizes = fc.record({
    batch: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 2 }),
    filters: fc.integer({ min: 1, max: 2 }),
    seed: fc.integer({ min: 1, max: 1000 }),
  });

  test("are the adjoints of both of its linear maps: ⟨Conv(x, w), y⟩ = ⟨x, CIG(y, w)⟩ = ⟨w, CFG(x, y)⟩", () => {
    fc.assert(
      fc.property(
        sizes.chain((own) => windowed(own.group).map((windows) => ({ ...own, ...windows }))),
        ({ batch, group, channels, filters, seed, attributes, geometry, spatial, counts }) => {
          const x = doubles([batch, group * channels, ...spatial], seed);
          const w = doubles([group * filters, channels, ...geometry.kernel], seed + 1);
          const y = doubles([batch, group * filters, ...counts], seed + 2);
          const [forward] = apply(node("Conv", ["a", "b"], ["o"], attributes), x, w);
          const [byInput] = apply(internal("ConvInputGrad", attributes, x.shape), y, w);
          const [byFilter] = apply(internal("ConvFilterGrad", attributes, w.shape), x, y);
          const terms = sizeOf(y.shape) * sizeOf(w.shape);
          expectEqual(dot(forward!, y), dot(x, byInput!), terms);
          expectEqual(dot(forward!, y), dot(w, byFilter!), terms);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("a transposed convolution is the gradient with respect to the input", () => {
    fc.assert(
      fc.property(windowed(2), fc.integer({ min: 1, max: 1000 }), (windows, seed) => {
        const { attributes, geometry, spatial, counts } = windows;
        const rest = spatial.map((extent, axis) => {
          const reach = (geometry.kernel[axis]! - 1) * geometry.dilations[axis]! + 1;
          const covered = (counts[axis]! - 1) * geometry.strides[axis]! + reach;
          return extent + geometry.before[axis]! + geometry.after[axis]! - covered;
        });
        const y = doubles([2, 4, ...counts], seed);
        const w = doubles([4, 2, ...geometry.kernel], seed + 1);
        const transposed = node("ConvTranspose", ["a", "b"], ["o"], { ...attributes, output_padding: ints(...rest) });
        const [expected] = apply(transposed, y, w);
        const [actual] = apply(internal("ConvInputGrad", attributes, [2, 4, ...spatial]), y, w);
        expect(actual!.shape).toEqual(expected!.shape);
        actual!.data.forEach((value: number | bigint, i: number) =>
          expectEqual(value as number, expected!.data[i] as number, 100),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("agree with numbers worked out by hand", () => {
    // y = [w₀x₀ + w₁x₁, w₀x₂ + w₁x₃] and x₄ is not reached.
    const attributes = { kernel_shape: ints(2), strides: ints(2), pads: ints(0, 0) };
    const tensor = (shape: number[], values: number[]): Tensor => ({
      dtype: "float64",
      shape,
      data: Float64Array.from(values),
    });
    const x = tensor([1, 1, 5], [1, 2, 3, 4, 5]);
    const w = tensor([1, 1, 2], [10, 20]);
    const d = tensor([1, 1, 2], [1, -3]);
    const [byInput] = apply(internal("ConvInputGrad", attributes, x.shape), d, w);
    expect(Array.from(byInput!.data, Number)).toEqual([10, 20, -30, -60, 0]);
    const [byFilter] = apply(internal("ConvFilterGrad", attributes, w.shape), x, d);
    expect(Array.from(byFilter!.data, Number)).toEqual([-8, -10]);
  });
});

describe("gradients of pooling", () => {
  /** Every window meets at least one element. */
  const pooled = windowed().filter(({ geometry, spatial, counts }) =>
    spatial.every((extent, axis) =>
      Array.from({ length: counts[axis]! }).every((_, window) =>
        Array.from({ length: geometry.kernel[axis]! }).some((_, k) => {
          const place = window * geometry.strides[axis]! - geometry.before[axis]! + k * geometry.dilations[axis]!;
          return place >= 0 && place < extent;
        }),
      ),
    ),
  );
  const seeds = fc.integer({ min: 1, max: 1000 });

  test("of the maximum: MaxPoolGrad and MaxPoolGather are adjoint, and gathering x gives the maxima", () => {
    fc.assert(
      fc.property(pooled, seeds, ({ attributes, spatial, counts }, seed) => {
        const x = doubles([2, 2, ...spatial], seed);
        const u = doubles(x.shape, seed + 1);
        const d = doubles([2, 2, ...counts], seed + 2);
        const [y, indices] = apply(node("MaxPool", ["a"], ["o", "i"], attributes), x) as [Tensor, Tensor];
        const [spread] = apply(internal("MaxPoolGrad", attributes, x.shape), d, indices);
        const [gathered] = apply(internal("MaxPoolGather", attributes), u, indices);
        expectEqual(dot(spread!, u), dot(d, gathered!), sizeOf(d.shape));
        expect(apply(internal("MaxPoolGather", attributes), x, indices)[0]!.data).toEqual(y.data);
      }),
      { numRuns: 80 },
    );
  });

  test("of the average: AveragePool and AveragePoolGrad are adjoint, padding counted or not", () => {
    fc.assert(
      fc.property(pooled, seeds, fc.constantFrom(0, 1), ({ attributes, spatial, counts }, seed, included) => {
        const own = { ...attributes, count_include_pad: int(included) };
        const x = doubles([2, 2, ...spatial], seed);
        const d = doubles([2, 2, ...counts], seed + 1);
        const [y] = apply(node("AveragePool", ["a"], ["o"], own), x);
        const grad = node("AveragePoolGrad", ["a"], ["o"], { ...own, shape: ints(...x.shape) }, internalDomain);
        expectEqual(dot(y!, d), dot(x, apply(grad, d)[0]!), sizeOf(d.shape));
      }),
      { numRuns: 80 },
    );
  });

  test("of the maximum: an element that wins two windows gets both cotangents", () => {
    const attributes = { kernel_shape: ints(2) };
    const x: Tensor = { dtype: "float64", shape: [1, 1, 3], data: Float64Array.of(1, 5, 2) };
    const [, indices] = apply(node("MaxPool", ["a"], ["o", "i"], attributes), x) as [Tensor, Tensor];
    const d: Tensor = { dtype: "float64", shape: [1, 1, 2], data: Float64Array.of(10, 100) };
    const [spread] = apply(internal("MaxPoolGrad", attributes, x.shape), d, indices);
    expect(Array.from(spread!.data, Number)).toEqual([0, 110, 0]);
  });
});

describe("types", () => {
  const float = (...shape: number[]) => ({ dtype: "float32" as const, shape });

  test("follow from the attribute or from the indices", () => {
    const shape = [2, 3, 7, 7];
    for (const op of ["ConvInputGrad", "ConvFilterGrad", "MaxPoolGrad", "AveragePoolGrad"]) {
      expect(internalType(internal(op, {}, shape), [float(2, 4, 3, 3)])).toEqual([float(...shape)]);
    }
    const indices = { dtype: "int64" as const, shape: [2, 3, 3, 3] };
    expect(internalType(internal("MaxPoolGather", {}), [float(...shape), indices])).toEqual([float(2, 3, 3, 3)]);
  });

  test("of what is not internal are not known here", () => {
    expect(internalType(node("Conv", ["x", "w"], ["y"]), [float(1), float(1)])).toBeUndefined();
    expect(internalType(internal("Other", {}), [float(1), float(1)])).toBeUndefined();
  });

  test("need the shape, the kernel and explicit padding", () => {
    expect(() => internalType(internal("ConvInputGrad", {}), [float(1)])).toThrow("shape");
    expect(() => geometryOf(internal("ConvInputGrad", {}))).toThrow("kernel_shape");
    const automatic = { kernel_shape: ints(3), auto_pad: { type: "string", value: "SAME_UPPER" } as const };
    expect(() => geometryOf(node("Conv", [], [], automatic))).toThrow("automatic");
  });
});
