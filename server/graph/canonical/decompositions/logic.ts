import { dtypeOf } from "../../elements";
import type { Decomposition, Decompositions } from "../call";

const binary: Decomposition = (call) => call.emit.node(call.op, [call.input(0), call.input(1)]);
const names = ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or"];

/** Comparisons, truth values, choices and changes of type. */
export const logic: Decompositions = {
  ...Object.fromEntries(names.map((op) => [op, binary])),
  Not: (call) => call.emit.node("Not", [call.input(0)]),
  Xor: (call) => call.emit.node("Not", [call.emit.node("Equal", [call.input(0), call.input(1)])]),
  Where: (call) => call.emit.where(call.input(0), call.input(1), call.input(2)),
  Cast: (call) => {
    const dtype = dtypeOf(call.int("to", 0));
    if (!dtype) throw call.refuse("to an element type that is not supported");
    return call.emit.cast(call.input(0), dtype);
  },
  CastLike: (call) => call.emit.cast(call.input(0), call.dtype(1)),
  IsNaN: (call) => call.emit.node("Not", [call.emit.node("Equal", [call.input(0), call.input(0)])]),
  IsInf: (call) => {
    const { emit } = call;
    const x = call.input(0);
    const [up, down] = [call.int("detect_positive", 1) === 1, call.int("detect_negative", 1) === 1];
    const is = (value: number): string => emit.node("Equal", [x, emit.like(x, value)]);
    if (up && down) return emit.node("Or", [is(Infinity), is(-Infinity)]);
    if (up) return is(Infinity);
    return down ? is(-Infinity) : emit.node("Less", [x, x]);
  },
};
