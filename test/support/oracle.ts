import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readArrays } from "../../server/data/npz";
import type { Engine, Executable } from "../../server/engines/engine";
import { openModel } from "../../server/formats/open";
import type { Graph } from "../../server/graph/graph";
import { toInference } from "../../server/graph/inference";
import { sizeOf, type Tensor } from "../../server/graph/tensor";
import type { Direction } from "../../server/landscape/directions";
import { addCrossEntropy, emptySums, meanOf } from "../../server/landscape/loss";
import { Plane } from "../../server/landscape/plane";
import { originValues } from "../../server/landscape/values";

/** The ResNet-8 of `test/fixtures/pytorch-resnet8` with its data and the numbers that PyTorch computed. */
export interface Resnet8 {
  readonly graph: Graph;
  readonly x: Tensor;
  readonly labels: Int32Array;
  readonly plane: Plane;
  readonly centre: { readonly loss: number; readonly accuracy: number };
  readonly surface: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly "loss[y][x]": readonly (readonly number[])[];
    readonly "accuracy[y][x]": readonly (readonly number[])[];
  };
}

const folder = join(__dirname, "..", "fixtures", "pytorch-resnet8");

function floats(tensor: Tensor | undefined, name: string): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`${name} is no float32 array`);
  return tensor.data;
}

export async function openResnet8(): Promise<Resnet8> {
  const graph = toInference((await openModel(join(folder, "model.onnx"))).graph);
  const data = await readArrays(join(folder, "test.npz"));
  const directions = await readArrays(join(folder, "directions.npz"));
  const oracle = JSON.parse(readFileSync(join(folder, "oracle.json"), "utf8")) as Pick<Resnet8, "centre" | "surface">;
  const origin = originValues(graph.parameters);
  const direction = (axis: "x" | "y"): Direction =>
    new Map(
      [...origin.keys()].flatMap((name) => {
        const found = directions.get(`${axis}/${name}`);
        return found ? [[name, floats(found, name)] as const] : [];
      }),
    );
  const x = data.get("x_test");
  return {
    graph,
    x: { dtype: "float32", shape: x!.shape, data: floats(x, "x_test") },
    labels: Int32Array.from(data.get("y_test")!.data as BigInt64Array, Number),
    plane: new Plane(origin, [direction("x"), direction("y")]),
    centre: oracle.centre,
    surface: oracle.surface,
  };
}

/** The samples from `first` on, as one batch. */
export function batchOf(x: Tensor, first: number, count: number): Tensor {
  const size = sizeOf(x.shape.slice(1));
  const data = (x.data as Float32Array).subarray(first * size, (first + count) * size);
  return { dtype: x.dtype, shape: [count, ...x.shape.slice(1)], data };
}

/** Loss and accuracy over all samples with the parameters that the executable has. */
export async function measure(
  executable: Executable,
  { graph, x, labels }: Resnet8,
  batchSize = 100,
): Promise<{ loss: number; accuracy: number }> {
  const sums = emptySums();
  for (let first = 0; first < labels.length; first += batchSize) {
    const count = Math.min(batchSize, labels.length - first);
    const outputs = await executable.run({ [graph.inputs[0]!.name]: batchOf(x, first, count) });
    addCrossEntropy(sums, outputs[graph.outputs[0]!.name]!, labels, first, count);
  }
  return meanOf(sums);
}

/**
 * Defines the tests that an engine reproduces PyTorch's numbers: losses to 1e-5 relative (1e-4 above a loss of 20,
 * where float32 logits in the hundreds carry fewer digits), accuracy to one sample.
 */
export function testResnet8(create: () => Promise<Engine>): void {
  describe("PyTorch's ResNet-8", () => {
    let model: Resnet8;
    let engine: Engine;
    let executable: Executable;
    beforeAll(async () => {
      [model, engine] = await Promise.all([openResnet8(), create()]);
      executable = await engine.compile(model.graph);
    });
    afterAll(async () => {
      await executable.dispose();
      await engine.dispose();
    });

    const oneSample = (): number => 100 / model.labels.length + 1e-9;
    const tolerance = (loss: number): number => loss * (loss > 20 ? 1e-4 : 1e-5);

    test("loss and accuracy of the model itself", async () => {
      const { loss, accuracy } = await measure(executable, model);
      expect(Math.abs(loss - model.centre.loss)).toBeLessThanOrEqual(tolerance(model.centre.loss));
      expect(Math.abs(accuracy - model.centre.accuracy)).toBeLessThanOrEqual(oneSample());
    });

    test("all points of the 7×7 surface", async () => {
      const { x, y, "loss[y][x]": losses, "accuracy[y][x]": accuracies } = model.surface;
      const wrong: string[] = [];
      for (const [row, beta] of y.entries()) {
        for (const [column, alpha] of x.entries()) {
          await executable.setParameters(model.plane.at(alpha, beta));
          const is = await measure(executable, model);
          const should = { loss: losses[row]![column]!, accuracy: accuracies[row]![column]! };
          const close =
            Math.abs(is.loss - should.loss) <= tolerance(should.loss) &&
            Math.abs(is.accuracy - should.accuracy) <= oneSample();
          if (!close) wrong.push(`(${alpha}, ${beta}): ${JSON.stringify(is)} where ${JSON.stringify(should)}`);
        }
      }
      expect(x.length * y.length).toBe(49);
      expect(wrong).toEqual([]);
    });

    test("the model itself again, to the last bit, after the surface", async () => {
      const fresh = await engine.compile(model.graph);
      const before = await measure(fresh, model);
      await fresh.dispose();
      await executable.setParameters(model.plane.at(0, 0));
      expect(await measure(executable, model)).toEqual(before);
    });
  });
}
