import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { matchCheckpoint, openCheckpoint } from "../../../../server/formats/openCheckpoint";
import { bytesOf } from "../../../../server/graph/elements";
import { expectClose, runGraph } from "../support/run";
import { expectDerivatives, folder, openFixture, runOnTensorFlow, tensorOf, type Values } from "./support";

interface Entry {
  readonly inputs: Readonly<Record<string, Values>>;
  /** TensorFlow's own answers; absent for quantised weights, which only TensorFlow.js knows. */
  readonly outputs?: readonly (Values & { readonly name: string })[];
  /** Those of TensorFlow.js on its CPU back end; null where it lacks the operator. */
  readonly tensorflowJs?: readonly (Values | null)[];
}

const expected = JSON.parse(readFileSync(path.join(folder, "graph-expected.json"), "utf8")) as Record<string, Entry>;
const names = Object.keys(expected);
const inputsOf = (name: string) => Object.values(expected[name]!.inputs).map(tensorOf);
const answersOf = ({ outputs, tensorflowJs }: Entry) =>
  [outputs, tensorflowJs].filter((answers) => answers !== undefined);

describe.each(names)("%s", (name) => {
  test("gives the numbers of TensorFlow and TensorFlow.js on ONNX Runtime", async () => {
    const { graph, format } = await openFixture(name);
    expect(format).toBe("TensorFlow.js");
    const results = await runGraph(graph, inputsOf(name));
    const answers = answersOf(expected[name]!);
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) {
      expect(answer.length).toBe(results.length);
      answer.forEach((wanted, k) => {
        if (wanted) expectClose(Array.from(results[k]!, Number), wanted.data, `${graph.outputs[k]!.name} (${k})`);
      });
    }
  });

  test("says the shapes of its outputs", async () => {
    const { graph } = await openFixture(name);
    const answers = answersOf(expected[name]!);
    graph.outputs.forEach(({ shape }, k) => {
      const wanted = answers.map((answer) => answer[k]).find((each) => each)!.shape;
      expect(shape.length, `output ${k}`).toBe(wanted.length);
      shape.forEach((extent, axis) => {
        if (typeof extent === "number") expect(extent, `output ${k}`).toBe(wanted[axis]);
      });
    });
  });
});

describe("on our engine of TensorFlow.js", () => {
  test.each(["graph-plain", "graph-fused", "graph-attention", "graph-images", "graph-operators"])(
    "%s",
    async (name) => {
      const { graph } = await openFixture(name);
      const results = await runOnTensorFlow(graph, inputsOf(name));
      expected[name]!.outputs!.forEach(({ data }, k) => expectClose(results[k]!, data, `output ${k}`));
    },
  );
});

describe("parameters", () => {
  test("are called as their nodes and lie as in TensorFlow, each with its role and filters", async () => {
    const { graph } = await openFixture("graph-plain");
    const found = graph.parameters.map(({ name, role, filterAxes, tensor }) => [
      name.split("/").slice(1).join("/").replace("/ReadVariableOp/resource", ""),
      role,
      tensor.shape.join("x"),
      filterAxes.join(),
    ]);
    expect(found.slice(0, 8)).toEqual([
      ["stem_1/convolution", "kernel", "3x3x3x4", "3"],
      ["stem_1/Reshape", "bias", "4", "0"],
      ["stem_norm_1/Cast_1", "variance", "4", "0"],
      ["stem_norm_1/Cast_2", "scale", "4", "0"],
      ["stem_norm_1/Cast_3", "shift", "4", "0"],
      ["stem_norm_1/Cast", "mean", "4", "0"],
      ["depthwise_1/depthwise", "kernel", "3x3x4x2", "2,3"],
      ["depthwise_1/Reshape", "bias", "8", "0"],
    ]);
    expect(found).toContainEqual(["up_1/conv_transpose", "kernel", "3x3x5x6", "2"]);
    expect(found).toContainEqual(["head_1/Cast", "kernel", "7x5", "1"]);
    expect(graph.inputs).toEqual([{ name: "images", dtype: "float32", shape: ["batch", 9, 11, 3] }]);
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([["batch", 5]]);
  });

  test("of every file are those of its weight files, as a checkpoint has them", async () => {
    for (const name of ["graph-plain", "graph-fused", "graph-uint8", "graph-float16"]) {
      const { graph } = await openFixture(name);
      const checkpoint = await openCheckpoint(path.join(folder, name, "model.json"));
      try {
        const matched = matchCheckpoint(graph.parameters, checkpoint, name);
        expect(matched.size).toBe(graph.parameters.length);
        for (const { name: parameter, tensor } of graph.parameters) {
          expect(bytesOf(await checkpoint.read(matched.get(parameter)!))).toEqual(bytesOf(tensor));
        }
      } finally {
        await checkpoint.close();
      }
    }
  });

  test("that were quantised are told of, and their files are part of the model", async () => {
    for (const kind of ["uint8", "uint16", "float16"]) {
      const { notices, graph } = await openFixture(`graph-${kind}`);
      expect(notices).toEqual([expect.stringContaining(`stored quantised (${kind})`)]);
      expect(graph.files).toEqual([path.join(folder, `graph-${kind}`, "group1-shard1of1.bin")]);
    }
    const { notices, graph } = await openFixture("graph-plain");
    expect(notices).toEqual([]);
    expect(graph.files!.map((file) => path.basename(file))).toEqual(["group1-shard1of2.bin", "group1-shard2of2.bin"]);
  });

  test("of batch normalisation keep convolutions and what follows without a transposition between", async () => {
    const { graph } = await openFixture("graph-plain");
    const between = graph.nodes.slice(2).filter(({ op, inputs }) => op === "Transpose" && !isWeight(inputs[0]!));
    expect(between).toEqual([]);
    function isWeight(value: string): boolean {
      return graph.parameters.some((parameter) => parameter.value === value);
    }
  });
});

describe("derivatives", () => {
  test.each(["graph-plain", "graph-fused", "graph-attention"])("of %s agree with differences", async (name) => {
    const { graph } = await openFixture(name);
    expectDerivatives(graph, inputsOf(name)[0]!, expected[name]!.outputs![0]!.shape);
  });
});
