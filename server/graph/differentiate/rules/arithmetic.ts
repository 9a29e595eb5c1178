import type { Builder, Name, RuleCall, Rules, Rule } from "../rule";

/** Both operands, the result and its cotangent. */
interface Operands {
  readonly build: Builder;
  readonly a: Name;
  readonly b: Name;
  readonly y: Name;
  readonly d: Name;
}

/** The cotangent of an operand in the result's shape. */
type Part = (operands: Operands) => Name;

/** Two operands, broadcast: cotangents are summed over the axes that broadcasting spread out. */
const binary =
  (forA: Part, forB: Part): Rule =>
  ({ node, build, cotangents: [d], wanted }: RuleCall) => {
    if (d === undefined) return [];
    const [a, b] = node.inputs as [Name, Name];
    const operands = { build, a, b, y: node.outputs[0]!, d };
    return [
      wanted[0] ? build.sumTo(forA(operands), build.typeOf(a).shape) : undefined,
      wanted[1] ? build.sumTo(forB(operands), build.typeOf(b).shape) : undefined,
    ];
  };

/** 1 where a wins, ½ at ties, else 0; a constant as far as derivatives go. */
function share({ build, a, b }: Operands, wins: "Greater" | "Less"): Name {
  const { dtype } = build.typeOf(a);
  const ahead = build.cast(build.node(wins, [a, b]), dtype);
  const tied = build.cast(build.node("Equal", [a, b]), dtype);
  return build.add(ahead, build.scale(tied, 0.5));
}

function extremum(wins: "Greater" | "Less"): Rule {
  const loses = wins === "Greater" ? "Less" : "Greater";
  return binary(
    (operands) => operands.build.mul(operands.d, share(operands, wins)),
    (operands) => operands.build.mul(operands.d, share(operands, loses)),
  );
}

/**
 * d · p · x^(p−1). Where p is 0 the exponent p − 1 is replaced by 0, so that 0 · 0^(−1) does not become NaN: x⁰ is flat at
 * 0 too, and so are x¹ after two derivatives, x² after three.
 */
function powerOfBase({ build, a: x, b, d }: Operands): Name {
  const known = build.uniformOf(b);
  if (known !== undefined && known !== 0) {
    return build.mul(d, build.scale(build.power(x, known - 1), known));
  }
  const { dtype } = build.typeOf(x);
  // ONNX allows exponents of another type, e.g. integers.
  const p = build.cast(b, dtype);
  const zero = build.scalar(0, dtype);
  const lowered = build.where(build.node("Equal", [p, zero]), zero, build.shift(p, -1));
  return build.mul(d, build.mul(p, build.node("Pow", [x, lowered])));
}

/** d · y · log x; 0 where x is 0, as for every p > 0, and NaN where x is negative and no real power near p exists. */
function powerOfExponent({ build, a: x, y, d }: Operands): Name {
  const { dtype } = build.typeOf(x);
  const atZero = build.node("Equal", [x, build.scalar(0, dtype)]);
  const safe = build.where(atZero, build.scalar(1, dtype), x);
  return build.mul(d, build.mul(y, build.node("Log", [safe])));
}

/**
 * Operators of two operands, and the choice between them.
 *
 * Max and Min split the cotangent evenly where the operands are equal, as PyTorch's `maximum` and `minimum` do.
 */
export const arithmetic: Rules = {
  Add: binary(
    ({ d }) => d,
    ({ d }) => d,
  ),
  Sub: binary(
    ({ d }) => d,
    ({ build, d }) => build.neg(d),
  ),
  Mul: binary(
    ({ build, b, d }) => build.mul(d, b),
    ({ build, a, d }) => build.mul(d, a),
  ),
  Div: binary(
    ({ build, b, d }) => build.div(d, b),
    ({ build, b, y, d }) => build.neg(build.mul(build.div(d, b), y)),
  ),
  Pow: binary(powerOfBase, powerOfExponent),
  Max: extremum("Greater"),
  Min: extremum("Less"),
  Where: ({ node, build, cotangents: [d], wanted }) => {
    if (d === undefined) return [];
    const [condition, a, b] = node.inputs as [Name, Name, Name];
    const zero = build.scalar(0, build.typeOf(d).dtype);
    return [
      undefined,
      wanted[1] ? build.sumTo(build.where(condition, d, zero), build.typeOf(a).shape) : undefined,
      wanted[2] ? build.sumTo(build.where(condition, zero, d), build.typeOf(b).shape) : undefined,
    ];
  },
};
