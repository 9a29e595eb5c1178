import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel } from "../../../server/formats/open";
import { openCheckpoint } from "../../../server/formats/openCheckpoint";
import { bytesOf } from "../../../server/graph/elements";
import type { ModelSelection, Study } from "../../../server/protocol/study";
import { npy, npz } from "../../support/data";
import { fixture as resnet, resnetStudy } from "../runs/support/study";
import { resultOf } from "./support";

/** The README's table of models and weights is what runs of files of every format give. */

const fixtures = path.resolve("test/fixtures");
const keras = path.join(fixtures, "keras-sequential");
const shards = path.join(fixtures, "keras-shards");
const tfjs = path.join(fixtures, "tfjs");
const weights = path.join(fixtures, "checkpoints");
const made = mkdtempSync(path.join(tmpdir(), "readme-"));

/** A run of files of one format. */
interface Shown {
  readonly model: ModelSelection;
  readonly data: string;
  readonly scale?: number;
  /** The last one has the weights of the centre. */
  readonly checkpoints: readonly string[];
}

const resnetModel = path.join(resnet, "model.onnx");
const ofResnet = (file: string, ...others: readonly string[]): Shown => ({
  model: { path: resnetModel, weights: file },
  data: path.join(resnet, "test.npz"),
  checkpoints: [...others, file],
});
const ofKeras = (model: ModelSelection, ...checkpoints: readonly string[]): Shown => ({
  model,
  data: path.join(keras, "test.npz"),
  scale: 1 / 255,
  checkpoints: checkpoints.map((name) => path.join(keras, name)),
});
const epoch = (n: number): string => path.join("checkpoints", `epoch_0${n}.weights.h5`);
const layers = (n: number): string => path.join(tfjs, "layers-trained", `epoch_${n}`, "model.json");

/** What is shown of each row, by its first words. */
const rows: Readonly<Record<string, readonly Shown[]>> = {
  "ONNX `.onnx`": [
    { model: { path: resnetModel }, data: path.join(resnet, "test.npz"), checkpoints: [resnetModel] },
    {
      model: { path: path.join(made, "external.onnx") },
      data: path.join(made, "perceptron.npz"),
      checkpoints: [path.join(made, "external.onnx")],
    },
  ],
  "Keras `.keras`": [
    ofKeras({ path: path.join(keras, "model.keras") }, epoch(1), "model_legacy.h5", "model.keras"),
    ofKeras({ path: path.join(keras, "model_legacy.h5") }, epoch(1), "model.keras", "model_legacy.h5"),
  ],
  "TensorFlow.js layers models": [
    { model: { path: layers(3) }, data: path.join(tfjs, "test.npz"), checkpoints: [layers(1), layers(3)] },
  ],
  "TensorFlow.js graph models": [
    {
      model: { path: path.join(tfjs, "graph-fused", "model.json") },
      data: path.join(tfjs, "test.npz"),
      checkpoints: [path.join(tfjs, "graph-fused", "model.json")],
    },
  ],
  "Keras `.weights.h5`": [
    ofKeras({ path: path.join(keras, "model.keras"), weights: path.join(keras, epoch(2)) }, epoch(0), epoch(2)),
    {
      model: { path: path.join(shards, "model.keras"), weights: path.join(shards, "split.weights.json") },
      data: path.join(shards, "test.npz"),
      checkpoints: [path.join(shards, "split.weights.json")],
    },
  ],
  "PyTorch `.pt`": [
    ...["pt", "pth", "ckpt", "t7", "bin"].map((ending) => ofResnet(path.join(made, `model_5.${ending}`))),
    ofResnet(path.join(resnet, "model_5.pt"), path.join(resnet, "model_0.pt"), path.join(resnet, "model_2.pt")),
  ],
  safetensors: [
    ofResnet(path.join(weights, "model_10.safetensors"), path.join(resnet, "model_5.pt")),
    ofResnet(path.join(made, "model_10.npz"), path.join(weights, "model_10.safetensors")),
  ],
};

/** Files of the row that is refused. */
const refused = [
  path.join(weights, "script.pt"),
  path.join(weights, "whole.pt"),
  path.join(made, "saved_model.pb"),
  path.join(made, "model.tflite"),
  path.join(weights, "quantised.pt"),
];

afterAll(() => rmSync(made, { recursive: true }));
beforeAll(async () => {
  for (const ending of ["pt", "pth", "ckpt", "t7", "bin"]) {
    copyFileSync(path.join(resnet, "model_5.pt"), path.join(made, `model_5.${ending}`));
  }
  for (const name of ["saved_model.pb", "model.tflite"]) writeFileSync(path.join(made, name), "TFL3");
  const checkpoint = await openCheckpoint(path.join(resnet, "model_10.pt"));
  const arrays: Record<string, Uint8Array> = {};
  for (const [name, { dtype, shape }] of checkpoint.tensors) {
    arrays[name] = npy(dtype === "float32" ? "<f4" : "<i8", shape, bytesOf(await checkpoint.read(name)));
  }
  await checkpoint.close();
  writeFileSync(path.join(made, "model_10.npz"), npz(arrays));
  // The data file keeps the name that the model has for it.
  copyFileSync(path.join(fixtures, "onnx", "perceptron-external.onnx"), path.join(made, "external.onnx"));
  copyFileSync(path.join(fixtures, "onnx", "perceptron-external.data"), path.join(made, "perceptron-external.data"));
  const { graph } = await openModel(path.join(made, "external.onnx"));
  const [inputs, classes] = [graph.inputs[0]!.shape.slice(1), graph.outputs[0]!.shape.at(-1)] as [number[], number];
  const size = inputs.reduce((product, extent) => product * extent, 1);
  const x = Float32Array.from({ length: 40 * size }, (_, i) => Math.sin(i));
  const y = BigInt64Array.from({ length: 40 }, (_, i) => BigInt(i % classes));
  const data = { x_test: npy("<f4", [40, ...inputs], x), y_test: npy("<i8", [40], y) };
  writeFileSync(path.join(made, "perceptron.npz"), npz(data));
});

/** The table's cells, row by row, without marks of footnotes. */
function tableOf(readme: string): readonly (readonly string[])[] {
  const lines = readme.split("\n");
  const start = lines.findIndex((line) => line.startsWith("| models and weights"));
  const end = lines.findIndex((line, i) => i > start && !line.startsWith("|"));
  const cells = (line: string): string[] => line.split("|").slice(1, -1);
  return lines
    .slice(start + 2, end)
    .map((line) => cells(line).map((cell) => cell.replace(/<sup>.*<\/sup>/, "").trim()));
}

const table = tableOf(readFileSync("README.md", "utf8"));

function studyOf({ model, data, scale = 1, checkpoints }: Shown): Study {
  const study = resnetStudy();
  return {
    ...study,
    model,
    data: { ...study.data, path: data, samples: 40 },
    preprocess: { scale, mean: [], std: [] },
    checkpoints: { files: checkpoints },
    grid: { x: [-0.5, 0.5], y: [-0.5, 0.5], points: [2, 2] },
    curvature: {
      points: [1, 1],
      samples: 20,
      parameters: "kernels",
      traceProbes: 0,
      densityProbes: 0,
      tolerance: 1e-2,
    },
  };
}

describe("the README's table", () => {
  test("has rows that are shown, and the one that is refused", () => {
    const named = Object.keys(rows);
    const shown = table.filter(([first]) => named.some((name) => first!.startsWith(name)));
    expect(shown).toHaveLength(named.length);
    expect(table.filter((row) => !shown.includes(row)).map((row) => row.slice(1))).toEqual([["no", "no", "no"]]);
    for (const [first, ...cells] of shown) {
      expect(cells, first).toEqual(
        cells[0] === "yes" ? ["yes", "yes", "yes"] : ["with its model", "yes", "with its model"],
      );
    }
  });

  const all = Object.entries(rows).flatMap(([row, list]) =>
    list.map((shown) => [row, path.basename(shown.checkpoints.at(-1)!), shown] as const),
  );
  test.each(all)("%s: surface, trajectory and curvature of %s", async (_, __, shown) => {
    const { centre, surfaces, trajectory, curvature } = await resultOf(studyOf(shown));
    const losses = surfaces[0]!.loss.flat();
    expect(losses.map(Number).every(Number.isFinite)).toBe(true);
    expect(losses).not.toContain(centre.loss);
    expect(trajectory!.checkpoints).toHaveLength(shown.checkpoints.length);
    const last = trajectory!.checkpoints.at(-1)!;
    expect(last).toMatchObject({ x: 0, y: 0, distance: 0 });
    expect(Number(last.loss)).toBeCloseTo(Number(centre.loss), 6);
    expect(Number(curvature!.max[0]![0])).toBeGreaterThan(Number(curvature!.min[0]![0]));
  });

  test.each(refused.map((file) => [path.basename(file), file]))(
    "%s is refused as model and as weights",
    async (_, file) => {
      const refusal = expect.objectContaining({ reason: "file-unsupported" }) as unknown;
      await expect(openModel(file)).rejects.toMatchObject({ problem: refusal });
      await expect(openCheckpoint(file)).rejects.toMatchObject({ problem: refusal });
    },
  );
});
