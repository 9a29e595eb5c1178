import { intOf, intsOf } from "../attributes";
import { integersIn } from "../constants";
import type { Builder, Name, Rules } from "../rule";
import { axisOf, range } from "../shapes";
import { spansOf, type AxisSpan } from "../spans";

/** The adjoint of taking a span along one axis of the given extent: its elements put back, zeros between and around. */
function unsliced(build: Builder, d: Name, { axis, start, count, step }: AxisSpan, extent: number): Name {
  const ordered = step < 0 ? build.slice(d, [count - 1], [-1], [axis], [-1]) : d;
  const first = step < 0 ? start + (count - 1) * step : start;
  const gap = Math.abs(step);
  const spread = gap === 1 ? ordered : interleaved(build, ordered, axis, gap);
  const { shape } = build.typeOf(spread);
  const pads = [...shape, ...shape].map(() => 0);
  pads[axis] = first;
  // Zeros after the last element may reach beyond the end: then they are taken off again.
  pads[shape.length + axis] = extent - first - shape[axis]!;
  return build.pad(spread, pads);
}

/** gap − 1 zeros after every element along an axis. */
function interleaved(build: Builder, x: Name, axis: number, gap: number): Name {
  const { shape } = build.typeOf(x);
  const [before, count, after] = [shape.slice(0, axis), shape[axis]!, shape.slice(axis + 1)];
  const single = build.reshape(x, [...before, count, 1, ...after]);
  const rank = shape.length + 1;
  const pads = range(2 * rank).map((k) => (k === rank + axis + 1 ? gap - 1 : 0));
  return build.reshape(build.pad(single, pads), [...before, count * gap, ...after]);
}

function inverse(perm: readonly number[]): number[] {
  const back = perm.map(() => 0);
  perm.forEach((axis, k) => (back[axis] = k));
  return back;
}

/** Operators that move elements or copy them: each by its adjoint, Transpose and Reshape by their inverse. */
export const layouts: Rules = {
  Transpose: ({ node, build, cotangents: [d] }) =>
    d === undefined ? [] : [build.transpose(d, inverse(intsOf(node, "perm")))],

  Reshape: ({ node, build, cotangents: [d] }) =>
    d === undefined ? [] : [build.reshape(d, build.typeOf(node.inputs[0]!).shape)],

  Expand: ({ node, build, cotangents: [d] }) =>
    d === undefined ? [] : [build.sumTo(d, build.typeOf(node.inputs[0]!).shape)],

  Slice: ({ node, build, cotangents: [d] }) => {
    if (d === undefined) return [];
    const { dtype, shape } = build.typeOf(node.inputs[0]!);
    const spans = spansOf(build, node);
    if (spans.some(({ count }) => count === 0)) return [build.zeros(shape, dtype)];
    return [spans.reduce((back, span) => unsliced(build, back, span, shape[span.axis]!), d)];
  },

  Pad: ({ node, build, cotangents: [d], wanted }) => {
    if (d === undefined) return [];
    const amounts = build.constantOf(node.inputs[1]!);
    if (!amounts || node.inputs.length > 3) throw new Error(`Pad (${node.name}) is not canonical.`);
    const cropped = build.pad(
      d,
      integersIn(amounts).map((count) => -count),
    );
    if (!wanted[2]) return [cropped];
    const sum = (x: Name): Name => build.reduceSum(x, range(build.typeOf(x).shape.length), false);
    const filling = build.sub(sum(d), sum(cropped));
    return [cropped, undefined, build.reshape(filling, build.typeOf(node.inputs[2]!).shape)];
  },

  Concat: ({ node, build, cotangents: [d], wanted }) => {
    if (d === undefined) return [];
    const axis = axisOf(intOf(node, "axis"), build.typeOf(d).shape.length);
    let start = 0;
    return node.inputs.map((part, k) => {
      const from = start;
      start += build.typeOf(part).shape[axis]!;
      return wanted[k] ? build.slice(d, [from], [start], [axis]) : undefined;
    });
  },
};
