import type { Builder, Name, Rule, Rules } from "../rule";

/** A function of one variable: the cotangent of x from that of y, d. */
type Pullback = (build: Builder, d: Name, x: Name, y: Name) => Name;

const unary =
  (pullback: Pullback): Rule =>
  ({ node, build, cotangents: [d] }) =>
    d === undefined ? [] : [pullback(build, d, node.inputs[0]!, node.outputs[0]!)];

/** 1 − y², 1 − y and the like. */
const oneMinus = (build: Builder, x: Name): Name => build.sub(build.scalar(1, build.typeOf(x).dtype), x);

/**
 * Functions of one variable. Where the derivative can be had from y it is: y is computed already, and since it is a value
 * of the graph like any other, second derivatives follow through it.
 *
 * At kinks: Relu has the derivative 0 at 0 and Abs has sign 0 = 0, as in PyTorch.
 */
export const functions: Rules = {
  Neg: unary((build, d) => build.neg(d)),
  Abs: unary((build, d, x) => build.mul(d, build.node("Sign", [x]))),
  Exp: unary((build, d, _, y) => build.mul(d, y)),
  Log: unary((build, d, x) => build.div(d, x)),
  Sqrt: unary((build, d, _, y) => build.scale(build.div(d, y), 0.5)),
  Reciprocal: unary((build, d, _, y) => build.neg(build.mul(d, build.mul(y, y)))),
  Sin: unary((build, d, x) => build.mul(d, build.node("Cos", [x]))),
  Cos: unary((build, d, x) => build.neg(build.mul(d, build.node("Sin", [x])))),
  Tanh: unary((build, d, _, y) => build.mul(d, oneMinus(build, build.mul(y, y)))),
  Sigmoid: unary((build, d, _, y) => build.mul(d, build.mul(y, oneMinus(build, y)))),
  // erf′ x = 2/√π · e^(−x²)
  Erf: unary((build, d, x) => {
    const bell = build.node("Exp", [build.neg(build.mul(x, x))]);
    return build.mul(d, build.scale(bell, 2 / Math.sqrt(Math.PI)));
  }),
  // The mask is taken from y, so that a fused convolution and ReLU need not give x out.
  Relu: unary((build, d, _, y) => {
    const { dtype } = build.typeOf(y);
    return build.mul(d, build.cast(build.node("Greater", [y, build.scalar(0, dtype)]), dtype));
  }),
  // To integers and truth values there is no derivative, and activity ends there; between float types it is the identity.
  Cast: unary((build, d, x) => build.cast(d, build.typeOf(x).dtype)),
};

const flat: Rule = () => [];

/** Functions whose derivative is 0 wherever they have one. */
export const steps: Rules = { Floor: flat, Ceil: flat, Round: flat, Sign: flat };
