import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { int, node, parameter } from "../../../server/graph/build";
import type { Graph, GraphNode } from "../../../server/graph/graph";
import type { Tensor } from "../../../server/graph/tensor";
import { relativeError } from "../../support/compare";
import { defaultTolerance, type OperatorCase } from "../../support/operatorCase";
import { operatorCases } from "../../support/operatorCases";
import { evaluateReference } from "../../support/reference";

type Feeds = Readonly<Record<string, Tensor>>;

/** The same computation, put to the engine in another way. */
type Variant = (entry: OperatorCase) => { readonly graph: Graph; readonly feeds: Feeds };

/** A filter of one 1 for each channel, which leaves NaN and infinities where they are. */
const identity = (channels: number, spatial: number): Tensor => ({
  dtype: "float32",
  shape: [channels, 1, ...new Array<number>(spatial).fill(1)],
  data: new Float32Array(channels).fill(1),
});

/** Every image passes through a convolution that changes nothing, so that the operator finds it with channels last. */
const afterConvolutions: Variant = ({ graph, feeds }) => {
  const first: GraphNode[] = [];
  const weights = new Map<string, Tensor>();
  const renamed = new Map<string, string>();
  for (const [name, { dtype, shape }] of Object.entries(feeds)) {
    if (dtype !== "float32" || (shape.length !== 3 && shape.length !== 4) || shape.includes(0)) continue;
    weights.set(`${name}.identity`, identity(shape[1]!, shape.length - 2));
    first.push(node("Conv", [name, `${name}.identity`], [`${name}.image`], { group: int(shape[1]!) }));
    renamed.set(name, `${name}.image`);
  }
  const nodes = graph.nodes.map((own) => ({ ...own, inputs: own.inputs.map((name) => renamed.get(name) ?? name) }));
  return {
    graph: { ...graph, nodes: [...first, ...nodes], constants: new Map([...graph.constants, ...weights]) },
    feeds,
  };
};

/** Everything is known beforehand, and small enough for the host. */
const asConstants: Variant = ({ graph, feeds }) => ({
  graph: { ...graph, inputs: [], constants: new Map([...graph.constants, ...Object.entries(feeds)]) },
  feeds: {},
});

/** Everything is a parameter: computed once for each set of parameters. */
const asParameters: Variant = ({ graph, feeds }) => {
  const moved = Object.entries(feeds).filter(([, { dtype }]) => dtype === "float32");
  const names = new Set(moved.map(([name]) => name));
  return {
    graph: {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => !names.has(name)),
      parameters: [...graph.parameters, ...moved.map(([name, tensor]) => parameter(name, tensor))],
    },
    feeds: Object.fromEntries(Object.entries(feeds).filter(([name]) => !names.has(name))),
  };
};

const variants: readonly (readonly [string, Variant])[] = [
  ["on images with their channels last", afterConvolutions],
  ["on constants", asConstants],
  ["on parameters", asParameters],
];

async function errorOf(engine: Engine, variant: Variant, entry: OperatorCase): Promise<number> {
  const { graph, feeds } = variant(entry);
  const executable = await engine.compile(graph);
  try {
    // Twice: what was kept from the first run must serve the second.
    await executable.run(feeds);
    const actual = await executable.run(feeds);
    const expected = evaluateReference(entry.graph, entry.feeds);
    return Math.max(...Object.entries(expected).map(([name, tensor]) => relativeError(actual[name]!, tensor)));
  } finally {
    await executable.dispose();
  }
}

for (const backend of ["wasm", "tensorflow"] as const) {
  const missing = await createTensorFlowEngine(backend).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const because = missing === undefined ? "" : `, skipped: ${missing}`;

  describe.skipIf(missing !== undefined)(`all operators on ${backend}${because}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await createTensorFlowEngine(backend);
    });
    afterAll(() => engine.dispose());

    test.each(variants)("%s", async (_, variant) => {
      const wrong: string[] = [];
      const entries = operatorCases.filter((entry) => entry.tensorflow);
      for (const entry of entries) {
        const tolerance = entry.tolerance ?? defaultTolerance;
        const finding = await errorOf(engine, variant, entry).then(
          (error) => (error <= tolerance ? undefined : `off by ${error}`),
          (error: Error) => error.message,
        );
        if (finding !== undefined) wrong.push(`${entry.name}: ${finding}`);
      }
      expect(entries.length).toBeGreaterThan(400);
      expect(wrong).toEqual([]);
    });
  });
}
