import { writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { npyParts } from "../../../server/files/npy";
import { ZipWriter } from "../../../server/files/zipWriter";
import { openModel } from "../../../server/formats/open";
import { toInference } from "../../../server/graph/inference";
import { serialise } from "../../../server/graph/onnxBytes";
import type { Tensor } from "../../../server/graph/tensor";
import type { Study } from "../../../server/protocol/study";
import { operationsOf } from "./operations";
import { hasTorch, runPython } from "./python";
import { randomTensor, resnet20 } from "./resnet20";

export const samples = 1000;
const classes = 10;

/** A network that throughput is measured on. */
export interface Subject {
  /** As `models.py` calls it. */
  readonly name: string;
  readonly label: string;
  readonly study: Study;
  /** Floating-point operations for one sample. */
  readonly operations: number;
}

/** What `models.py` makes, largest goals first. */
export const networks = {
  resnet20: "ResNet-20",
  resnet56: "ResNet-56",
  vgg9: "VGG-9",
  cnn: "small CNN",
  mlp: "MLP",
  transformer: "small transformer",
} as const;

export type NetworkName = keyof typeof networks;

/** Where the Python programs lie. */
export const programs = path.resolve("test", "bench", "models");

/** The arguments that start PyTorch's side, or undefined where there is no PyTorch. */
export function peerArguments(folder: string): readonly string[] | undefined {
  return hasTorch() ? [path.join(programs, "peer.py"), folder] : undefined;
}

/**
 * Makes the networks in `folder` with PyTorch and its exporter; without it the ResNet-20 of our own graph builder alone.
 * @param evaluators of the studies.
 */
export async function makeSubjects(
  folder: string,
  names: readonly NetworkName[],
  evaluators: number,
  withTorch: boolean,
): Promise<readonly Subject[]> {
  if (withTorch) runPython(path.join(programs, "models.py"), folder, ...names);
  else await makeOwn(folder);
  const made = withTorch ? names : (["resnet20"] as const);
  return Promise.all(
    made.map(async (name) => {
      const file = path.join(folder, `${name}.onnx`);
      const { graph } = await openModel(file);
      return {
        name,
        label: networks[name],
        study: studyOf(folder, name, evaluators, withTorch),
        operations: operationsOf(toInference(graph)),
      };
    }),
  );
}

function studyOf(folder: string, name: NetworkName, evaluators: number, withTorch: boolean): Study {
  return {
    model: { path: path.join(folder, `${name}.onnx`) },
    data: { path: path.join(folder, `${name}.npz`), split: "test", samples, sample: "first", seed: 0 },
    preprocess: { scale: 1, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: withTorch
      ? { kind: "file", path: path.join(folder, `${name}.directions.npz`) }
      : { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
    grid: { x: [-1, 1], y: [-1, 1], points: [51, 51] },
    compute: { engine: "auto", evaluators, batchSize: 100 },
  };
}

async function makeOwn(folder: string): Promise<void> {
  writeFileSync(path.join(folder, "resnet20.onnx"), serialise(resnet20(classes)).bytes);
  const labels = BigInt64Array.from({ length: samples }, (_, k) => BigInt((7 * k + 3) % classes));
  await writeArrays(path.join(folder, "resnet20.npz"), {
    x_test: randomTensor([samples, 3, 32, 32], 1, 5),
    y_test: { dtype: "int64", shape: [samples], data: labels },
  });
}

/** A NumPy archive of arrays by name. */
export async function writeArrays(file: string, arrays: Readonly<Record<string, Tensor>>): Promise<void> {
  const handle = await open(file, "w");
  try {
    const archive = new ZipWriter(handle, file);
    for (const [name, tensor] of Object.entries(arrays)) await archive.add(`${name}.npy`, npyParts(tensor));
    await archive.finish();
  } finally {
    await handle.close();
  }
}
