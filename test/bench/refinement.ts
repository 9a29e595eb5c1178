import { availableParallelism } from "node:os";
import path from "node:path";
import { coordinates } from "../../server/landscape/grid";
import type { Study } from "../../server/protocol/study";
import { replay } from "../support/replay";
import type { Truth } from "../support/replay";
import { axis, cliff, measuredTruth, needles } from "../support/surfaces";
import { preparedPool } from "./support/pool";
import { median } from "./support/report";
import type { Report } from "./support/report";

const tolerance = 0.01;
const leastSaving = 5;

interface Subject {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly truth: Truth;
  /** Without kinks, so that much can be saved. */
  readonly isSmooth: boolean;
}

const onAxis = (label: string, truth: Truth, isSmooth = false): Subject => ({
  label,
  x: axis,
  y: axis,
  truth,
  isSmooth,
});

/** Every point of a study's surface, by the product's own evaluators. */
async function measured(study: Study): Promise<Truth> {
  const { pool } = await preparedPool(study);
  try {
    const [x, y] = axesOf(study);
    const points = y.flatMap((beta, row) =>
      x.map((alpha, column) => ({ index: row * x.length + column, alpha, beta })),
    );
    const loss = new Float64Array(points.length);
    const accuracy = new Float64Array(points.length);
    await pool.measure(points, ({ index }, { lossSum, correct, count }) => {
      loss[index] = lossSum / count;
      accuracy[index] = (100 * correct) / count;
    });
    return { loss, accuracy };
  } finally {
    await pool.close();
  }
}

function axesOf({ grid }: Study): readonly [readonly number[], readonly number[]] {
  return [coordinates(grid.x, grid.points[0]), coordinates(grid.y, grid.points[1])];
}

function studyOf(folder: string, model: string, scale: number, samples: number, range: number): Study {
  return {
    model: { path: path.resolve(folder, model) },
    data: { path: path.resolve(folder, "test.npz"), split: "test", samples, sample: "first", seed: 0 },
    preprocess: { scale, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: { kind: "random", seed: 1, normalise: "filter", ignore: "bias,norm" },
    grid: { x: [-range, range], y: [-range, range], points: [51, 51] },
    compute: { engine: "auto", evaluators: availableParallelism(), batchSize: 100 },
  };
}

/** Surfaces that are measured now, point by point. */
async function measuredNow(): Promise<readonly Subject[]> {
  const keras = studyOf("test/fixtures/keras-sequential", "model.keras", 1 / 255, 100, 1);
  const resnet = studyOf("test/fixtures/pytorch-resnet8", "model.onnx", 1, 100, 0.5);
  const subjects: Subject[] = [];
  for (const [label, study, isSmooth] of [
    ["Keras, tanh and ELU, [−1, 1]²", keras, true],
    ["ResNet-8, ReLU, [−½, ½]²", resnet, false],
  ] as const) {
    const [x, y] = axesOf(study);
    subjects.push({ label, x, y, truth: await measured(study), isSmooth });
  }
  return subjects;
}

function tell(report: Report, { label, x, y, truth, isSmooth }: Subject): readonly string[] {
  const { order, lossErrors, waves } = replay({ x, y, refine: tolerance, accuracy: false }, truth);
  const total = x.length * y.length;
  const largest = lossErrors.reduce((most, error) => Math.max(most, error), 0);
  report.line({
    what: `${label}, evaluations saved`,
    value: total / order.length,
    unit: "×",
    digits: 1,
    ...(isSmooth ? { goal: { atLeast: leastSaving } } : {}),
    remark: `${order.length} of ${total} points`,
  });
  report.line({
    what: `${label}, largest error`,
    value: 100 * largest,
    unit: "%",
    goal: { atMost: 100 * tolerance },
    remark: lossErrors.length > 0 ? `${lossErrors.length} points interpolated` : "everything was measured",
  });
  const middle = lossErrors.length > 0 ? `${(100 * median(lossErrors)).toPrecision(2)} %` : "–";
  return [label, String(order.length), String(waves), middle];
}

/** A rectangular part of a surface, as somebody would see it who looks at that window. */
function partOf(
  { x, y, truth }: Subject,
  column: number,
  row: number,
  width: number,
): Pick<Subject, "x" | "y" | "truth"> {
  const rows = y.slice(row, row + width);
  const columns = x.slice(column, column + width);
  const pick = (values: ArrayLike<number>): number[] =>
    rows.flatMap((_, v) => columns.map((__, u) => values[(row + v) * x.length + column + u]!));
  return { x: columns, y: rows, truth: { loss: pick(truth.loss), accuracy: pick(truth.accuracy) } };
}

/** Many other surfaces: parts of those that there are. What is interpolated is no proof, and here one sees how seldom. */
function tellParts(report: Report, subjects: readonly Subject[]): void {
  let [interpolated, beyond, worst] = [0, 0, 0];
  for (const subject of subjects) {
    for (const width of [21, 27, 35, 41]) {
      for (const place of Array(9).keys()) {
        const part = partOf(subject, 5 * (place % 3), 5 * Math.floor(place / 3), width);
        const { lossErrors } = replay({ x: part.x, y: part.y, refine: tolerance, accuracy: false }, part.truth);
        interpolated += lossErrors.length;
        beyond += lossErrors.filter((error) => error > tolerance).length;
        worst = lossErrors.reduce((most, error) => Math.max(most, error), worst);
      }
    }
  }
  report.line({
    what: "interpolated points outside of the tolerance, in 36 parts of each surface",
    value: beyond,
    unit: "",
    digits: 0,
    goal: { atMost: 0 },
    remark: `of ${interpolated}; the worst is off by ${(100 * worst).toFixed(2)} %`,
  });
}

/**
 * What adaptive refinement saves at a tolerance of 1 %, and how wrong it is where it does not measure: whole surfaces are
 * measured (or were, by PyTorch, for `test/fixtures/surfaces`), and refinement is given the points that it asks for.
 */
export async function main(report: Report): Promise<void> {
  report.note(
    "Surfaces of 51 × 51 points, relative error of the loss at every point that refinement at 1 % interpolates. A surface " +
      "without kinks is to save evaluations; all are to keep to the tolerance, if need be by measuring everything.",
  );
  const subjects = [
    onAxis("two convolutions, tanh", await measuredTruth("tanh"), true),
    ...(report.quick ? [] : await measuredNow()),
    onAxis("ResNet-8, ReLU, [−1, 1]²", await measuredTruth("resnet8")),
    onAxis("26 convolutions without shortcuts", await measuredTruth("deep-plain")),
    onAxis("a cliff (formula)", cliff),
    onAxis("needles (formula)", needles),
  ];
  const rows = subjects.map((subject) => tell(report, subject));
  tellParts(report, subjects);
  report.table(["surface", "points measured", "waves", "median error"], rows);
}
