import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, Executable } from "../../../server/engines/engine";
import { createOnnxRuntimeEngine } from "../../../server/engines/onnxruntime/engine";
import { matchCheckpoint, openCheckpoint } from "../../../server/formats/openCheckpoint";
import { toFloat32 } from "../../../server/graph/elements";
import { compared } from "../../../server/landscape/directions";
import { Interpolation, Plane } from "../../../server/landscape/plane";
import type { WeightPath } from "../../../server/landscape/plane";
import { explainedVarianceCheck, offPlaneCheck } from "../../../server/landscape/checks";
import { gramMatrix } from "../../../server/landscape/trajectory/gram";
import { combine, principalDirections } from "../../../server/landscape/trajectory/principal";
import { projectPath } from "../../../server/landscape/trajectory/projection";
import { randomWalkBaseline } from "../../../server/landscape/trajectory/randomWalk";
import type { WeightSource } from "../../../server/landscape/trajectory/source";
import { isStatistic, originValues } from "../../../server/landscape/values";
import { measure, openResnet8 } from "../../support/oracle";
import type { Resnet8 } from "../../support/oracle";

type Values = ReadonlyMap<string, Float32Array>;
type LossAndAccuracy = readonly [number, number];

interface PcaNumbers {
  readonly centred_ratio: readonly [number, number];
  readonly uncentred_ratio: readonly [number, number];
  readonly coords_lstsq_abs: readonly (readonly [number, number])[];
}

const folder = join(__dirname, "../../fixtures/pytorch-resnet8");
const oracle = JSON.parse(readFileSync(join(folder, "oracle.json"), "utf8")) as {
  readonly pca: { readonly with_final_row: PcaNumbers; readonly without_final_row: PcaNumbers };
  readonly path_losses: readonly { readonly in_plane: LossAndAccuracy; readonly true: LossAndAccuracy }[];
  readonly interpolation: {
    readonly t: readonly number[];
    readonly weights: readonly LossAndAccuracy[];
    readonly weights_and_bn_statistics: readonly LossAndAccuracy[];
  };
};

let model: Resnet8;
let origin: Values;
let close: (() => Promise<void>)[];
/** model_0 … model_10; the last one is the model itself. */
let sources: WeightSource[];

beforeAll(async () => {
  model = await openResnet8();
  origin = originValues(model.graph.parameters);
  const checkpoints = await Promise.all(
    Array.from({ length: 11 }, (_, epoch) => openCheckpoint(join(folder, `model_${epoch}.pt`))),
  );
  close = checkpoints.map((checkpoint) => () => checkpoint.close());
  sources = checkpoints.map((checkpoint) => {
    const names = matchCheckpoint(model.graph.parameters, checkpoint, "model.onnx");
    return {
      path: checkpoint.path,
      values: async (parameter) => toFloat32(await checkpoint.read(names.get(parameter)!)),
    };
  });
});

afterAll(async () => {
  for (const each of close) await each();
});

async function valuesOf(source: WeightSource): Promise<Values> {
  const values = new Map<string, Float32Array>();
  for (const name of origin.keys()) values.set(name, await source.values(name));
  return values;
}

async function principalPlane(centred: boolean, finalRow: boolean) {
  const parameters = compared(model.graph.parameters, "bias,norm");
  const gram = await gramMatrix(sources, origin, parameters);
  const components = principalDirections(gram, { centred, finalRow });
  const directions = await combine(sources, origin, parameters, components.coefficients);
  const points = await projectPath(sources, origin, directions, model.graph.parameters);
  return { ...components, directions, points };
}

describe.each([
  ["with_final_row", true],
  ["without_final_row", false],
] as const)("the path of the ResNet-8, %s, has PyTorch's and NumPy's", (key, finalRow) => {
  const expected = oracle.pca[key];

  test.each([
    ["centred", true, expected.centred_ratio],
    ["uncentred", false, expected.uncentred_ratio],
  ] as const)("%s explained variance to 1e-6", async (_, centred, wanted) => {
    const { ratios } = await principalPlane(centred, finalRow);
    wanted.forEach((ratio, k) => expect(Math.abs(ratios[k]! / ratio - 1)).toBeLessThan(1e-6));
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0)).toBeCloseTo(1, 12);
  });

  test("coordinates in the centred plane to 1e-5 of the largest", async () => {
    const { points, rows } = await principalPlane(true, finalRow);
    expect(rows).toBe(finalRow ? 11 : 10);
    expect(points).toHaveLength(11);
    const wanted = expected.coords_lstsq_abs;
    (["x", "y"] as const).forEach((axis, k) => {
      const largest = Math.max(...wanted.map((pair) => pair[k]!));
      for (const [i, point] of points.entries()) {
        expect(Math.abs(Math.abs(point[axis]) - wanted[i]![k]!)).toBeLessThan(1e-5 * largest);
      }
    });
    expect(points[0]!.x).toBeGreaterThan(0);
    expect(points[0]!.y).toBeGreaterThan(0);
    expect(points[10]).toEqual({ x: 0, y: 0, distance: 0, offPlane: 0 });
  });
});

describe("checks of the path", () => {
  test("say that it leaves the plane, and explains more than a random walk does", async () => {
    const { points, ratios, rows } = await principalPlane(true, false);
    const checkpoints = points.map((point, epoch) => ({ ...point, name: `epoch ${epoch}` }));
    for (const { x, y, distance, offPlane } of points) {
      // The directions are orthonormal.
      expect(Math.hypot(x, y, offPlane)).toBeCloseTo(distance, 6);
    }
    expect(offPlaneCheck({ checkpoints }).level).toBe("warning");
    expect(explainedVarianceCheck([ratios[0]!, ratios[1]!], randomWalkBaseline(rows, { centred: true })).level).toBe(
      "ok",
    );
  });
});

describe("losses", () => {
  let engine: Engine;
  let executable: Executable;
  beforeAll(async () => {
    engine = await createOnnxRuntimeEngine();
    executable = await engine.compile(model.graph);
  });
  afterAll(async () => {
    await executable.dispose();
    await engine.dispose();
  });

  async function expectAt(values: Values, [loss, accuracy]: LossAndAccuracy, tolerance = 1e-5): Promise<void> {
    await executable.setParameters(new Map([...origin, ...values]));
    const found = await measure(executable, model);
    expect(Math.abs(found.loss / loss - 1)).toBeLessThan(tolerance);
    expect(Math.abs(found.accuracy - accuracy)).toBeLessThan(100 / model.labels.length + 1e-9);
  }

  test("in the plane at the projections, and of the checkpoints themselves, are PyTorch's", async () => {
    const { directions, points } = await principalPlane(true, true);
    const plane = new Plane(origin, directions);
    for (const [epoch, { in_plane: inPlane, true: own }] of oracle.path_losses.entries()) {
      await expectAt(plane.at(points[epoch]!.x, points[epoch]!.y), inPlane);
      await expectAt(await valuesOf(sources[epoch]!), own);
    }
  });

  test.each([
    ["kept", "weights", true],
    ["interpolated", "weights_and_bn_statistics", false],
  ] as const)("between initial and final weights, statistics %s, are PyTorch's", async (_, key, kept) => {
    const statistics = new Set(model.graph.parameters.filter(isStatistic).map(({ name }) => name));
    const ends = [await valuesOf(sources[0]!), await valuesOf(sources[10]!)].map(
      (values) => new Map([...values].filter(([name]) => !(kept && statistics.has(name)))),
    );
    const line: WeightPath = new Interpolation(ends[0]!, ends[1]!);
    for (const [i, t] of oracle.interpolation.t.entries()) {
      await expectAt(line.at(t, 0), oracle.interpolation[key][i]!);
    }
  });
});
