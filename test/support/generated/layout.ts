import fc from "fast-check";
import type { DataType } from "../../../server/graph/tensor";
import { tensorOf } from "../operatorCase";
import {
  axes,
  axisLists,
  each,
  fed,
  flags,
  floating,
  integers,
  known,
  maybe,
  number,
  rangeOf,
  shapes,
  whole,
  type Application,
  type Generators,
  type Input,
} from "./application";

/** What is moved: floats in any layout, or what stays on the host. */
const values = (shape: readonly number[]): fc.Arbitrary<Input> =>
  fc.oneof(
    { weight: 4, arbitrary: fed(shape) },
    { weight: 1, arbitrary: integers(shape, "int64", -9, 9) },
    { weight: 1, arbitrary: integers(shape, "bool", 0, 1) },
  );

const typesOf = (input: Input): readonly DataType[] => [input.tensor.dtype];
const sized = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Groups of neighbouring axes become one, ones come between; an extent may be left to be worked out, or kept by 0. */
const reshape: fc.Arbitrary<Application> = shapes(1, 5)
  .chain((shape) =>
    fc.record({
      x: values(shape),
      cuts: each(shape.length, flags),
      ones: each(shape.length, flags),
      rest: maybe(whole(0, 4)),
      zero: flags,
      opset: fc.constantFrom(5, 13, 14, 21),
    }),
  )
  .map(({ x, cuts, ones, rest, zero, opset }) => {
    const { shape } = x.tensor;
    const target: number[] = [];
    shape.forEach((extent, axis) => {
      if (ones[axis]) target.push(1);
      if (axis === 0 || cuts[axis]) target.push(extent);
      else target.push(target.pop()! * extent);
    });
    const asked = target.map((extent, axis) => (zero && extent === shape[axis] ? 0 : extent));
    if (rest !== undefined && rest < asked.length) asked[rest] = -1;
    return { op: "Reshape", opset, inputs: [x, known(asked)], outputs: typesOf(x) };
  });

const flatten: fc.Arbitrary<Application> = shapes(1, 5)
  .chain((shape) => fc.tuple(values(shape), maybe(whole(-shape.length, shape.length))))
  .map(([x, axis]) => ({ op: "Flatten", inputs: [x], attributes: { axis }, outputs: typesOf(x) }));

const transpose: fc.Arbitrary<Application> = shapes(1, 5)
  .chain((shape) =>
    fc.tuple(values(shape), maybe(fc.shuffledSubarray(rangeOf(shape.length), { minLength: shape.length }))),
  )
  .map(([x, perm]) => ({ op: "Transpose", inputs: [x], attributes: { perm }, outputs: typesOf(x) }));

/** Axes are an input from operator set 13 on, before an attribute, which cannot count from the end before 11. */
const fromEither = (opset: number, list: readonly number[] | undefined, rank: number) => {
  if (list === undefined) return { inputs: [], attributes: {} };
  if (opset >= 13) return { inputs: [known(list)], attributes: {} };
  const from = (axis: number): number => (opset < 11 && axis < 0 ? axis + rank : axis);
  return { inputs: [], attributes: { axes: list.map(from) } };
};

const squeeze: fc.Arbitrary<Application> = shapes(1, 5)
  .chain((shape) => {
    const ones = shape.flatMap((extent, axis) => (extent === 1 ? [axis, axis - shape.length] : []));
    return fc.tuple(
      values(shape),
      maybe(fc.subarray(ones, { minLength: Math.min(1, ones.length) })),
      fc.constantFrom(1, 11, 13, 21),
    );
  })
  .map(([x, list, opset]) => {
    const rank = x.tensor.shape.length;
    const once = list?.filter((axis, k) => !list.slice(0, k).some((other) => (other - axis) % rank === 0));
    const { inputs, attributes } = fromEither(opset, once?.length ? once : undefined, rank);
    return { op: "Squeeze", opset, inputs: [x, ...inputs], attributes, outputs: typesOf(x) };
  });

const unsqueeze: fc.Arbitrary<Application> = shapes(0, 3)
  .chain((shape) =>
    whole(1, 2).chain((added) =>
      fc.tuple(
        values(shape),
        axisLists(shape.length + added, added).map((list) => list.slice(0, added)),
        fc.constantFrom(1, 11, 13, 21),
      ),
    ),
  )
  .map(([x, list, opset]) => {
    const { inputs, attributes } = fromEither(opset, list, x.tensor.shape.length + list.length);
    return { op: "Unsqueeze", opset, inputs: [x, ...inputs], attributes, outputs: typesOf(x) };
  });

/** The asked shape may have ones where the input is wider, and fewer axes than the input. */
const expand: fc.Arbitrary<Application> = shapes(1, 4)
  .chain((full) =>
    fc.record({
      thin: each(full.length, fc.constantFrom("input", "asked", "both")),
      from: whole(0, full.length),
      askedFrom: whole(0, full.length),
      full: fc.constant(full),
    }),
  )
  .chain(({ thin, from, askedFrom, full }) => {
    const shape = full.map((extent, k) => (thin[k] === "input" ? 1 : extent)).slice(from);
    const asked = full.map((extent, k) => (thin[k] === "asked" && k >= from ? 1 : extent));
    const shorter = asked.slice(Math.min(askedFrom, from));
    return values(shape).map((x) => ({ op: "Expand", inputs: [x, known(shorter)], outputs: typesOf(x) }));
  });

const tile: fc.Arbitrary<Application> = shapes(1, 4, 3)
  .chain((shape) => fc.tuple(values(shape), each(shape.length, whole(1, 3))))
  .map(([x, repeats]) => ({ op: "Tile", inputs: [x, known(repeats)], outputs: typesOf(x) }));

const concat: fc.Arbitrary<Application> = shapes(1, 4).chain((shape) =>
  fc
    .tuple(axes(shape.length), fc.array(whole(0, 3), { minLength: 1, maxLength: 3 }), flags)
    .chain(([axis, parts, host]) => {
      const along = axis < 0 ? axis + shape.length : axis;
      const widths = parts.some((width) => width > 0) ? parts : [1];
      return fc
        .tuple(
          ...widths.map((width) => {
            const own = shape.map((extent, k) => (k === along ? width : extent));
            return host ? integers(own, "int64", -9, 9) : fed(own);
          }),
        )
        .map((inputs) => ({ op: "Concat", inputs, attributes: { axis }, outputs: [host ? "int64" : "float32"] }));
    }),
);

/** Equal parts, an uneven last one, or given sizes, which are an input from operator set 13 on. */
const split: fc.Arbitrary<Application> = fc
  .tuple(shapes(1, 4), fc.array(whole(1, 3), { minLength: 1, maxLength: 3 }), flags, fc.constantFrom(2, 11, 13, 18, 21))
  .chain(([shape, parts, equal, opset]) =>
    axes(shape.length).chain((given) => {
      const along = given < 0 ? given + shape.length : given;
      const axis = opset < 11 ? along : given;
      const sizes = equal ? parts.map(() => parts[0]!) : parts;
      const extent = sizes.reduce((sum, size) => sum + size, 0);
      const full = shape.map((own, k) => (k === along ? extent : own));
      const stated = !equal;
      return values(full).map((x) => ({
        op: "Split",
        opset,
        inputs: [x, ...(stated && opset >= 13 ? [known(sizes)] : [])],
        attributes: {
          axis,
          split: stated && opset < 13 ? sizes : undefined,
          num_outputs: !stated && opset >= 18 ? sizes.length : undefined,
        },
        outputs: sizes.map(() => x.tensor.dtype),
      }));
    }),
  );

const largest = 2 ** 31 - 1;

/** Bounds inside and far outside, steps of both signs; what is left may be empty. */
const slice: fc.Arbitrary<Application> = shapes(1, 4).chain((shape) =>
  axisLists(shape.length, 1).chain((list) =>
    fc
      .record({
        x: values(shape),
        starts: each(list.length, fc.oneof(whole(-7, 7), fc.constantFrom(-(2 ** 31), largest))),
        ends: each(list.length, fc.oneof(whole(-7, 7), fc.constantFrom(-(2 ** 31), largest))),
        steps: maybe(each(list.length, fc.constantFrom(1, 1, 2, 3, -1, -2))),
        opset: fc.constantFrom(1, 10, 13, 21),
      })
      .map(({ x, starts, ends, steps, opset }) => {
        if (opset < 10) {
          const from = list.map((axis) => (axis < 0 ? axis + shape.length : axis));
          return { op: "Slice", opset, inputs: [x], attributes: { starts, ends, axes: from }, outputs: typesOf(x) };
        }
        const inputs = [x, known(starts), known(ends), known(list), ...(steps ? [known(steps)] : [])];
        const backwards = steps?.some((step, k) => step < 0 && ends[k] === largest);
        return {
          op: "Slice",
          opset,
          inputs,
          outputs: typesOf(x),
          onnxruntimeDiffers: backwards
            ? "It takes the largest integer for the far end in both directions; the definition, as numpy, does not."
            : undefined,
        };
      }),
  ),
);

/** Attributes before operator set 11, inputs since, axes from 18 on; reflections stay below the extent. */
const pad: fc.Arbitrary<Application> = shapes(1, 4).chain((shape) =>
  fc
    .record({
      x: fed(shape),
      begin: each(shape.length, whole(-1, 3)),
      end: each(shape.length, whole(-1, 3)),
      mode: fc.constantFrom(undefined, "constant", "edge", "reflect", "wrap"),
      value: maybe(floating(-2, 2)),
      list: maybe(axisLists(shape.length, 1)),
      opset: fc.constantFrom(2, 11, 13, 18, 19, 21),
    })
    .map(({ x, begin, end, value, opset, ...choice }) => {
      const mode = choice.mode === "wrap" && opset < 19 ? "edge" : choice.mode;
      const constant = mode === undefined || mode === "constant";
      const most = (axis: number): number => (mode === "reflect" || mode === "wrap" ? shape[axis]! - 1 : 3);
      const inside = (pads: readonly number[]): number[] =>
        pads.map((count, axis) => Math.max(constant && shape[axis]! > 2 ? -1 : 0, Math.min(count, most(axis))));
      const [before, after] = [inside(begin), inside(end)];
      if (opset < 11) {
        return {
          op: "Pad",
          opset,
          inputs: [x],
          attributes: { mode, pads: [...before, ...after], value: constant ? value : undefined },
        };
      }
      const list = opset >= 18 ? choice.list : undefined;
      const order = (list ?? rangeOf(shape.length)).map((axis) => (axis < 0 ? axis + shape.length : axis));
      const pads = [...order.map((axis) => before[axis]!), ...order.map((axis) => after[axis]!)];
      const fill = constant && value?.type === "float" ? number(value.value) : null;
      const inputs = [x, known(pads), ...(fill || list ? [fill] : []), ...(list ? [known(list)] : [])];
      return { op: "Pad", opset, inputs, attributes: { mode } };
    }),
);

const blocks = (op: string): fc.Arbitrary<Application> =>
  fc
    .tuple(shapes(4, 4, 3), whole(1, 3), fc.constantFrom(undefined, "DCR", "CRD"))
    .chain(([[n = 1, c = 1, h = 1, w = 1], blocksize, mode]) => {
      const deep = op === "DepthToSpace";
      return fed(deep ? [n, c * blocksize ** 2, h, w] : [n, c, h * blocksize, w * blocksize]).map((x) => ({
        op,
        inputs: [x],
        attributes: { blocksize, mode: deep ? mode : undefined },
      }));
    });

const shapeOf: fc.Arbitrary<Application> = shapes(0, 5).chain((shape) =>
  fc
    .tuple(values(shape), maybe(whole(-6, 6)), maybe(whole(-6, 6)), fc.constantFrom(1, 15, 21))
    .map(([x, start, end, opset]) => ({
      op: "Shape",
      opset,
      inputs: [x],
      attributes: opset >= 15 ? { start, end } : {},
      outputs: ["int64"],
    })),
);

const filled: fc.Arbitrary<Application> = fc
  .tuple(shapes(0, 4), fc.constantFrom(undefined, "float32" as const, "int64" as const), whole(-3, 3))
  .map(([shape, dtype, value]) => ({
    op: "ConstantOfShape",
    inputs: [{ from: "feed", tensor: tensorOf(shape, [shape.length]) }],
    attributes: { value: dtype && { type: "tensor", value: tensorOf([value], [1], dtype) } },
    outputs: [dtype ?? "float32"],
  }));

const range: fc.Arbitrary<Application> = fc
  .tuple(
    fc.constantFrom("float32" as const, "int64" as const),
    whole(-9, 9),
    whole(-9, 9),
    fc.constantFrom(-3, -1, 1, 2),
  )
  .map(([dtype, start, limit, delta]) => ({
    op: "Range",
    inputs: [start, limit, delta].map((value) => ({ from: "feed" as const, tensor: tensorOf([value], [], dtype) })),
    outputs: [dtype],
  }));

const constant: fc.Arbitrary<Application> = fc
  .tuple(fc.constantFrom("value", "value_int", "value_ints", "value_float", "value_floats"), shapes(0, 3), whole(-9, 9))
  .map(([form, shape, value]): Application => {
    const list = rangeOf(Math.max(1, sized(shape))).map((k) => value + k);
    switch (form) {
      case "value":
        return {
          op: "Constant",
          inputs: [],
          attributes: { value: { type: "tensor", value: tensorOf(list, shape, "float32") } },
        };
      case "value_int":
        return { op: "Constant", inputs: [], attributes: { value_int: value }, outputs: ["int64"] };
      case "value_ints":
        return { op: "Constant", inputs: [], attributes: { value_ints: list }, outputs: ["int64"] };
      case "value_float":
        return { op: "Constant", inputs: [], attributes: { value_float: { type: "float", value } } };
      default:
        return { op: "Constant", inputs: [], attributes: { value_floats: { type: "floats", value: list } } };
    }
  });

const asIs = (
  op: string,
  opset: number,
  attributes: fc.Arbitrary<Application["attributes"]>,
): fc.Arbitrary<Application> =>
  shapes(0, 5)
    .chain((shape) => fc.tuple(op === "Dropout" ? fed(shape) : values(shape), attributes))
    .map(([x, set]) => ({ op, opset, inputs: [x], attributes: set, outputs: typesOf(x) }));

export const layoutGenerators: Generators = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  DepthToSpace: blocks("DepthToSpace"),
  SpaceToDepth: blocks("SpaceToDepth"),
  Identity: asIs("Identity", 21, fc.constant({})),
  Dropout: fc.oneof(
    asIs("Dropout", 7, fc.record({ ratio: maybe(floating(0, 0.9)) })),
    asIs("Dropout", 13, fc.constant({})),
  ),
  Shape: shapeOf,
  Size: shapes(0, 5)
    .chain(values)
    .map((x) => ({ op: "Size", inputs: [x], outputs: ["int64"] })),
  ConstantOfShape: filled,
  Range: range,
  Constant: constant,
};
