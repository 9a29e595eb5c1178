import { intTensor } from "../../build";
import { stridesOf } from "../../differentiate/shapes";
import { dtypeOf, isFloating } from "../../elements";
import { sizeOf, type Tensor } from "../../tensor";
import type { Call, Decompositions } from "../call";
import type { Name } from "../emitter";
import { isWhole, tensorOfNumbers, tensorOfWholes, wholeAt } from "../folding/elements";

/** The value of a `Constant` node, in whichever attribute it is written. */
function constant(call: Call): Tensor {
  const { attributes } = call.node;
  const [attribute] = ["value", "value_int", "value_ints", "value_float", "value_floats"].flatMap(
    (name) => attributes[name] ?? [],
  );
  switch (attribute?.type) {
    case "tensor":
      return attribute.value;
    case "int":
      return intTensor([], [attribute.value]);
    case "ints":
      return intTensor([attribute.value.length], attribute.value);
    case "float":
      return { dtype: "float32", shape: [], data: Float32Array.of(attribute.value) };
    case "floats":
      return { dtype: "float32", shape: [attribute.value.length], data: Float32Array.from(attribute.value) };
    default:
      throw call.refuse("of text or of sparse elements");
  }
}

function shape(call: Call): Name {
  const { length } = call.shape(0);
  const clamp = (bound: number): number => Math.min(length, Math.max(0, bound < 0 ? bound + length : bound));
  return call.emit.integers(call.shape(0).slice(clamp(call.int("start", 0)), clamp(call.int("end", length))));
}

/** One element over a known shape; float32 zero where the node names none. */
function constantOfShape(call: Call): Name {
  const extents = call.integers(0) ?? [];
  const value = call.tensor("value") ?? { dtype: "float32", shape: [1], data: Float32Array.of(0) };
  return call.emit.expand(call.emit.constant({ ...value, shape: [] }), extents);
}

/** start, start + step, … before the limit: ⌈(limit − start) / step⌉ elements. */
function rangeOf(call: Call): Name {
  const dtype = call.dtype(0);
  const bounds = [0, 1, 2].map((position) => call.constant(position));
  if (isWhole(dtype)) {
    const [start, limit, step] = bounds.map((bound) => wholeAt(bound!, 0)) as [bigint, bigint, bigint];
    if (step === 0n) throw call.refuse("with a step of 0");
    // Rounded up: what is left of a division of whole numbers is dropped towards 0.
    const count = Number((limit - start + step - (step > 0n ? 1n : -1n)) / step);
    return call.emit.constant(tensorOfWholes(dtype, [Math.max(0, count)], (k) => start + BigInt(k) * step));
  }
  const [start, limit, step] = [0, 1, 2].map((position) => call.numbers(position)![0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / step));
  return call.emit.constant(tensorOfNumbers(dtype, [count], (k) => start + k * step));
}

/** The indices of the elements that are not 0, one row for each axis. */
function nonZero(call: Call): Name {
  const numbers = call.numbers(0) ?? [];
  const extents = call.shape(0);
  const found = numbers.flatMap((value, position) => (value === 0 ? [] : [position]));
  const rows = stridesOf(extents).map((stride, axis) =>
    found.map((position) => Math.floor(position / stride) % extents[axis]!),
  );
  return call.emit.constant(intTensor([extents.length, found.length], rows.flat()));
}

function eyeLike(call: Call): Name {
  const [rows = 0, columns = 0] = call.shape(0);
  const dtype = dtypeOf(call.int("dtype", 0)) ?? call.dtype(0);
  const offset = call.int("k", 0);
  const one = (position: number): boolean => (position % columns) - Math.floor(position / columns) === offset;
  const extents = [rows, columns];
  if (isFloating(dtype) || dtype === "bool") {
    return call.emit.constant(tensorOfNumbers(dtype, extents, (k) => Number(one(k))));
  }
  return call.emit.constant(tensorOfWholes(dtype, extents, (k) => BigInt(one(k))));
}

/** Dropout in inference hands its input on; a mask that is asked for lets everything through. */
function dropout(call: Call): readonly Name[] {
  const x = call.input(0);
  if (!call.wants(1)) return [x];
  // Before operator set 10 the mask had the element type of the input.
  const dtype = call.opset >= 10 ? "bool" : call.dtype(0);
  const truth = call.emit.constant(tensorOfNumbers(dtype, [], () => 1));
  return [x, call.emit.expand(truth, call.shape(0))];
}

/** Operators whose result follows from shapes and constants, and the dropout of inference. */
export const constants: Decompositions = {
  Constant: (call) => call.emit.constant(constant(call)),
  Shape: shape,
  Size: (call) => call.emit.constant(intTensor([], [sizeOf(call.shape(0))])),
  ConstantOfShape: constantOfShape,
  Range: rangeOf,
  NonZero: nonZero,
  EyeLike: eyeLike,
  Dropout: dropout,
};
