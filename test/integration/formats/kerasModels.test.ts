import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { openModel } from "../../../server/formats/open";
import { canonicalise } from "../../../server/graph/canonical/canonical";
import { expectClose, runGraph } from "./support/run";

const folder = path.resolve("test/fixtures/keras-models");

interface Expected {
  readonly file: string;
  /** Keras' variable paths. */
  readonly parameters: readonly string[];
  /** How many there are. */
  readonly outputs: number;
}

const expected = JSON.parse(readFileSync(path.join(folder, "expected.json"), "utf8")) as Record<string, Expected>;
const arrays = await readArrays(path.join(folder, "expected.npz"));

describe("models of Keras compute what Keras computes", () => {
  test.each(Object.entries(expected))("%s", async (name, { file, parameters, outputs }) => {
    const { graph } = await openModel(path.join(folder, file));
    const found = await runGraph(
      graph,
      graph.inputs.map((_, k) => arrays.get(`${name}/input/${k}`)!),
    );
    expect(found).toHaveLength(outputs);
    found.forEach((values, k) => {
      const { shape, data } = arrays.get(`${name}/output/${k}`)!;
      expectClose(values, data as Float32Array, `output ${k} of ${name}, ${graph.outputs[k]!.name}`);
      const said = graph.outputs[k]!.shape.map((extent, axis) => (typeof extent === "number" ? extent : shape[axis]));
      expect(said).toEqual(shape);
    });
    // A Sequential model that is built late takes the name of the model around it too, and layers those of scopes in the
    // program; files do not tell. Sessions number variables without a name.
    const paths = parameters.map((parameter) =>
      parameter.replace(/^(outer\/(?=inner\/)|block_\d\/)/, "").replace(/(?<=\/variable)_\d+$/, ""),
    );
    if (name !== "alike") expect(graph.parameters.map((parameter) => parameter.name)).toEqual(paths);
  });
});

test.each(Object.entries(expected))("%s has a form that derivatives can be taken of", async (name, { file }) => {
  const { graph } = await openModel(path.join(folder, file));
  const inputs = graph.inputs.map((_, k) => arrays.get(`${name}/input/${k}`)!);
  const shapes = Object.fromEntries(graph.inputs.map((input, k) => [input.name, inputs[k]!.shape]));
  const canonical = canonicalise(graph, shapes).graph;
  const found = await runGraph(canonical, inputs);
  found.forEach((values, k) => {
    const { data } = arrays.get(`${name}/output/${k}`)!;
    expectClose(values, data as Float32Array, `output ${k} of ${name}, ${graph.outputs[k]!.name}`);
  });
});
