import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalise } from "../../../../server/graph/canonical/canonical";
import type { Attribute } from "../../../../server/graph/graph";
import type { DataType, Tensor } from "../../../../server/graph/tensor";
import { relativeError } from "../../../support/compare";
import { node, tensorOf } from "../../../support/operatorCase";
import { evaluateReference } from "../../../support/reference";

interface Described {
  readonly dtype: DataType;
  readonly shape: number[];
  readonly values: number[];
}

interface Entry {
  readonly name: string;
  readonly op: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Positions of the inputs that are constants. */
  readonly constants: readonly number[];
  readonly inputs: readonly (Described | null)[];
  readonly outputs: readonly (Described | null)[];
}

const oracle = JSON.parse(readFileSync("test/fixtures/canonical/oracle.json", "utf8")) as { readonly cases: Entry[] };

const tensorFrom = ({ values, shape, dtype }: Described): Tensor => tensorOf(values, shape, dtype);

/** The canonical form of one operator, evaluated. */
function evaluated(entry: Entry): Record<string, Tensor> {
  const { op, opset, attributes, constants } = entry;
  const given = entry.inputs.flatMap((input, k) => (input ? [{ name: `i${k}`, k, tensor: tensorFrom(input) }] : []));
  const fed = given.filter(({ k }) => !constants.includes(k));
  const graph = {
    name: entry.name,
    irVersion: 9,
    opsets: { "": opset },
    inputs: fed.map(({ name, tensor: { dtype, shape } }) => ({ name, dtype, shape })),
    outputs: entry.outputs.map((_, k) => ({ name: `o${k}`, dtype: "float64" as const, shape: [] })),
    nodes: [
      node(
        op,
        entry.inputs.map((input, k) => (input ? `i${k}` : "")),
        entry.outputs.map((_, k) => `o${k}`),
        attributes,
      ),
    ],
    constants: new Map(given.filter(({ k }) => constants.includes(k)).map(({ name, tensor }) => [name, tensor])),
    parameters: [],
    carried: [],
  };
  return evaluateReference(
    canonicalise(graph, {}).graph,
    Object.fromEntries(fed.map(({ name, tensor }) => [name, tensor])),
  );
}

/** The reference evaluator of onnx rounds the coefficients of its cubic interpolation to single precision. */
const toleranceOf = ({ name }: Entry): number => (name.startsWith("cubic") ? 2e-6 : 1e-12);

describe.each([...new Set(oracle.cases.map(({ op }) => op))])("%s as other programs have it", (op) => {
  test.each(oracle.cases.filter((entry) => entry.op === op))("$name", (entry) => {
    const outputs = evaluated(entry);
    entry.outputs.forEach((output, k) => {
      if (output) expect(relativeError(outputs[`o${k}`]!, tensorFrom(output))).toBeLessThan(toleranceOf(entry));
    });
  });
});
