import { ProblemError } from "../../protocol/problem";
import { isFloating } from "../elements";
import type { GraphNode } from "../graph";
import type { GraphBuilder } from "./builder";
import type { Name } from "./rule";
import { rules } from "./rules/table";
import { steps } from "./rules/elementwise";
import { sameShape } from "./shapes";

/** A value and the cotangent that it starts with, of the same shape. */
export interface Seed {
  readonly value: Name;
  readonly cotangent: Name;
}

/**
 * Reverse-mode accumulation: adds nodes that compute Σ_seeds (∂value/∂x)ᵀ·cotangent for every x of `wanted`.
 *
 * Only nodes on a path from an x to a seed are differentiated: they depend on an x through floats (integers, truth values
 * and piecewise constant functions end the dependence) and they influence a seed.
 *
 * @returns for each x its cotangent, of its shape; undefined where no seed depends on it.
 * @throws ProblemError `operator-unsupported` when an operator on such a path has no rule.
 */
export function pullBack(
  build: GraphBuilder,
  seeds: readonly Seed[],
  wanted: readonly Name[],
): readonly (Name | undefined)[] {
  const nodes = [...build.nodeList];
  const active = dependents(build, nodes, wanted);
  const cotangents = new Map<Name, Name>();
  const accumulate = (value: Name, cotangent: Name): void => {
    const earlier = cotangents.get(value);
    cotangents.set(value, earlier === undefined ? cotangent : build.add(earlier, cotangent));
  };
  for (const { value, cotangent } of seeds) if (active.has(value)) accumulate(value, cotangent);

  for (const node of nodes.reverse()) {
    const given = node.outputs.map((output) => cotangents.get(output));
    if (given.every((cotangent) => cotangent === undefined)) continue;
    const asked = node.inputs.map((input) => active.has(input));
    if (!asked.includes(true)) continue;
    const results = ruleOf(node)({ node, build, cotangents: given, wanted: asked });
    node.inputs.forEach((input, k) => {
      const cotangent = results[k];
      if (!asked[k] || cotangent === undefined || build.uniformOf(cotangent) === 0) return;
      check(build, node, input, cotangent);
      accumulate(input, cotangent);
    });
  }
  return wanted.map((name) => cotangents.get(name));
}

/** The values that depend on `sources` in a differentiable way, and these themselves. */
function dependents(build: GraphBuilder, nodes: readonly GraphNode[], sources: readonly Name[]): ReadonlySet<Name> {
  const active = new Set(sources);
  for (const node of nodes) {
    if (node.domain === "" && node.op in steps) continue;
    if (!node.inputs.some((input) => active.has(input))) continue;
    for (const output of node.outputs) {
      if (output !== "" && isFloating(build.typeOf(output).dtype)) active.add(output);
    }
  }
  return active;
}

function ruleOf(node: GraphNode): (typeof rules)[string] {
  const name = node.domain === "" ? node.op : `${node.domain}.${node.op}`;
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule) return rule;
  throw new ProblemError({
    reason: "operator-unsupported",
    title: "The model cannot be differentiated",
    message: `The model's loss depends on its parameters through the operator ${name}, whose derivative is not known.`,
    advice: "Switch curvature off in the study, or export the model without this operator.",
    facts: [name],
  });
}

function check(build: GraphBuilder, node: GraphNode, input: Name, cotangent: Name): void {
  const [is, should] = [build.typeOf(cotangent), build.typeOf(input)];
  if (is.dtype === should.dtype && sameShape(is.shape, should.shape)) return;
  throw new Error(
    `The rule of ${node.op} gives ${is.dtype} [${is.shape.join(", ")}] where its input is ` +
      `${should.dtype} [${should.shape.join(", ")}].`,
  );
}
