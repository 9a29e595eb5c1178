import { isFloating } from "../../elements";
import type { Call, Decomposition, Decompositions } from "../call";
import type { Name } from "../emitter";

const binary: Decomposition = (call) => call.emit.node(call.op, [call.input(0), call.input(1)]);

/** Any number of inputs, two at a time. */
function folded(call: Call, op: string): Name {
  const [first, ...others] = call.all;
  if (first === undefined) throw new Error("There is no input.");
  return others.reduce((total, each) => call.emit.node(op, [total, each]), first);
}

/** a − b·⌊a/b⌋ for whole numbers, whose division drops the fraction: the remainder has the sign of the divisor. */
function modulo(call: Call): Name {
  const { emit } = call;
  const [a, b] = [call.input(0), call.input(1)];
  if (isFloating(emit.dtypeOf(a)) || call.int("fmod", 0) !== 0) throw call.refuse("of real numbers");
  const rest = emit.sub(a, emit.mul(emit.div(a, b), b));
  const zero = emit.like(rest, 0);
  const isNegative = (x: Name): Name => emit.node("Less", [x, zero]);
  const agrees = emit.node("Equal", [isNegative(rest), isNegative(b)]);
  const settled = emit.node("Or", [emit.node("Equal", [rest, zero]), agrees]);
  return emit.where(settled, rest, emit.add(rest, b));
}

/** min(high, max(low, x)); a lower bound of 0 is a Relu, which has no derivative at 0 as in the libraries. */
function clip(call: Call): Name {
  const { emit } = call;
  let x = call.input(0);
  const bound = (position: number, name: string): Name | undefined => {
    const given = call.optional(position);
    if (given !== undefined) return emit.reshape(given, []);
    return call.node.attributes[name] && emit.like(x, call.float(name, 0));
  };
  const [low, high] = [bound(1, "min"), bound(2, "max")];
  if (low !== undefined) {
    const isRelu = isFloating(emit.dtypeOf(x)) && emit.constantOf(low)?.data[0] === 0;
    x = isRelu ? emit.node("Relu", [x]) : emit.node("Max", [x, low]);
  }
  return high === undefined ? x : emit.node("Min", [x, high]);
}

/** Operators of two or more numbers, broadcast. */
export const arithmetic: Decompositions = {
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  /** The exponent may be of another type; the result has that of the base. */
  Pow: (call) => {
    const [base, exponent] = [call.input(0), call.input(1)];
    if (isFloating(call.dtype(1)) && !isFloating(call.dtype(0))) throw call.refuse("of whole numbers to real powers");
    return call.emit.node("Pow", [base, call.emit.cast(exponent, call.dtype(0))]);
  },
  Max: (call) => folded(call, "Max"),
  Min: (call) => folded(call, "Min"),
  Sum: (call) => folded(call, "Add"),
  Mean: (call) => {
    return call.emit.scale(folded(call, "Add"), 1 / call.all.length);
  },
  Mod: modulo,
  Clip: clip,
};
