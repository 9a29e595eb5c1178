import { isFloating } from "../elements";
import type { GraphNode } from "../graph";
import { filled, inside, scaled, shapeOf, type Proposal, type Simplification } from "./proposal";
import type { Attributes, Builder, Name } from "./rule";
import { broadcast, sameShape } from "./shapes";
import { layoutSimplifications } from "./simplifyLayout";

/**
 * A value that equals the output of the node, of the same type, and costs less; undefined when there is none.
 *
 * What is known to be zero stays zero whatever it is multiplied with or divided by, infinities and NaN included, as with
 * every symbolic zero.
 */
export function simplified(
  build: Builder,
  op: string,
  inputs: readonly Name[],
  attributes: Attributes,
): Name | undefined {
  const node: GraphNode = { op, domain: "", name: op, inputs, outputs: [], attributes };
  const arithmetic = arithmetics[op];
  if (arithmetic && isFloating(build.typeOf(inputs[0]!).dtype)) return arithmetic({ build, inputs, attributes, node });
  return others[op]?.({ build, inputs, attributes, node });
}

function jointShape(build: Builder, inputs: readonly Name[]): readonly number[] {
  return broadcast(...inputs.map((name) => shapeOf(build, name)));
}

/** An elementwise node whose operands are not spread out first where broadcasting does the same. */
function withoutExpand({ build, inputs, attributes, node }: Proposal): Name | undefined {
  const joint = jointShape(build, inputs);
  for (const [k, name] of inputs.entries()) {
    const narrow = inside(build, name, "Expand");
    if (narrow === undefined) continue;
    const operands = inputs.map((other, j) => (j === k ? narrow : other));
    if (sameShape(jointShape(build, operands), joint)) return build.node(node.op, operands, attributes);
  }
  return undefined;
}

/** Computes with two known numbers. */
function folded({ build, inputs }: Proposal, f: (a: number, b: number) => number): Name | undefined {
  const [a, b] = inputs.map((name) => build.uniformOf(name));
  if (a === undefined || b === undefined) return undefined;
  const value = f(a, b);
  return Number.isNaN(value) ? undefined : filled(build, value, inputs[0]!, jointShape(build, inputs));
}

function add(proposal: Proposal): Name | undefined {
  const { build, inputs } = proposal;
  const done = folded(proposal, (a, b) => a + b);
  if (done !== undefined) return done;
  const joint = jointShape(build, inputs);
  for (const [k, name] of inputs.entries()) {
    const other = inputs[1 - k]!;
    if (build.uniformOf(name) === 0) return build.expand(other, joint);
    const negated = inside(build, name, "Neg");
    if (negated !== undefined) return build.sub(other, negated);
  }
  return withoutExpand(proposal);
}

function sub(proposal: Proposal): Name | undefined {
  const { build, inputs } = proposal;
  const [a, b] = inputs as [Name, Name];
  const done = folded(proposal, (x, y) => x - y);
  if (done !== undefined) return done;
  const joint = jointShape(build, inputs);
  if (build.uniformOf(b) === 0) return build.expand(a, joint);
  if (build.uniformOf(a) === 0) return build.expand(build.neg(b), joint);
  const negated = inside(build, b, "Neg");
  if (negated !== undefined) return build.add(a, negated);
  return withoutExpand(proposal);
}

function mul(proposal: Proposal): Name | undefined {
  const { build, inputs } = proposal;
  const done = folded(proposal, (a, b) => a * b);
  if (done !== undefined) return done;
  const joint = jointShape(build, inputs);
  for (const [k, name] of inputs.entries()) {
    const other = inputs[1 - k]!;
    const factor = build.uniformOf(name);
    if (factor === 0) return filled(build, 0, other, joint);
    if (factor === 1) return build.expand(other, joint);
    if (factor === -1) return build.expand(build.neg(other), joint);
    const inner = factor === undefined ? undefined : scaled(build, other);
    if (inner) return build.expand(build.scale(inner.x, factor! * inner.factor), joint);
    const negated = inside(build, name, "Neg");
    if (negated === undefined) continue;
    const opposite = build.uniformOf(other);
    return opposite === undefined
      ? build.neg(build.mul(negated, other))
      : build.expand(build.scale(negated, -opposite), joint);
  }
  return withoutExpand(proposal);
}

function div(proposal: Proposal): Name | undefined {
  const { build, inputs } = proposal;
  const [a, b] = inputs as [Name, Name];
  const joint = jointShape(build, inputs);
  if (build.uniformOf(a) === 0) return filled(build, 0, a, joint);
  if (build.uniformOf(b) === 1) return build.expand(a, joint);
  const negated = inside(build, a, "Neg");
  if (negated !== undefined) return build.neg(build.div(negated, b));
  return withoutExpand(proposal);
}

function neg({ build, inputs }: Proposal): Name | undefined {
  const x = inputs[0]!;
  const value = build.uniformOf(x);
  if (value !== undefined) return filled(build, 0 - value, x, shapeOf(build, x));
  const twice = inside(build, x, "Neg");
  if (twice !== undefined) return twice;
  const product = scaled(build, x);
  return product && build.scale(product.x, -product.factor);
}

function pow({ build, inputs }: Proposal): Name | undefined {
  const [x, p] = inputs as [Name, Name];
  const joint = jointShape(build, inputs);
  if (!sameShape(joint, shapeOf(build, x))) return undefined;
  switch (build.uniformOf(p)) {
    case 0:
      return filled(build, 1, x, joint);
    case 1:
      return x;
    case 2:
      return build.mul(x, x);
    case -1:
      return build.node("Reciprocal", [x]);
    case 0.5:
      return build.node("Sqrt", [x]);
    default:
      return undefined;
  }
}

function where(proposal: Proposal): Name | undefined {
  const { build, inputs } = proposal;
  const [condition, a, b] = inputs as [Name, Name, Name];
  const joint = jointShape(build, inputs);
  const holds = build.uniformOf(condition);
  if (holds !== undefined) return build.expand(holds === 0 ? b : a, joint);
  const value = build.uniformOf(a);
  if (a === b || (value !== undefined && value === build.uniformOf(b))) return build.expand(a, joint);
  return withoutExpand(proposal);
}

function matmul({ build, inputs }: Proposal): Name | undefined {
  const zero = inputs.find((name) => build.uniformOf(name) === 0);
  if (zero === undefined) return undefined;
  const [a, b] = inputs.map((name) => shapeOf(build, name)) as [readonly number[], readonly number[]];
  return filled(build, 0, zero, [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!]);
}

/** Sums, products and powers of floats. */
const arithmetics: Readonly<Record<string, Simplification>> = {
  Add: add,
  Sub: sub,
  Mul: mul,
  Div: div,
  Neg: neg,
  Pow: pow,
  MatMul: matmul,
};

const others: Readonly<Record<string, Simplification>> = { ...layoutSimplifications, Where: where };
