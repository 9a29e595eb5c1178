import { expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { relativeError } from "../../support/compare";
import { testExecutables, testOperators } from "../../support/engineContract";
import { operatorCases } from "../../support/operatorCases";
import { batchOf, openResnet8 } from "../../support/oracle";
import { useSoftwareGpu } from "../../support/softwareGpu";

useSoftwareGpu();
const create = () => createTensorFlowEngine("webgpu");

/** The engine, or why WebGPU cannot be tested on this machine. */
const found = await create().catch((error: Error) => error.message);

if (typeof found === "string") test.skip(`WebGPU is skipped: ${found}`, () => undefined);
else {
  const cases = operatorCases.filter((entry) => entry.tensorflow);
  const isLacking = ({ graph }: (typeof cases)[number]): boolean => found.unsupported(graph).length > 0;
  testOperators(
    create,
    cases.filter((entry) => !isLacking(entry)),
  );
  testExecutables(create);

  test("it lacks what it would compute too roughly, and nothing else", () => {
    const lacking = cases.filter(isLacking).flatMap(({ graph }) => found.unsupported(graph));
    const angles = ["Atan", "Cos", "Cosh", "Sin", "Sinh", "Tan"];
    expect([...new Set(lacking)].sort()).toEqual(angles.map((op) => `${op} (as exactly as it is needed)`));
  });

  test("PyTorch's ResNet-8 has the logits of ONNX Runtime, before and after its weights are moved", async () => {
    const { graph, plane, x } = await openResnet8();
    const engines = [found, await createOnnxRuntimeEngine()] as const;
    const [input] = graph.inputs;
    const samples = batchOf(x, 0, 2);
    for (const values of [new Map<string, Float32Array>(), plane.at(0.5, -0.25)]) {
      const [own, other] = await Promise.all(
        engines.map(async (engine) => {
          const executable = await engine.compile(graph);
          await executable.setParameters(values);
          const outputs = await executable.run({ [input!.name]: samples });
          await executable.dispose();
          return outputs[graph.outputs[0]!.name]!;
        }),
      );
      expect(relativeError(own!, other!)).toBeLessThan(1e-5);
    }
  });
}
