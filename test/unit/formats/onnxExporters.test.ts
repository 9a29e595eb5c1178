import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { openModel } from "../../../server/formats/open";
import type { Graph, Parameter } from "../../../server/graph/graph";
import { serialise } from "../../../server/graph/onnxBytes";
import { describeInput } from "../../../server/graph/signature";
import { reread } from "../../support/onnxFiles";

const fixtures = path.resolve("test/fixtures");
const trained = path.join(fixtures, "pytorch-resnet8");
const exported = (name: string): string => path.join(fixtures, "onnx", `${name}.onnx`);

const expected = JSON.parse(readFileSync(path.join(fixtures, "onnx", "expected.json"), "utf8")) as Record<
  string,
  { readonly parameters: Readonly<Record<string, readonly number[]>> }
>;

const learned = ({ role }: Parameter): boolean => role !== "mean" && role !== "variance";
const shapes = (parameters: readonly Parameter[]): Record<string, readonly number[]> =>
  Object.fromEntries(parameters.map(({ name, tensor }) => [name, tensor.shape]));
const axes = (graph: Graph): Record<string, string> =>
  Object.fromEntries(graph.parameters.map(({ name, role, filterAxes }) => [name, `${role} ${filterAxes.join()}`]));

describe("the trained ResNet-8", () => {
  test("has PyTorch's parameters, with their shapes", async () => {
    const { graph } = await openModel(path.join(trained, "model.onnx"));
    const oracle = JSON.parse(readFileSync(path.join(trained, "oracle.json"), "utf8")) as { parameters: string[] };
    const names = graph.parameters.filter(learned).map(({ name }) => name);
    expect(new Set(names)).toEqual(new Set(oracle.parameters));
    expect(names).toHaveLength(oracle.parameters.length);
    const directions = await readArrays(path.join(trained, "directions.npz"));
    const of = new Map(graph.parameters.map(({ name, tensor }) => [`x/${name}`, tensor.shape]));
    for (const [name, { shape }] of directions) if (name.startsWith("x/")) expect(of.get(name)).toEqual(shape);
    expect(graph.nodes.some(({ op }) => op === "Identity")).toBe(false);
  });

  test("has roles and filters of a residual network", async () => {
    const { graph } = await openModel(path.join(trained, "model.onnx"));
    const found = axes(graph);
    expect(found).toMatchObject({
      "conv.weight": "kernel 0",
      "blocks.1.short.0.weight": "kernel 0",
      "blocks.1.short.1.bias": "shift 0",
      "bn.weight": "scale 0",
      "bn.running_mean": "mean 0",
      "bn.running_var": "variance 0",
      "fc.weight": "kernel 0",
      "fc.bias": "bias 0",
    });
    expect(describeInput(graph)).toEqual({ name: "x", dtype: "float32", shape: [1, 28, 28], batch: null, classes: 10 });
  });
});

describe.each(Object.keys(expected))("%s", (name) => {
  test("comes back from our own bytes as it was", async () => {
    const { graph } = await openModel(exported(name));
    const { files, ...content } = graph;
    expect(reread(graph)).toEqual(content);
    expect(files ?? []).toHaveLength(name === "perceptron-external" ? 1 : 0);
    expect([...serialise(graph).parameters.keys()]).toEqual(graph.parameters.map((parameter) => parameter.name));
  });
});

describe("parameters keep PyTorch's names and shapes", () => {
  test.each([
    "cnn-preserve",
    "cnn-training",
    "cnn-dynamo",
    "recurrent-preserve",
    "transformer-preserve",
    "perceptron-external",
  ])("%s", async (name) => {
    const { graph } = await openModel(exported(name));
    expect(shapes(graph.parameters.filter(learned))).toEqual(expected[name]!.parameters);
  });

  test("a table used twice is one parameter; equal biases are two", async () => {
    const { graph } = await openModel(exported("tied-preserve"));
    expect(shapes(graph.parameters)).toEqual(expected["tied-preserve"]!.parameters);
    expect(axes(graph)).toMatchObject({
      "table.weight": "embedding 0",
      "first.bias": "bias 0",
      "second.bias": "bias 0",
    });
  });
});

describe("roles and filters", () => {
  test.each(["cnn-preserve", "cnn-training", "cnn-dynamo"])("%s", async (name) => {
    expect(axes((await openModel(exported(name))).graph)).toEqual({
      "conv.weight": "kernel 0",
      "conv.bias": "bias 0",
      "bn.weight": "scale 0",
      "bn.bias": "shift 0",
      "bn.running_mean": "mean 0",
      "bn.running_var": "variance 0",
      "depthwise.weight": "kernel 0",
      "up.weight": "kernel 1",
      "up.bias": "bias 0",
      "grouped.weight": "kernel 0,1",
      "slope.weight": "scale 0",
      "norm.weight": "scale 0",
      "norm.bias": "bias 0",
      "fc.weight": "kernel 0",
      "fc.bias": "bias 0",
    });
  });

  test("batch norm folded into a convolution leaves a kernel and a bias", async () => {
    const found = axes((await openModel(exported("cnn-folded"))).graph);
    expect(found["depthwise.weight"]).toBe("kernel 0");
    expect(Object.keys(found).filter((name) => name.startsWith("onnx::Conv"))).toHaveLength(2);
    expect(Object.values(found).some((value) => value.startsWith("mean"))).toBe(false);
  });

  test("recurrent weights, cut and joined in the graph or before", async () => {
    const preserved = axes((await openModel(exported("recurrent-preserve"))).graph);
    for (const [name, value] of Object.entries(preserved)) {
      expect(value).toBe(name.includes("weight") ? "kernel 0" : "bias 0");
    }
    const rearranged = (await openModel(exported("recurrent-dynamo"))).graph;
    const kernels = rearranged.parameters.filter(({ tensor }) => tensor.shape.length === 3);
    expect(kernels.map(({ role, filterAxes }) => [role, filterAxes])).toEqual(new Array(4).fill(["kernel", [0, 1]]));
  });

  test("a transformer", async () => {
    const preserved = axes((await openModel(exported("transformer-preserve"))).graph);
    expect(preserved).toMatchObject({
      pos: "embedding 1",
      cls: "kernel 0",
      "embed.weight": "kernel 0",
      "encoder.self_attn.in_proj_weight": "kernel 0",
      "encoder.self_attn.in_proj_bias": "bias 0",
      "encoder.self_attn.out_proj.weight": "kernel 0",
      "encoder.linear1.weight": "kernel 0",
      "encoder.norm1.weight": "scale 0",
      "encoder.norm1.bias": "shift 0",
    });
    const simplified = (await openModel(exported("transformer-dynamo"))).graph;
    const transposed = simplified.parameters.filter(({ name }) => name.startsWith("val_"));
    expect(transposed.map(({ role, filterAxes }) => [role, filterAxes])).toEqual(new Array(4).fill(["kernel", [1]]));
    expect(axes(simplified)["fc.weight"]).toBe("kernel 0");
  });
});
