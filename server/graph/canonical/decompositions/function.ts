import type { Call, Decomposition, Decompositions } from "../call";
import type { Name } from "../emitter";

const plain: Decomposition = (call) => call.emit.node(call.op, [call.input(0)]);

const names = ["Neg", "Abs", "Exp", "Log", "Sqrt", "Sin", "Cos", "Tanh", "Sigmoid", "Erf", "Relu", "Sign"];

/** (e^x ± e^−x) / 2 */
function hyperbolic(call: Call, combine: "add" | "sub"): Name {
  const { emit } = call;
  const x = call.input(0);
  const [up, down] = [emit.node("Exp", [x]), emit.node("Exp", [emit.neg(x)])];
  return emit.scale(emit[combine](up, down), 0.5);
}

/** log(√(x² + c) + x) */
function logOfRoot(call: Call, x: Name, c: number): Name {
  const { emit } = call;
  const root = emit.node("Sqrt", [emit.shift(emit.mul(x, x), c)]);
  return emit.node("Log", [emit.add(root, x)]);
}

/** Functions of one real variable. */
export const functions: Decompositions = {
  ...Object.fromEntries([...names, "Floor", "Ceil", "Round", "Reciprocal"].map((op) => [op, plain])),
  Identity: (call) => call.input(0),
  Tan: (call) => {
    const { emit } = call;
    const x = call.input(0);
    return emit.div(emit.node("Sin", [x]), emit.node("Cos", [x]));
  },
  Sinh: (call) => hyperbolic(call, "sub"),
  Cosh: (call) => hyperbolic(call, "add"),
  /** log(x + √(x² + 1)), for −x by the sign: adding numbers of opposite signs would cost all digits. */
  Asinh: (call) => {
    const { emit } = call;
    const x = call.input(0);
    // Not Sign and Abs, which have no derivative at 0, where the function is smooth.
    const sign = emit.where(emit.isBelow(x, 0), emit.like(x, -1), emit.like(x, 1));
    return emit.mul(sign, logOfRoot(call, emit.mul(sign, x), 1));
  },
  Acosh: (call) => logOfRoot(call, call.input(0), -1),
  /** ½ log((1 + x) / (1 − x)) */
  Atanh: (call) => {
    const { emit } = call;
    const x = call.input(0);
    const ratio = emit.div(emit.shift(x, 1), emit.shift(emit.neg(x), 1));
    return emit.scale(emit.node("Log", [ratio]), 0.5);
  },
};
