import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Executable } from "../../server/engines/engine";
import { selfTest } from "../../server/engines/selfTest";
import { graphOf, node, parameter, valueInfo } from "../../server/graph/build";
import type { Fill } from "../../server/graph/fill";
import type { Graph } from "../../server/graph/graph";
import type { Tensor } from "../../server/graph/tensor";
import { relativeError } from "./compare";
import { defaultTolerance, floats, type OperatorCase } from "./operatorCase";
import { evaluateReference } from "./reference";

/** Runs a case on an engine; the largest relative error over its outputs. */
export async function errorOfCase(engine: Engine, { graph, feeds }: OperatorCase): Promise<number> {
  const executable = await engine.compile(graph);
  try {
    const actual = await executable.run(feeds);
    const expected = evaluateReference(graph, feeds);
    let largest = 0;
    for (const { name, dtype } of graph.outputs) {
      expect(actual[name]!.dtype, `element type of ${name}`).toBe(dtype);
      largest = Math.max(largest, relativeError(actual[name]!, expected[name]!));
    }
    return largest;
  } finally {
    await executable.dispose();
  }
}

/**
 * Defines one test for each operator case: the engine's outputs must agree with the float64 reference, in shape and
 * element type exactly and in value to the case's tolerance (1e-5 of the largest magnitude unless it says otherwise).
 */
export function testOperators(create: () => Promise<Engine>, cases: readonly OperatorCase[]): void {
  describe("operators agree with the float64 reference", () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await create();
    });
    afterAll(() => engine.dispose());

    test.each(cases.map((entry) => [entry.name, entry] as const))("%s", async (_, entry) => {
      expect(engine.unsupported(entry.graph)).toEqual([]);
      expect(await errorOfCase(engine, entry)).toBeLessThanOrEqual(entry.tolerance ?? defaultTolerance);
    });
  });
}

/** y = relu(x·w1 + b1)·w2 with a free batch axis. */
const perceptron: Graph = graphOf({
  inputs: [valueInfo("x", ["batch", 6])],
  outputs: [valueInfo("y", ["batch", 3])],
  nodes: [node("Gemm", ["x", "w1", "b1"], ["h"]), node("Relu", ["h"], ["r"]), node("MatMul", ["r", "w2"], ["y"])],
  parameters: [parameter("w1", floats([6, 5])), parameter("b1", floats([5]), "bias"), parameter("w2", floats([5, 3]))],
});

/** The graph with other parameter values, as `setParameters` should make it. */
function moved(graph: Graph, values: ReadonlyMap<string, Float32Array>): Graph {
  const parameters = graph.parameters.map((entry) => {
    const data = values.get(entry.name);
    return data ? { ...entry, tensor: { ...entry.tensor, data: data.slice() } } : entry;
  });
  return { ...graph, parameters };
}

/** Defines the tests of what every executable promises: parameters, batches, independence, and the self-test. */
export function testExecutables(create: () => Promise<Engine>): void {
  describe("executables", () => {
    let engine: Engine;
    let executable: Executable;
    const x = floats([4, 6]);
    const values = (name: string, shape: number[], seed: number): Map<string, Float32Array> =>
      new Map([[name, floats(shape, -1, 1, seed).data as Float32Array]]);

    beforeAll(async () => {
      engine = await create();
      executable = await engine.compile(perceptron);
    });
    afterAll(async () => {
      await executable.dispose();
      await engine.dispose();
    });

    const expectOutput = async (graph: Graph, feed: Tensor): Promise<Tensor> => {
      const { y } = await executable.run({ x: feed });
      expect(relativeError(y!, evaluateReference(graph, { x: feed }).y!)).toBeLessThanOrEqual(defaultTolerance);
      return y!;
    };

    test("parameters are replaced, and those not named keep the value that they have", async () => {
      await expectOutput(perceptron, x);
      const first = values("w1", [6, 5], 21);
      await executable.setParameters(first);
      await expectOutput(moved(perceptron, first), x);
      const second = values("b1", [5], 22);
      await executable.setParameters(second);
      await expectOutput(moved(perceptron, new Map([...first, ...second])), x);
    });

    test("parameter arrays are copied", async () => {
      const given = values("w2", [5, 3], 23);
      await executable.setParameters(given);
      const { y: before } = await executable.run({ x });
      given.get("w2")!.fill(NaN);
      const { y: after } = await executable.run({ x });
      expect(after!.data).toEqual(before!.data);
    });

    test("what writes values gives the same bits as arrays of them, and may come beside arrays", async () => {
      const written = values("w1", [6, 5], 27).get("w1")!;
      const given = values("b1", [5], 28);
      await executable.setParameters(new Map([["w1", written], ...given]));
      const { y: fromArrays } = await executable.run({ x });
      await executable.setParameters(values("w1", [6, 5], 29));
      const sizes: number[] = [];
      const fill = (target: Float32Array): void => {
        sizes.push(target.length);
        target.set(written);
      };
      await executable.setParameters(new Map<string, Float32Array | Fill>([["w1", fill], ...given]));
      const { y: fromFill } = await executable.run({ x });
      expect(sizes).toEqual([30]);
      expect(fromFill!.data).toEqual(fromArrays!.data);
    });

    test("the same parameters give the same bits", async () => {
      const { y: before } = await executable.run({ x });
      await executable.setParameters(values("w1", [6, 5], 24));
      await executable.run({ x });
      const there = new Map(perceptron.parameters.map(({ name, tensor }) => [name, tensor.data as Float32Array]));
      await executable.setParameters(there);
      const { y: pristine } = await executable.run({ x });
      await executable.setParameters(values("w1", [6, 5], 24));
      await executable.setParameters(there);
      const { y: again } = await executable.run({ x });
      expect(again!.data).toEqual(pristine!.data);
      expect(before!.data).not.toEqual(pristine!.data);
    });

    test("the batch may differ from run to run", async () => {
      const fresh = await engine.compile(perceptron);
      for (const batch of [1, 7, 3]) {
        const feed = floats([batch, 6], -1, 1, batch);
        const { y } = await fresh.run({ x: feed });
        expect(y!.shape).toEqual([batch, 3]);
        expect(relativeError(y!, evaluateReference(perceptron, { x: feed }).y!)).toBeLessThanOrEqual(defaultTolerance);
      }
      await fresh.dispose();
    });

    test("outputs stay as they were after later runs, new parameters and disposal", async () => {
      const fresh = await engine.compile(perceptron);
      const { y } = await fresh.run({ x });
      const kept = Array.from(y!.data as Float32Array);
      await fresh.setParameters(values("w2", [5, 3], 25));
      await fresh.run({ x: floats([4, 6], 5, 9) });
      await fresh.dispose();
      expect(Array.from(y!.data as Float32Array)).toEqual(kept);
    });

    test("feeds are not written to", async () => {
      const feed = floats([4, 6]);
      await executable.run({ x: feed });
      expect(feed).toEqual(floats([4, 6]));
    });

    test("two executables of one engine do not disturb each other", async () => {
      const other = await engine.compile(perceptron);
      const { y: before } = await other.run({ x });
      await executable.setParameters(values("w1", [6, 5], 26));
      await executable.run({ x });
      const { y: after } = await other.run({ x });
      await other.dispose();
      expect(after!.data).toEqual(before!.data);
    });

    test("a parameter that the model lacks, or of another size, is refused", async () => {
      await expect(executable.setParameters(values("w3", [2], 1))).rejects.toThrow("w3");
      await expect(executable.setParameters(values("w1", [2], 1))).rejects.toThrow("w1");
    });

    test("a missing feed is refused", async () => {
      await expect(executable.run({})).rejects.toThrow("x");
    });

    test("the self-test passes", async () => {
      expect(await selfTest(engine)).toBeLessThan(1e-5);
    });
  });
}
