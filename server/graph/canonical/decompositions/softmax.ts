import { int } from "../../build";
import { axisOf } from "../../differentiate/shapes";
import { sizeOf } from "../../tensor";
import type { Decomposition, Decompositions } from "../call";

/** Before operator set 13 over all axes from `axis` on taken together (1 by default), from then on over one. */
const softmax: Decomposition = (call) => {
  const { emit } = call;
  const x = call.input(0);
  const shape = call.shape(0);
  const along = (value: string, axis: number): string => emit.node(call.op, [value], { axis: int(axis) });
  if (call.opset >= 13) return along(x, axisOf(call.int("axis", -1), shape.length));
  const axis = axisOf(call.int("axis", 1), shape.length);
  if (axis === shape.length - 1) return along(x, axis);
  const flat = emit.reshape(x, [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
  return emit.reshape(along(flat, 1), shape);
};

export const softmaxes: Decompositions = { Softmax: softmax, LogSoftmax: softmax };
