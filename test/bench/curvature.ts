import { createOnnxRuntimeEngine } from "../../server/engines/onnxruntime/engine";
import type { Engine, Executable } from "../../server/engines/engine";
import { curvatureAt } from "../../server/evaluator/curvature";
import { Derivatives } from "../../server/evaluator/derivatives";
import { derivativeBatchSize } from "../../server/evaluator/execution/rule";
import { randomDirections } from "../../server/landscape/directions";
import { Plane } from "../../server/landscape/plane";
import { originValues } from "../../server/landscape/values";
import { loaded } from "../support/loaded";
import type { Report } from "./support/report";
import { randomTensor, resnet20 } from "./support/resnet20";

const samples = 256;
const classes = 10;
const grid = 11;

/** Seconds of processor time. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Seconds of processor time in the engine, by what it was asked to do. */
interface Spent {
  compiling: number;
  /** Weights that are replaced, and the sessions that are made of them. */
  moving: number;
  running: number;
}

/** The engine, its time taken. Between begin and end of a call nothing else computes. */
function timed(engine: Engine, spent: Spent): Engine {
  const clock = async <T>(what: keyof Spent, work: () => Promise<T>): Promise<T> => {
    const begun = used();
    try {
      return await work();
    } finally {
      spent[what] += used() - begun;
    }
  };
  const wrapped = (executable: Executable): Executable => {
    return {
      setParameters: (values) => clock("moving", () => executable.setParameters(values)),
      run: (feeds) => clock("running", () => executable.run(feeds)),
      dispose: () => executable.dispose(),
    };
  };
  return {
    name: engine.name,
    label: engine.label,
    version: engine.version,
    device: engine.device,
    unsupported: (graph) => engine.unsupported(graph),
    compile: (graph, holding) => clock("compiling", async () => wrapped(await engine.compile(graph, holding))),
    dispose: () => engine.dispose(),
  };
}

/**
 * A point of a curvature map of a ResNet-20 (11×11 points, 256 samples, all trained parameters): processor time of one
 * evaluator, and where it goes. Some points of the map are measured, and the map is as many times as long.
 */
export async function main(report: Report): Promise<void> {
  const spent: Spent = { compiling: 0, moving: 0, running: 0 };
  const engine = timed(await createOnnxRuntimeEngine(), spent);
  const model = loaded(resnet20(classes));
  const { parameters } = model.graph;
  const plane = new Plane(
    originValues(parameters),
    randomDirections(parameters, { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" }),
  );
  const derivatives = new Derivatives({
    engine,
    model,
    samples: {
      x: randomTensor([samples, 3, 32, 32], 1, 5),
      y: Int32Array.from({ length: samples }, (_, i) => (7 * i + 3) % classes),
      available: samples,
      preprocessing: "",
    },
    loss: model.loss,
    batchSize: derivativeBatchSize,
    parameters: "all",
  });
  try {
    const points = report.quick
      ? [[0, 0]]
      : [
          [0, 0],
          [0.4, -0.2],
          [-1, 1],
        ];
    const begun = used();
    let products = 0;
    for (const [alpha, beta] of points as [number, number][]) {
      const found = await curvatureAt(derivatives, plane.at(alpha, beta), { tolerance: 1e-2 });
      products += found.products;
    }
    const all = (used() - begun) / points.length;
    const each = (part: number): string => `${((100 * part) / points.length / all).toFixed(1)} %`;
    const own = all * points.length - spent.compiling - spent.moving - spent.running;
    report.line({
      what: `processor time of an ${grid}×${grid} map, ${samples} samples`,
      value: (all * grid * grid) / 60,
      unit: "min",
      remark: `${points.length} points of it measured, ${(products / points.length).toFixed(0)} products a point`,
    });
    report.table(
      ["part of a point", "share of the processor time"],
      [
        ["the engine: running gradients' first stage and products", each(spent.running)],
        ["the engine: weights of the point, new sessions", each(spent.moving)],
        ["compiling, once for an evaluator", each(spent.compiling)],
        ["Lanczos's method, feeds, sums over batches", each(own)],
      ],
    );
  } finally {
    await derivatives.dispose();
    await engine.dispose();
  }
}
