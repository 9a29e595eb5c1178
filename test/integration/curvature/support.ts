import type { Samples } from "../../../server/data/dataset";
import type { Engine } from "../../../server/engines/engine";
import type { DerivativesOptions } from "../../../server/evaluator/derivatives";
import type { LoadedModel } from "../../../server/evaluator/model";
import { floatTensor, graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import type { GraphNode, Parameter } from "../../../server/graph/graph";
import { sizeOf, type Tensor } from "../../../server/graph/tensor";
import { Random } from "../../../server/landscape/random";
import { loaded } from "../../support/loaded";
import { createReferenceEngine } from "../../support/referenceEngine";

/** A float32 tensor of normal numbers. */
export function normals(shape: readonly number[], seed: number, deviation = 1): Tensor {
  const random = new Random(seed);
  return floatTensor(
    shape,
    Array.from({ length: sizeOf(shape) }, () => deviation * random.nextNormal()),
  );
}

interface LayerSizes {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

/** x ↦ tanh(x A + a)·s B + b with 4 inputs, 5 hidden units, and `outputs` outputs after an optional axis of tokens. */
export function smoothNetwork(outputs: number, options: { tokens?: number; batch?: number } = {}): LoadedModel {
  const sizes: LayerSizes = { inputs: 4, hidden: 5, outputs };
  const inner = options.tokens === undefined ? [] : [options.tokens];
  const batch = options.batch ?? "batch";
  const nodes: GraphNode[] = [
    node("MatMul", ["x", "A"], ["xA"]),
    node("Add", ["xA", "a"], ["u"]),
    node("Tanh", ["u"], ["h"]),
    node("Mul", ["h", "s"], ["hs"]),
    node("MatMul", ["hs", "B"], ["hB"]),
    node("Add", ["hB", "b"], ["z"]),
  ];
  return loaded(
    graphOf({
      inputs: [valueInfo("x", [batch, ...inner, sizes.inputs])],
      outputs: [valueInfo("z", [batch, ...inner, outputs])],
      nodes,
      parameters: smoothParameters(sizes),
    }),
  );
}

function smoothParameters({ inputs, hidden, outputs }: LayerSizes): readonly Parameter[] {
  return [
    parameter("A", normals([inputs, hidden], 1, 0.6), "kernel", [1]),
    parameter("a", normals([hidden], 2, 0.3), "bias", [0]),
    parameter("s", normals([hidden], 3, 1), "scale", [0]),
    parameter("B", normals([hidden, outputs], 4, 0.8), "kernel", [1]),
    parameter("b", normals([outputs], 5, 0.3), "bias", [0]),
  ];
}

/** Samples for a network: normal inputs, and these classes or targets. */
export function samplesOf(
  shape: readonly number[],
  answers: { readonly classes: ArrayLike<number> } | { readonly targets: Tensor },
): Samples {
  const [available] = shape as [number];
  const rest = { available, preprocessing: "" };
  const x = normals(shape, 11);
  return "classes" in answers
    ? { x, y: Int32Array.from(answers.classes), ...rest }
    : { x, y: new Int32Array(0), targets: answers.targets, ...rest };
}

/** Derivatives of the small smooth network of three classes on 7 samples, in float64. */
export function smoothOptions(changes: Partial<DerivativesOptions> = {}): DerivativesOptions {
  return {
    engine: createReferenceEngine(),
    model: smoothNetwork(3),
    samples: samplesOf([7, 4], { classes: [0, 1, 2, 2, 1, 0, 1] }),
    loss: { name: "crossEntropy" },
    batchSize: 3,
    parameters: "all",
    ...changes,
  };
}

/** An engine that counts how often each of its graphs is run, by the graph's first output. */
export function countingEngine(engine: Engine): { readonly engine: Engine; readonly runs: Map<string, number> } {
  const runs = new Map<string, number>();
  return {
    runs,
    engine: {
      name: engine.name,
      label: engine.label,
      version: engine.version,
      device: engine.device,
      unsupported: (graph) => engine.unsupported(graph),
      dispose: () => engine.dispose(),
      compile: async (graph) => {
        const executable = await engine.compile(graph);
        const first = graph.outputs[0]!.name.split("/")[0]!;
        const kind = ["loss", "product"].includes(first) ? first : "primal";
        return {
          setParameters: (values) => executable.setParameters(values),
          dispose: () => executable.dispose(),
          run: (feeds) => {
            runs.set(kind, (runs.get(kind) ?? 0) + 1);
            return executable.run(feeds);
          },
        };
      },
    },
  };
}
