import { int } from "../../../graph/build";
import type { Lowering, Lowerings } from "../call";
import { axisOf } from "../value";
import { differsFrom } from "../layers/masking";
import { toFloat } from "../steps";

/** x ≠ a number, which is how Keras writes down which words of a sequence count. */
const notEqual: Lowering = (call) => {
  const { emit } = call;
  const [x, other] = [call.argument("x1", 0), call.argument("x2", 1)];
  if (call.inputs.length !== 1 || x !== call.inputs[0] || typeof other !== "number") {
    throw call.refuse("compares with something that is no number");
  }
  return emit.value(differsFrom(emit, call.anyInput(), other), call.anyInput().shape, { dtype: "bool" });
};

/** One operator of bools. */
const logical =
  (op: string): Lowering =>
  (call) => {
    if (call.inputs.some(({ dtype }) => dtype !== "bool")) throw call.refuse("has inputs that are no bools");
    return call.emit.broadcast(op, call.inputs);
  };

/** Whether any element along an axis is true. */
const any: Lowering = (call) => {
  const { emit, settings } = call;
  const x = call.anyInput();
  const axis = axisOf(settings.integer("axis"), x.rank);
  const keeps = settings.flag("keepdims", false);
  const most = emit.op("ReduceMax", [toFloat(emit, emit.plain(x)), emit.integers([axis])], {
    keepdims: int(keeps ? 1 : 0),
  });
  const shape = keeps ? x.shape.map((n, k) => (k === axis ? 1 : n)) : x.shape.filter((_, k) => k !== axis);
  return emit.value(emit.op("Greater", [most, emit.scalar(0)]), shape, { dtype: "bool" });
};

const expandDims: Lowering = (call) => {
  const { emit, settings } = call;
  const x = call.anyInput();
  const axis = axisOf(settings.integer("axis"), x.rank + 1);
  const shape = [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)];
  return emit.value(emit.op("Unsqueeze", [emit.plain(x), emit.integers([axis])]), shape, { dtype: x.dtype });
};

/** A tensor of zeros or ones in another's shape. */
const filled =
  (value: 0 | 1): Lowering =>
  (call) => {
    const { emit, settings } = call;
    const x = call.anyInput();
    const given = settings.raw("dtype") ?? "float32";
    if (given !== "bool" && given !== "float32") throw call.refuse("makes numbers that are neither bool nor float32");
    const numbers = emit.op("Expand", [emit.scalar(value), emit.op("Shape", [emit.plain(x)])]);
    return emit.cast(emit.value(numbers, x.shape), given);
  };

/** What Keras writes down of masks beside the layers that hand them on: operations on bools. */
export const maskOperations: Lowerings = {
  Any: any,
  ConvertToTensor: (call) => call.anyInput(),
  ExpandDims: expandDims,
  LogicalAnd: logical("And"),
  LogicalOr: logical("Or"),
  NotEqual: notEqual,
  OnesLike: filled(1),
  ZerosLike: filled(0),
};
