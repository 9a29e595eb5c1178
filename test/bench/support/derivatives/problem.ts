import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openModel } from "../../../../server/formats/open";
import type { Graph } from "../../../../server/graph/graph";
import { toInference } from "../../../../server/graph/inference";
import { sizeOf, type Tensor } from "../../../../server/graph/tensor";
import { movable } from "../../../../server/landscape/values";
import { randomTensor } from "../resnet20";

/** Samples that are differentiated at once. */
export const batch = 64;
const classes = 10;

/** What is timed: a gradient, a product with everything that it needs, and one more product of the same batch. */
export const parts = ["gradient", "product", "cached"] as const;
export type Part = (typeof parts)[number];

/** Loss, ‖∇L‖² and vᵀHv of the batch: show that all differentiate the same. */
export interface Checked {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly curvature: number;
}

/** Images that were done, and the seconds of the processor that they took. */
export interface Rate {
  readonly images: number;
  readonly seconds: number;
}

/** What a side is asked to do, and what it answers. */
export type Request =
  { readonly kind: "check" } | { readonly kind: "rate"; readonly part: Part; readonly seconds: number };

/** One batch of a network of three-channel images, and a vector; the same in every process. */
export interface Problem {
  readonly model: Graph;
  /** Vectors by the trained parameters' names. */
  readonly directions: ReadonlyMap<string, Tensor>;
  readonly x: Tensor;
  readonly labels: Int32Array;
}

/** @param file a model of `models.py` */
export async function problemOf(file: string): Promise<Problem> {
  const { graph } = await openModel(file);
  const model = toInference(graph);
  const trained = movable(model.parameters);
  return {
    model,
    directions: new Map(trained.map(({ name, tensor }, k) => [name, randomTensor(tensor.shape, 1, 100 + k)])),
    x: randomTensor([batch, 3, 32, 32], 1, 5),
    labels: Int32Array.from({ length: batch }, (_, k) => (7 * k + 3) % classes),
  };
}

/** Raw numbers for PyTorch: the parameters in order with their names and shapes, the vectors, the batch. */
export function writeProblem(folder: string, { model, directions, x, labels }: Problem): void {
  mkdirSync(folder, { recursive: true });
  const write = (file: string, tensors: readonly Tensor[]): void => {
    const joined = new Float32Array(tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
    let at = 0;
    for (const { data } of tensors) {
      joined.set(data as Float32Array, at);
      at += data.length;
    }
    writeFileSync(path.join(folder, file), joined);
  };
  const parameters = model.parameters.map(({ name, tensor }) => ({ name, shape: tensor.shape }));
  writeFileSync(path.join(folder, "order.json"), JSON.stringify({ parameters, x: x.shape }));
  write(
    "parameters.bin",
    model.parameters.map(({ tensor }) => tensor),
  );
  write("directions.bin", [...directions.values()]);
  write("x.bin", [x]);
  writeFileSync(path.join(folder, "labels.bin"), labels);
}
