import { int } from "../../../../graph/build";
import type { Extent } from "../../../keras/value";
import type { Call, Translation, Translations } from "../call";
import { expanded, sliced, squeezed, toTheEnd, type Span } from "../layout";
import { elementsOf, integersOf, withElements, type Value } from "../value";

/** Rows, or other slices, of a table. */
const gather: Translation = (call) => {
  const [x, indices] = [call.input(0), call.input(1)];
  if (call.attributes.int("batch_dims", 0) !== 0) throw call.refuse("with batch_dims");
  const axis = call.inputs.length > 2 ? call.axis(call.integer(2)) : 0;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const name = call.plain("Gather", [x, indices], { axis: int(axis) });
  const picked = integersOf(indices)?.map((index) => elementsOf(x)?.[index]);
  const known = x.rank === 1 && picked && !picked.includes(undefined) ? (picked as readonly Extent[]) : undefined;
  return withElements(call.emit, call.emit.value(name, shape, { dtype: x.dtype }), known);
};

const gatherNd: Translation = (call) => {
  const [x, indices] = [call.input(0), call.input(1)];
  const depth = indices.shape.at(-1);
  if (typeof depth !== "number" || call.attributes.int("batch_dims", 0) !== 0) throw call.refuse("of unknown depth");
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
  return call.emit.value(call.plain("GatherND", [x, indices]), shape, { dtype: x.dtype });
};

/** `size` elements from `begin` along each axis; −1 for all that follow. */
const slice: Translation = (call) => {
  const x = call.input();
  const [begin, size] = [call.integers(1), call.integers(2)];
  if (begin.length !== x.rank || size.length !== x.rank) throw call.refuse(`of a tensor of ${x.rank} axes`);
  const spans = begin.map((start, axis): Span => {
    const count = size[axis]!;
    return { axis, start, end: count === -1 ? toTheEnd : start + count, step: 1 };
  });
  return withElements(call.emit, sliced(call, x, spans), partOf(x, spans));
};

/** The known elements of a list that a span takes. */
function partOf(x: Value, [span]: readonly Span[]): readonly Extent[] | undefined {
  const elements = elementsOf(x);
  if (!elements || x.rank !== 1 || !span) return elements;
  if (span.step !== 1) return undefined;
  return elements.slice(span.start, span.end);
}

/** What a strided slice does along one axis of its input, or the axis that it adds. */
type Step = { readonly span: Span; readonly drop: boolean } | "new";

const stridedSlice: Translation = (call) => {
  const x = call.input();
  const steps = stepsOf(call, x);
  const spans = steps.flatMap((step) => (step === "new" ? [] : [step.span]));
  const taken = sliced(call, x, spans);
  const dropped = steps.flatMap((step) => (step !== "new" && step.drop ? [step.span.axis] : []));
  const kept = steps.filter((step) => step === "new" || !step.drop);
  const result = kept.reduce<Value>(
    (value, step, axis) => (step === "new" ? expanded(call, value, axis) : value),
    squeezed(call, taken, dropped),
  );
  return withElements(call.emit, result, partOf(x, spans));
};

/** Spells out the masks of a strided slice, one step for each axis. */
function stepsOf(call: Call, x: Value): readonly Step[] {
  const [begin, end, strides] = [call.integers(1), call.integers(2), call.integers(3)];
  const has = (mask: string, k: number): boolean => ((call.attributes.int(mask, 0) >> k) & 1) === 1;
  const specified = begin.filter((_, k) => !has("new_axis_mask", k) && !has("ellipsis_mask", k)).length;
  const steps: Step[] = [];
  const whole = (axis: number): Step => ({ span: { axis, start: 0, end: toTheEnd, step: 1 }, drop: false });
  let axis = 0;
  begin.forEach((start, k) => {
    if (has("ellipsis_mask", k)) {
      for (const end = axis + x.rank - specified; axis < end; axis++) steps.push(whole(axis));
    } else if (has("new_axis_mask", k)) steps.push("new");
    else {
      steps.push(stepOf(call, { axis, start, end: end[k]!, step: strides[k]! }, (mask) => has(mask, k)));
      axis += 1;
    }
  });
  if (axis > x.rank) throw call.refuse(`of ${axis} axes of a tensor of ${x.rank}`);
  for (; axis < x.rank; axis++) steps.push(whole(axis));
  return steps;
}

function stepOf(call: Call, { axis, start, end, step }: Span, has: (mask: string) => boolean): Step {
  if (has("shrink_axis_mask")) {
    return { span: { axis, start, end: start === -1 ? toTheEnd : start + 1, step: 1 }, drop: true };
  }
  if (!step) throw call.refuse("with a stride of 0");
  const first = step > 0 ? 0 : toTheEnd;
  const last = step > 0 ? toTheEnd : -toTheEnd;
  const span = { axis, start: has("begin_mask") ? first : start, end: has("end_mask") ? last : end, step };
  return { span, drop: false };
}

function parts(call: Call, x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const { emit } = call;
  const inputs = [x.name, emit.integers(sizes)];
  const names = emit.ops("Split", inputs, sizes.length, { axis: int(x.order.indexOf(axis)) });
  return names.map((name, k) => {
    const shape = x.shape.map((extent, at) => (at === axis ? sizes[k]! : extent));
    return emit.value(name, shape, { dtype: x.dtype, order: x.order });
  });
}

/** Equal parts. */
const split: Translation = (call) => {
  const x = call.input(1);
  const axis = call.axis(call.integer(0), x.rank);
  const count = call.attributes.int("num_split", 0);
  const extent = x.shape[axis]!;
  if (extent === null || count < 1 || extent % count !== 0) throw call.refuse(`into ${count} parts`);
  return parts(call, x, axis, new Array<number>(count).fill(extent / count));
};

/** Parts of given sizes, one of which may be −1 for the rest. */
const splitV: Translation = (call) => {
  const x = call.input();
  const axis = call.axis(call.integer(2));
  const given = call.integers(1);
  const known = given.reduce((sum, size) => sum + Math.max(0, size), 0);
  const extent = x.shape[axis]!;
  if (given.includes(-1) && extent === null) throw call.refuse("into parts of unknown size");
  return parts(
    call,
    x,
    axis,
    given.map((size) => (size === -1 ? extent! - known : size)),
  );
};

const oneHot: Translation = (call) => {
  const { emit } = call;
  const [indices, on, off] = [call.input(0), call.input(2), call.input(3)];
  const depth = call.integer(1);
  const axis = call.axis(call.attributes.int("axis", -1), indices.rank + 1);
  const values = emit.op(
    "Concat",
    [off, on].map(({ name }) => emit.op("Unsqueeze", [name, emit.integers([0])])),
    {
      axis: int(0),
    },
  );
  const inputs = [emit.plain(indices), emit.integers([depth]), values];
  const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
  return emit.value(emit.op("OneHot", inputs, { axis: int(axis) }), shape, { dtype: on.dtype });
};

/** Positions of what is not zero, one row for each. */
const where: Translation = (call) => {
  const x = call.input();
  const places = call.emit.value(call.plain("NonZero", [x]), [x.rank, null], { dtype: "int64" });
  return call.transposed(places, [1, 0]);
};

const topK: Translation = (call) => {
  const x = call.input();
  const count = call.integer(1);
  const inputs = [call.emit.plain(x), call.emit.integers([count])];
  const [values, indices] = call.emit.ops("TopK", inputs, 2, { axis: int(-1) });
  const shape = [...x.shape.slice(0, -1), count];
  return [call.emit.value(values!, shape, { dtype: x.dtype }), call.emit.value(indices!, shape, { dtype: "int64" })];
};

const reverse: Translation = (call) => {
  const x = call.input();
  const axes = call.integers(1).map((axis) => call.axis(axis));
  return sliced(
    call,
    x,
    axes.map((axis) => ({ axis, start: -1, end: -toTheEnd, step: -1 })),
  );
};

const cumulativeSum: Translation = (call) => {
  const x = call.input();
  const axis = call.axis(call.integer(1));
  const flag = (name: string): ReturnType<typeof int> => int(call.attributes.bool(name) ? 1 : 0);
  const axisName = call.emit.constant({ dtype: "int64", shape: [], data: BigInt64Array.of(BigInt(axis)) });
  const attributes = { exclusive: flag("exclusive"), reverse: flag("reverse") };
  return call.emit.value(call.emit.op("CumSum", [call.emit.plain(x), axisName], attributes), x.shape, {
    dtype: x.dtype,
  });
};

/** Operators that take parts of values. */
export const indexings: Translations = {
  Gather: gather,
  GatherV2: gather,
  GatherNd: gatherNd,
  Slice: slice,
  StridedSlice: stridedSlice,
  Split: split,
  SplitV: splitV,
  OneHot: oneHot,
  Where: where,
  TopKV2: topK,
  ReverseV2: reverse,
  Cumsum: cumulativeSum,
};
