import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { createTensorFlowEngine } from "../../../server/engines/tensorflow/engine";
import { loadModel } from "../../../server/evaluator/model";
import { openModel } from "../../../server/formats/open";
import { canonicalise } from "../../../server/graph/canonical/canonical";
import { gradientOf } from "../../../server/graph/differentiate/gradient";
import { withLoss } from "../../../server/graph/differentiate/loss";
import type { Graph, Parameter } from "../../../server/graph/graph";
import { toInference } from "../../../server/graph/inference";
import type { Tensor } from "../../../server/graph/tensor";
import { relativeError } from "../../support/compare";
import { tensorOf } from "../../support/operatorCase";
import { evaluateReference } from "../../support/reference";

interface Exported {
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  readonly statistics: readonly string[];
  readonly input: { readonly shape: number[]; readonly dtype: "float32" | "int64"; readonly values: number[] };
  readonly output: { readonly shape: number[]; readonly values: number[] };
}

const folder = path.resolve("test/fixtures/onnx-exporters");
const exported = JSON.parse(readFileSync(path.join(folder, "expected.json"), "utf8")) as Readonly<
  Record<string, Exported>
>;

async function open(name: string): Promise<Graph> {
  return toInference((await openModel(path.join(folder, `${name}.onnx`))).graph);
}

const isStatistic = ({ role }: Parameter): boolean => role === "mean" || role === "variance";
const axesOf = ({ parameters }: Graph): Record<string, string> =>
  Object.fromEntries(parameters.map(({ name, role, filterAxes }) => [name, `${role} ${filterAxes.join()}`]));

describe.each(Object.entries(exported))("%s", (name, { parameters, statistics, input, output }) => {
  let engines: Readonly<Record<string, Engine>>;
  beforeAll(async () => {
    engines = { onnxruntime: await createOnnxRuntimeEngine(), wasm: await createTensorFlowEngine("wasm") };
  });
  afterAll(async () => {
    for (const engine of Object.values(engines)) await engine.dispose();
  });

  const x = tensorOf(input.values, input.shape, input.dtype);
  const logits = tensorOf(output.values, output.shape, "float32");

  async function errorOn(engine: Engine, graph: Graph): Promise<number> {
    const executable = await engine.compile(graph);
    const { [graph.outputs[0]!.name]: found } = await executable.run({ [graph.inputs[0]!.name]: x });
    await executable.dispose();
    return relativeError(found!, logits);
  }

  test("computes PyTorch's logits on every engine that has its operators", async () => {
    const graph = await open(name);
    expect(await errorOn(engines.onnxruntime!, graph)).toBeLessThan(1e-5);
    const lacks = engines.wasm!.unsupported(graph);
    expect(lacks).toEqual(name.startsWith("lstm") ? ["LSTM"] : []);
    if (lacks.length === 0) expect(await errorOn(engines.wasm!, graph)).toBeLessThan(1e-5);
  });

  test("says whether batch normalisation was folded", async () => {
    const { notices } = await loadModel({ path: path.join(folder, `${name}.onnx`) });
    const folded = { "mobile-folded": 7, "mobile-dynamo-optimised": 5 }[name];
    const words = folded === undefined ? [] : [expect.stringContaining(`was folded into ${folded} convolutions`)];
    expect(notices).toEqual(words);
  });

  test("has derivatives", async () => {
    const graph = await open(name);
    const canonical = canonicalise(graph, { [graph.inputs[0]!.name]: input.shape });
    const feeds: Record<string, Tensor> = { [graph.inputs[0]!.name]: x };
    const found = evaluateReference(canonical.graph, feeds)[graph.outputs[0]!.name]!;
    expect(relativeError(found, logits)).toBeLessThan(1e-5);
    const names = graph.parameters.filter((each) => !isStatistic(each)).map((parameter) => parameter.name);
    const gradient = gradientOf(withLoss(canonical, { name: "crossEntropy" }), names);
    expect(gradient.graph.outputs.map((each) => each.name)).toEqual([
      "loss",
      ...names.map((parameter) => `gradient/${parameter}`),
    ]);
  });

  test.skipIf(/folded|optimised/.test(name))("keeps PyTorch's names, shapes and statistics", async () => {
    const graph = await open(name);
    const learned = graph.parameters.filter((each) => !isStatistic(each));
    expect(Object.fromEntries(learned.map((each) => [each.name, each.tensor.shape]))).toEqual(parameters);
    const kept = graph.parameters.filter(isStatistic).map((each) => each.name);
    expect(new Set(kept)).toEqual(new Set(statistics));
  });

  test("has roles and filters by what uses the weights", async () => {
    const found = axesOf(await open(name));
    const network = name.split("-")[0] as keyof typeof roles;
    for (const [parameter, what] of Object.entries(found)) {
      const [, expected] = roles[network].find(([pattern]) => pattern.test(parameter)) ?? [];
      expect(what, parameter).toBe(expected);
    }
  });
});

/** What each network's weights are by their names in PyTorch, or by those that the exporters make up for changed ones. */
const roles: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  mobile: [
    [/running_mean$/, "mean 0"],
    [/running_var$/, "variance 0"],
    [/(stem|expand|depthwise|project)\.1\.weight$/, "scale 0"],
    [/(stem|expand|depthwise|project)\.1\.bias$/, "shift 0"],
    [/(weight_|\.)bias$|^onnx::Conv_(90|93|96|99|102|105|108)$/, "bias 0"],
    [/weight$|^onnx::Conv_/, "kernel 0"],
  ],
  lstm: [
    [/bias/, "bias 0"],
    [/weight/, "kernel 0"],
    // All gates of all directions: [directions, gates · units, …]. Both biases of a layer lie side by side.
    [/^(onnx::LSTM_(195|215)|val_(66|129))$/, "bias 0,1"],
    [/^(onnx::LSTM|val)_/, "kernel 0,1"],
  ],
  transformer: [
    [/^positions$|^table\.weight$/, "embedding 0"],
    [/norm\d\.weight$/, "scale 0"],
    [/norm\d\.bias$/, "shift 0"],
    [/bias$/, "bias 0"],
    [/weight$/, "kernel 0"],
    // Turned round: [in, out].
    [/^(onnx::MatMul|val)_/, "kernel 1"],
  ],
};
