import { execFileSync } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { argumentsOf, commandLine } from "../../../server/cli/commandLine";
import type { Study } from "../../../server/protocol/study";
import { commandOf, studyOfCommand } from "../../../server/requests/commandOf";
import { studyOf } from "../runs/header";

/** What a shell makes of a command line. */
function wordsOf(line: string): readonly string[] {
  const text = execFileSync("/bin/sh", ["-c", `set -- ${line}; printf '%s\\0' "$@"`], { encoding: "utf8" });
  return text.split("\0").slice(0, -1);
}

const random = { kind: "random", seed: 0, normalise: "filter", ignore: "bias,norm" } as const;
const train = { ...studyOf([5, 5]).data, x: "x_train", y: "y_train", split: "train" };
const elsewhere = {
  path: "/models/it's here/train.npz",
  split: "train",
  samples: 100,
  sample: "stratified",
  seed: 0,
} as const;
const checkpoints = { files: ["/models/c/1.pt", "/models/c/2.pt", "/models/c/3.pt"] };

const studies: readonly (readonly [string, Study])[] = [
  ["a plain surface", studyOf([51, 41])],
  ["a window that was drawn", studyOf([51, 51], { grid: { x: [0.1, 0.4], y: [-0.2, 1 / 3], points: [51, 51] } })],
  [
    "odd names of files",
    studyOf([5, 5], {
      model: { path: "/models/my net $HOME 'quoted'.onnx", weights: "/models/`id`.pt" },
      data: { ...studyOf([5, 5]).data, path: '/models/α "test".npz', split: "held out" },
    }),
  ],
  [
    "preparation and loss",
    studyOf([5, 5], {
      preprocess: {
        scale: 1 / 255,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        resize: [32, 24],
        color: "rgb",
        labels: { offset: 1 },
      },
      loss: { name: "crossEntropy", weightDecay: 5e-4, fromLogits: false, labelSmoothing: 0.1 },
    }),
  ],
  [
    "refinement, curvature and sharpness",
    studyOf([17, 17], {
      grid: { x: [-1, 1], y: [-1, 1], points: [17, 17], refine: 0.01 },
      curvature: {
        points: [5, 7],
        samples: 64,
        parameters: "all",
        traceProbes: 4,
        densityProbes: 2,
        tolerance: 1e-3,
      },
      sharpness: { epsilon: 5e-3, samples: 256 },
    }),
  ],
  [
    "lines",
    studyOf([101, 4], {
      directions: { ...random, seed: 4, normalise: "dlayer", ignore: "none", count: 4 },
      grid: { x: [-2, 2], y: [0, 0], points: [101, 4], lines: true },
    }),
  ],
  [
    "a line between models with interpolated statistics",
    studyOf([51, 1], {
      directions: { kind: "between", checkpoints: ["/models/a.pt", "/models/b.pt"] },
      grid: { x: [-0.5, 1.5], y: [0, 0], points: [51, 1], lines: true },
      batchNorm: "interpolate",
    }),
  ],
  [
    "a direction to a checkpoint",
    studyOf([9, 9], {
      directions: { kind: "to", checkpoint: "/models/a.pt", seed: 3, normalise: "layer", ignore: "none" },
    }),
  ],
  ["saved directions", studyOf([9, 9], { directions: { kind: "file", path: "/models/d.h5" } })],
  [
    "eigenvectors",
    studyOf([9, 9], { directions: { kind: "hessian", second: "smallest", samples: 256, ignore: "none" } }),
  ],
  ["a further split of the same file", studyOf([9, 9], { splits: [train] })],
  ["a further split of another file", studyOf([9, 9], { splits: [elsewhere] })],
  [
    "another engine",
    studyOf([9, 9], { batchNorm: "recompute", compute: { engine: "wasm", evaluators: 1, batchSize: 64 } }),
  ],
];

describe("the command line of a study", () => {
  test.each(studies)("comes to the same study: %s", (_, study) => {
    const words = wordsOf(commandLine(argumentsOf(study)));
    expect(words[0]).toBe("loss-landscape");
    expect(studyOfCommand(words.slice(1), study)).toEqual(study);
  });

  test.each<[string, Partial<Study>]>([
    ["fitted", { grid: { x: [-1, 1], y: [-1, 1], points: [9, 9], fit: true } }],
    ["given", { grid: { x: [0, 4], y: [1, 3], points: [9, 9] } }],
  ])("comes to the same path, its range %s", (_, grid) => {
    const pca = { kind: "pca", centred: false, finalRow: false, ignore: "none" } as const;
    const study = studyOf([9, 9], {
      checkpoints: { ...checkpoints, log: "/models/log.csv" },
      directions: pca,
      ...grid,
    });
    const line = commandLine(argumentsOf(study, { pattern: "/models/c/{1,2,3}.pt" }));
    expect(line).toContain("--checkpoints '/models/c/{1,2,3}.pt'");
    expect(studyOfCommand(wordsOf(line).slice(1), study)).toEqual(study);
  });

  test("differs where flags cannot say all", () => {
    const study = studyOf([9, 9], { loss: { name: "huber", delta: 2 } });
    expect(studyOfCommand(argumentsOf(study), study)).not.toEqual(study);
  });
});

describe("the command of a run", () => {
  let folder: string;
  let model: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "command-"));
    model = path.join(folder, "net.onnx");
    await writeFile(model, "");
    await mkdir(path.join(folder, "c"));
    for (const name of ["2.pt", "10.pt", "1.pt"]) await writeFile(path.join(folder, "c", name), "");
  });

  afterEach(() => rm(folder, { recursive: true }));

  const inFolder = (over: Partial<Study>): Study => {
    const study = studyOf([9, 9], over);
    return { ...study, model: { path: model }, data: { ...study.data, path: path.join(folder, "test.npz") } };
  };

  test("names checkpoints by what stands for exactly them, in their order", async () => {
    const files = ["1.pt", "2.pt", "10.pt"].map((name) => path.join(folder, "c", name));
    const directions = { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" } as const;
    const study = inFolder({ checkpoints: { files }, directions });
    const words = wordsOf(await commandOf(study));
    expect(studyOfCommand(words.slice(1), study)).toEqual(study);
    const backwards = inFolder({ checkpoints: { files: [...files].reverse() }, directions });
    expect(await commandOf(backwards)).toMatch(/^# .*\nloss-landscape run \S*net\.landscape\.json$/);
  });

  test("is that of a study file where flags cannot say all, or a study beside the model says more", async () => {
    const study = inFolder({});
    expect(await commandOf(study)).toMatch(/^loss-landscape run \S*net\.onnx --data /);
    expect(await commandOf(inFolder({ loss: { name: "huber", delta: 2 } }))).toMatch(/^# /);
    const beside = { model: "net.onnx", data: "test.npz", sharpness: { epsilon: 0.01 } };
    await writeFile(path.join(folder, "net.landscape.json"), JSON.stringify(beside));
    expect(await commandOf(study)).toMatch(/^# /);
  });

  test("says where the results go when that is not beside the model", async () => {
    expect(await commandOf(inFolder({}))).not.toContain("--out");
    expect(await commandOf(inFolder({}), "elsewhere")).toContain(`--out ${path.join(folder, "elsewhere")}`);
  });
});
