import path from "node:path";
import type { RunEvent, RunOutcome } from "../../../../server/protocol/requests";
import type { Study } from "../../../../server/protocol/study";
import { startRun } from "../../../../server/runs/run";
import type { Run, RunOptions } from "../../../../server/runs/run";

/** A trained network, its data, and what PyTorch says of them. */
export const fixture = path.resolve("test", "fixtures", "pytorch-resnet8");

/** The evaluator as it is shipped. */
export const evaluatorPath = path.resolve("dist", "evaluator.js");

/** The fixture's network on its first samples. */
export function resnetStudy(over: Partial<Study> = {}): Study {
  return {
    model: { path: path.join(fixture, "model.onnx") },
    data: {
      path: path.join(fixture, "test.npz"),
      x: "x_test",
      y: "y_test",
      split: "test",
      samples: 100,
      sample: "first",
      seed: 0,
    },
    preprocess: { scale: 1, mean: [], std: [] },
    loss: { name: "crossEntropy" },
    directions: { kind: "random", seed: 3, normalise: "filter", ignore: "bias,norm" },
    grid: { x: [-1, 1], y: [-1, 1], points: [5, 5] },
    compute: { engine: "onnxruntime", evaluators: 1, batchSize: 50 },
    ...over,
  };
}

type Options = Pick<RunOptions, "study" | "resultsFolder"> & Partial<Omit<RunOptions, "onEvent" | "log">>;

/** A run that is watched: its events with their times in milliseconds, and what was logged. */
export interface Watched {
  readonly run: Run;
  readonly events: readonly { readonly at: number; readonly event: RunEvent }[];
  readonly log: readonly string[];
  /** Resolves when as many points were shown, or the run is over. */
  shown(points: number): Promise<void>;
}

/** A watched run that is over. */
export interface Finished extends Watched {
  readonly outcome: RunOutcome;
}

/** Starts a run of a study. */
export function watch(options: Options, onEvent: (event: RunEvent, run: Run) => void = () => {}): Watched {
  const events: { at: number; event: RunEvent }[] = [];
  const log: string[] = [];
  const waiting: { readonly points: number; readonly resolve: () => void }[] = [];
  let measured = 0;
  const run = startRun({
    mode: "resume",
    evaluatorPath,
    log: (message) => log.push(message),
    onEvent: (event) => {
      events.push({ at: performance.now(), event });
      if (event.kind === "snapshot") measured = event.snapshot.points.length;
      if (event.kind === "points") measured = event.progress.measured;
      for (const { points, resolve } of waiting) if (measured >= points) resolve();
      onEvent(event, run);
    },
    ...options,
  });
  const shown = (points: number): Promise<void> =>
    new Promise((resolve) => {
      if (measured >= points) resolve();
      waiting.push({ points, resolve });
      void run.finished.then(() => {
        resolve();
      });
    });
  return { run, events, log, shown };
}

/** Runs a study to its end. */
export async function runStudy(options: Options, onEvent?: (event: RunEvent, run: Run) => void): Promise<Finished> {
  const watched = watch(options, onEvent);
  return { ...watched, outcome: await watched.run.finished };
}
