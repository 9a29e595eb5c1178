import type { RunSummary } from "../../../server/protocol/requests";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import type { Answers } from "./answers";
import { snapshotOf } from "./runs";
import type { Surface } from "./surface";

const folder = "/home/anna/experiments/fashion";

/** A line from the small-batch solution at 0 to the large-batch one at 1, of test and training data. */
export function betweenSnapshot(points = 61): RunSnapshot {
  const x = Array.from({ length: points }, (_, k) => -0.5 + (2 * k) / (points - 1));
  const train = x.map(
    (t) => 0.02 + 3 * t ** 2 * (1 - t) ** 2 * 9 + 8 * Math.max(0, -t) ** 2 + 30 * Math.max(0, t - 1) ** 2,
  );
  const test = train.map((loss) => 0.28 + 0.9 * loss);
  const accuracy = (loss: number) => Math.max(10, 99 - 24 * Math.sqrt(loss));
  const surface: Surface = { x, y: [0], loss: test, accuracy: test.map(accuracy) };
  const snapshot = snapshotOf(surface, { status: "done" });
  const { header } = snapshot;
  const checkpoints = [`${folder}/runs/small-batch/epoch_300.pt`, `${folder}/runs/large-batch/epoch_300.pt`] as const;
  const study: Study = {
    ...header.study,
    directions: { kind: "between", checkpoints },
    grid: { x: [-0.5, 1.5], y: [0, 0], points: [points, 1], lines: true },
  };
  const further = (loss: number) => ({ loss, accuracy: accuracy(loss), lossError: 0.01 });
  return {
    ...snapshot,
    header: {
      ...header,
      study,
      splits: [{ data: { ...header.data, path: `${folder}/train.npz`, split: "train" }, centre: further(0.02) }],
      directions: { kind: "between", label: "from epoch_300.pt to epoch_300.pt", axes: ["t", ""] },
    },
    points: snapshot.points.map((point) => ({ ...point, further: [further(train[point.index]!)] })),
  };
}

/** One line of one split, `measured` of its points done. */
export function oneLineSnapshot(measured?: number): RunSnapshot {
  const x = Array.from({ length: 41 }, (_, k) => -1 + k / 20);
  const loss = x.map((at) => 0.4 + 2 * at * at);
  const surface: Surface = { x, y: [0], loss, accuracy: loss.map((value) => 90 - 20 * value) };
  const snapshot = snapshotOf(surface, {
    status: measured === undefined ? "done" : "running",
    ...(measured === undefined ? {} : { measured }),
  });
  const { header } = snapshot;
  return {
    ...snapshot,
    header: { ...header, study: { ...header.study, grid: { x: [-1, 1], y: [0, 0], points: [41, 1], lines: true } } },
  };
}

/** Another model's run, of a narrower plane and more samples. */
export function otherSnapshot(surface: Surface, name = "ResNet-8 without shortcuts"): RunSnapshot {
  const wider = {
    ...surface,
    x: surface.x.map((at) => at / 2),
    y: surface.y.map((at) => at / 2),
    loss: surface.loss.map((value) => 1.3 * value + 0.1),
  };
  const snapshot = snapshotOf(wider, { status: "done" });
  const { header } = snapshot;
  return {
    ...snapshot,
    journal: `${folder}/.loss-landscape/${name}.jsonl`,
    header: { ...header, id: name, model: { ...header.model, name }, data: { ...header.data, samples: 1000 } },
  };
}

/** How lists show a run. */
export function summaryOf({ header, journal, points }: RunSnapshot): RunSummary {
  const [columns, rows] = header.study.grid.points;
  return {
    journal,
    model: { name: header.model.name, path: header.model.path },
    what: header.study.grid.lines ? `line, ${columns} points` : `surface ${columns} × ${rows}`,
    directions: header.directions.label,
    split: header.data.split,
    samples: header.data.samples,
    loss: header.centre.loss,
    accuracy: header.centre.accuracy,
    engine: "ONNX Runtime 1.30 on CPU",
    status: "done",
    measured: points.length,
    total: columns * rows,
    started: header.started,
  };
}

/** A host that knows some runs. */
export function runAnswers(snapshots: readonly RunSnapshot[]): Answers {
  return {
    runs: () => snapshots.map(summaryOf),
    run: ({ journal }) =>
      snapshots.find((snapshot) => snapshot.journal === journal) ?? {
        problem: {
          reason: "file-missing",
          title: "The run is gone",
          message: `There is no run at ${journal}.`,
          advice: "Measure it again.",
        },
      },
  };
}
