import { describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import {
  selfTest,
  selfTestAnswers,
  selfTestGraph,
  selfTestInput,
  selfTestMove,
} from "../../../server/engines/selfTest";
import { createReferenceEngine } from "../../support/referenceEngine";
import { evaluateReference } from "../../support/reference";

describe("the self-test's stored answers are those of the float64 reference", () => {
  const graph = selfTestGraph();
  const move = selfTestMove();
  const parameters = graph.parameters.map((entry) => {
    const data = move.get(entry.name);
    return data ? { ...entry, tensor: { ...entry.tensor, data } } : entry;
  });
  const graphs = [graph, { ...graph, parameters }];

  test.each([0, 1])("half %i", (half) => {
    const outputs = evaluateReference(graphs[half]!, { x: selfTestInput() });
    for (const [name, answer] of Object.entries(selfTestAnswers[half]!)) {
      const values = Array.from(outputs[name]!.data, Number);
      expect(values.length).toBe(answer.length);
      values.forEach((value, i) => expect(Math.abs(value - answer[i]!)).toBeLessThan(1e-12));
    }
  });

  test("the two halves differ, so that an engine that ignores new parameters is found out", () => {
    expect(selfTestAnswers[0]!.logits[0]).not.toBeCloseTo(selfTestAnswers[1]!.logits[0]!, 1);
  });
});

describe("the self-test", () => {
  test("is exact on the reference", async () => {
    expect(await selfTest(createReferenceEngine())).toBeLessThan(1e-12);
  });

  test("measures a wrong factor", async () => {
    expect(await selfTest(createReferenceEngine({ factor: 1.01 }))).toBeCloseTo(0.01, 6);
  });

  test("is infinite when an output is not finite", async () => {
    expect(await selfTest(createReferenceEngine({ factor: NaN }))).toBe(Infinity);
  });

  test("finds out an engine that ignores new parameters", async () => {
    const engine = createReferenceEngine();
    const stubborn: Engine = {
      ...engine,
      compile: async (graph) => ({ ...(await engine.compile(graph)), setParameters: async () => {} }),
    };
    expect(await selfTest(stubborn)).toBeGreaterThan(0.1);
  });
});
