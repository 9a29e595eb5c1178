import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { operatorNames } from "../../../server/engines/tensorflow/operators";
import type { Tensor } from "../../../server/graph/tensor";
import { relativeError } from "../../support/compare";
import { caseOf, type Application } from "../../support/generated/application";
import { generators } from "../../support/generated/table";
import { defaultTolerance, type OperatorCase } from "../../support/operatorCase";
import { evaluateReference } from "../../support/reference";

/** Applications of each operator, the same ones in every run. `AGREEMENT_RUNS` asks for more when hunting. */
const runs = Number(process.env.AGREEMENT_RUNS ?? 20);
const seed = Number(process.env.AGREEMENT_SEED ?? 20);

type Results = Readonly<Record<string, Tensor>>;

async function resultsOf(engine: Engine, { graph, feeds }: OperatorCase): Promise<Results> {
  const lacks = engine.unsupported(graph);
  if (lacks.length > 0) throw new Error(`${engine.label} lacks ${lacks.join(", ")}`);
  const executable = await engine.compile(graph);
  try {
    return await executable.run(feeds);
  } finally {
    await executable.dispose();
  }
}

/**
 * Throws where results differ by more than the case allows, in type, shape or value: relative to the largest magnitude,
 * or to 1 where all are smaller, because inputs of about 1 may cancel.
 */
function compare(who: string, actual: Results, expected: Results, { graph, tolerance }: OperatorCase): void {
  for (const { name, dtype } of graph.outputs) {
    const [is, should] = [actual[name]!, expected[name]!];
    if (is.dtype !== dtype) throw new Error(`${who}: ${name} is ${is.dtype}, ${dtype} was expected`);
    const error = relativeErrorOf(who, is, should);
    if (!(error <= (tolerance ?? defaultTolerance))) throw new Error(`${who}: ${name} is off by ${error}`);
  }
}

function relativeErrorOf(who: string, actual: Tensor, expected: Tensor): number {
  try {
    return relativeError(actual, expected, 1);
  } catch (error) {
    throw new Error(`${who}: ${(error as Error).message}`);
  }
}

test("every operator of the TensorFlow engine has generated applications", () => {
  expect(operatorNames.filter((op) => !(op in generators))).toEqual([]);
  expect(Object.keys(generators).filter((op) => !operatorNames.includes(op))).toEqual([]);
});

for (const backend of ["wasm", "tensorflow"] as const) {
  const missing = await createTensorFlowEngine(backend).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const because = missing === undefined ? "" : `, skipped: ${missing}`;

  describe.skipIf(missing !== undefined)(`ONNX Runtime and TensorFlow.js on ${backend} agree to 1e-5${because}`, () => {
    let engines: readonly [Engine, Engine];
    beforeAll(async () => {
      engines = [await createTensorFlowEngine(backend), await createOnnxRuntimeEngine()];
    });
    afterAll(async () => {
      for (const engine of engines) await engine.dispose();
    });

    async function agree(application: Application): Promise<void> {
      const entry = caseOf(application);
      const reference = evaluateReference(entry.graph, entry.feeds);
      const [tensorflow, onnxruntime] = engines;
      const results = await resultsOf(tensorflow, entry);
      compare("TensorFlow.js against the definition", results, reference, entry);
      if (application.onnxruntimeRefuses) expect(onnxruntime.unsupported(entry.graph)).toHaveLength(1);
      if (application.onnxruntimeRefuses ?? application.onnxruntimeDiffers) return;
      compare("TensorFlow.js against ONNX Runtime", results, await resultsOf(onnxruntime, entry), entry);
    }

    test.each(Object.entries(generators))("%s", async (_, applications) => {
      const property = fc.asyncProperty(applications, agree);
      const found = await fc.check(property, { seed, numRuns: runs });
      if (!found.failed) return;
      const [smallest] = found.counterexample ?? [];
      throw new Error(`${caseOf(smallest!).name}\n${String(found.errorInstance)}`);
    });
  });
}
