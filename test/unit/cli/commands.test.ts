import path from "node:path";
import { describe, expect, test } from "vitest";
import { commandFlags, readCommand } from "../../../server/cli/commands";
import { UsageError } from "../../../server/cli/flags";
import { helpText } from "../../../server/cli/help";
import { durationText, lossText, percentText, plural, tableText } from "../../../server/cli/words";

describe("readCommand", () => {
  test("turns every flag of a run into its field of the study", () => {
    const line =
      "run net.onnx --data d.npz --split held --samples 200 --sample first --loss crossEntropy --plane random " +
      "--norm layer --ignore none --seed 7 --points 5x7 --x -2:0.5 --y=0:1e1 --engine wasm --evaluators 3 " +
      "--resume --out results --json - --refine off --batch-norm keep --verbose --splits train=t.npz,valid " +
      "--weight-decay 5e-4 --count 4 --lines --checkpoints run/*.pt --log log.csv --uncentred --batch-size 64 " +
      "--curvature 5x3 --curvature-samples 64 --curvature-parameters all --trace 8 --density 2 --sharpness 1e-3 " +
      "--picture p.svg";
    expect(readCommand(line.split(" "))).toEqual({
      kind: "run",
      file: path.resolve("net.onnx"),
      overrides: {
        data: { path: path.resolve("d.npz"), split: "held", samples: 200, sample: "first" },
        splits: [{ split: "train", path: path.resolve("t.npz") }, { split: "valid" }],
        preprocess: {},
        checkpoints: { files: [path.resolve("run/*.pt")], log: path.resolve("log.csv") },
        loss: { name: "crossEntropy", weightDecay: 5e-4 },
        directions: { kind: "random", normalise: "layer", ignore: "none", seed: 7, count: 4, centred: false },
        batchNorm: "keep",
        grid: { points: [5, 7], x: [-2, 0.5], y: [0, 10], lines: true, refine: 0 },
        curvature: { points: [5, 3], samples: 64, parameters: "all", traceProbes: 8, densityProbes: 2 },
        sharpness: { epsilon: 1e-3 },
        compute: { engine: "wasm", evaluators: 3, batchSize: 64 },
      },
      resume: true,
      resultsFolder: path.resolve("results"),
      json: "-",
      picture: path.resolve("p.svg"),
      verbose: true,
    });
  });

  test.each([
    ["pca", { kind: "pca" }],
    ["hessian", { kind: "hessian" }],
    ["to:a.pt", { kind: "to", checkpoint: path.resolve("a.pt") }],
    ["between:a.pt,b.pt", { kind: "between", checkpoints: [path.resolve("a.pt"), path.resolve("b.pt")] }],
    ["file:d.npz", { kind: "file", path: path.resolve("d.npz") }],
  ])("reads the plane %s", (plane, directions) => {
    const command = readCommand(["run", "net.onnx", "--plane", plane]);
    if (command.kind !== "run") throw new Error(command.kind);
    expect(command.overrides.directions).toMatchObject(directions);
  });

  test("takes files with commas and equals signs in their names", () => {
    const command = readCommand("run net.onnx --plane to:lr=0.1,seed=2.pt --splits train=a=b.npz".split(" "));
    if (command.kind !== "run") throw new Error(command.kind);
    expect(command.overrides.directions).toMatchObject({ checkpoint: path.resolve("lr=0.1,seed=2.pt") });
    expect(command.overrides.splits).toEqual([{ split: "train", path: path.resolve("a=b.npz") }]);
  });

  test("takes a trace alone for the curvature of the centre", () => {
    const command = readCommand(["run", "net.onnx", "--trace", "16"]);
    if (command.kind !== "run") throw new Error(command.kind);
    expect(command.overrides.curvature).toEqual({ traceProbes: 16 });
  });

  test("reads weights and how outputs and labels are to be taken", () => {
    const flags = ["--weights", "w.pt", "--from-probabilities", "--label-smoothing", "0.1"];
    const command = readCommand(["run", "net.onnx", ...flags]);
    if (command.kind !== "run") throw new Error(command.kind);
    expect(command.overrides.weights).toBe(path.resolve("w.pt"));
    expect(command.overrides.loss).toMatchObject({ fromLogits: false, labelSmoothing: 0.1 });
  });

  test("says nothing that is not said", () => {
    const command = readCommand(["run", "net.onnx", "--points", "9"]);
    if (command.kind !== "run") throw new Error(command.kind);
    expect(JSON.parse(JSON.stringify(command.overrides))).toEqual({
      data: {},
      preprocess: {},
      loss: {},
      directions: {},
      grid: { points: [9, 9] },
      compute: {},
    });
    expect(command.resume).toBe(false);
    expect(command.json).toBeUndefined();
  });

  test("reads how samples are prepared", () => {
    const flags =
      "--scale 1/255 --mean 0.5,0.4,0.3 --std 0.25 --resize 32x48 --color rgb --layout NCHW --labels offset:1";
    const command = readCommand(["run", "net.onnx", ...flags.split(" ")]);
    if (command.kind !== "run") throw new Error(command.kind);
    expect(command.overrides.data).toMatchObject({ layout: "NCHW" });
    expect(command.overrides.preprocess).toEqual({
      scale: 1 / 255,
      mean: [0.5, 0.4, 0.3],
      std: [0.25],
      resize: [32, 48],
      color: "rgb",
      labels: { offset: 1 },
    });
    const named = readCommand(["run", "net.onnx", "--labels", "cat,dog"]);
    expect(named).toMatchObject({ overrides: { preprocess: { labels: { order: ["cat", "dog"] } } } });
  });

  test.each([
    ["--scale", "bright", "numbers"],
    ["--mean", "1,,2", "numbers"],
    ["--resize", "32", "HEIGHTxWIDTH"],
    ["--color", "sepia", "grey, rgb"],
    ["--layout", "CHW", "NHWC, NCHW"],
  ])("refuses %s %s", (flag, value, expected) => {
    expect(() => readCommand(["run", "net.onnx", flag, value])).toThrow(expected);
  });

  test("reads the other commands", () => {
    expect(readCommand(["describe", "a.onnx"])).toMatchObject({ kind: "describe", file: path.resolve("a.onnx") });
    expect(readCommand(["engines", "--json", "e.json"])).toMatchObject({ json: path.resolve("e.json") });
    expect(readCommand("engines --install tensorflow --from t.whl --gpu --yes".split(" "))).toMatchObject({
      kind: "install",
      engine: "tensorflow",
      from: path.resolve("t.whl"),
      gpu: true,
      yes: true,
    });
    expect(readCommand("engines --model a.onnx --data d.npz --anew --json -".split(" "))).toEqual({
      kind: "survey",
      file: path.resolve("a.onnx"),
      data: path.resolve("d.npz"),
      anew: true,
      json: "-",
      verbose: false,
    });
    expect(readCommand("engines --remove webgpu".split(" "))).toMatchObject({ kind: "remove", engine: "webgpu" });
    expect(readCommand(["export", "r.jsonl", "--format", "csv"])).toMatchObject({
      kind: "export",
      files: [path.resolve("r.jsonl")],
      format: "csv",
    });
    const picture = "export s.h5 p.h5 --out x.svg --part trajectory --split test --levels paper --height clip";
    expect(readCommand(picture.split(" "))).toMatchObject({
      files: [path.resolve("s.h5"), path.resolve("p.h5")],
      format: "svg",
      options: { part: "trajectory", split: "test", levels: "paper", height: "clip" },
    });
    for (const help of ["help", "-h", "--help"]) expect(readCommand([help])).toEqual({ kind: "help" });
    expect(readCommand([])).toEqual({ kind: "help" });
    expect(readCommand(["run", "--help"])).toEqual({ kind: "help", of: "run" });
    expect(readCommand(["--version"])).toEqual({ kind: "version" });
  });

  test.each([
    ["walk", '"walk" is not a command'],
    ["toString", '"toString" is not a command'],
    ["run", '"run" needs a file'],
    ["run a b", "takes one file, but 2 are given"],
    ["run a --colour red", '--colour is not a flag of "run"'],
    ["run a --constructor", '--constructor is not a flag of "run"'],
    ["describe a --points 5", '--points is not a flag of "describe"'],
    ["run a --data --samples 5", "--data needs a value"],
    ["run a --seed", "--seed needs a value"],
    ["run a --resume=yes", "--resume takes no value"],
    ["run a --seed 1 --seed 2", "--seed is given twice"],
    ["run a --seed -1", "--seed must be a whole number from 0"],
    ["run a --samples 1.5", "--samples must be a whole number from 1"],
    ["run a --points 0", '--points must be N or NxM with numbers from 1 to 1001, but is "0"'],
    ["run a --points 5x1002", "--points must be"],
    ["run a --points 5x", "--points must be"],
    ["run a --x 1:1", "--x must be FROM:TO with FROM below TO"],
    ["run a --x 1", "--x must be FROM:TO"],
    ["run a --x :1", "--x must be FROM:TO"],
    ["run a --y -1:Infinity", "--y must be FROM:TO"],
    ["run a --norm filters", '--norm must be one of filter, layer, weight, dfilter, dlayer, none, but is "filters"'],
    ["run a --log l.csv", "--log needs --checkpoints"],
    ["run a --refine 1", "--refine must be below 1"],
    ["run a --refine -1", "--refine must be a number above 0"],
    ["run a --weight-decay -1", "--weight-decay must be a number of at least 0"],
    ["run a --batch-norm reset", "--batch-norm must be one of keep, interpolate, recompute"],
    ["run a --plane to", '--plane must be to:CHECKPOINT, but is "to"'],
    ["run a --plane between:a.pt", "--plane must be between:CHECKPOINT,CHECKPOINT"],
    ["run a --plane pca:a.pt", '--plane must be pca, but is "pca:a.pt"'],
    ["run a --plane towards:b.pt", "--plane must be one of random, pca"],
    ["run a --splits =a.npz", "--splits must be NAME=FILE or NAME"],
    ["run a --loss mse", "--loss must be one of crossEntropy"],
    ["run a --label-smoothing 1", "--label-smoothing must be below 1"],
    ["run a --from-logits --from-probabilities", "exclude each other"],
    ["run a --engine cuda", "--engine must be one of auto, onnxruntime, tensorflow, wasm, webgpu"],
    ["export r", '"export" needs --format'],
    ["export", '"export" needs a file'],
    ["export a b --format csv", '"export" takes one file'],
    ["run a --picture p.gif", "--picture must end in .svg, .png, .html"],
    ["export r --format bmp", "--format must be one of json"],
    ["engines x", '"engines" takes no file'],
    ["engines --install wasm", '--install must be one of tensorflow, webgpu, but is "wasm"'],
    ["engines --install tensorflow --remove webgpu", "--install and --remove exclude each other"],
    ["engines --install webgpu --gpu", "--gpu goes with --install tensorflow only"],
    ["engines --from x.whl", "--from goes with --install tensorflow only"],
    ["engines --yes", "--yes goes with --install only"],
    ["engines --data d.npz", "--data goes with --model FILE only"],
    ["engines --anew", "--anew goes with --model FILE only"],
    ["engines --model a.onnx --yes", "--yes goes with --install only"],
    ["engines --model a.onnx --remove webgpu", "--model goes neither with --install nor with --remove"],
  ])("refuses %j", (line, message) => {
    const read = (): unknown => readCommand(line.split(" "));
    expect(read).toThrow(UsageError);
    expect(read).toThrow(message);
  });
});

test("the help names every flag of every command", () => {
  for (const name of ["describe", "run", "export", "engines"] as const) {
    expect(helpText()).toContain(`  ${name}`);
    for (const flag of Object.keys(commandFlags[name])) expect(helpText(name)).toContain(`--${flag}`);
  }
});

test("numbers in words", () => {
  expect(lossText(0.40569305)).toBe("0.4057");
  expect(lossText("NaN")).toBe("NaN");
  expect(percentText(84.4)).toBe("84.4 %");
  expect([durationText(65.4), durationText(7389), durationText(0)]).toEqual(["1:05", "2:03:09", "0:00"]);
  expect([plural(1, "point"), plural(2601, "point")]).toEqual(["1 point", "2,601 points"]);
  expect(
    tableText([
      ["a", "bc"],
      ["def", ""],
    ]),
  ).toBe("a    bc\ndef\n");
});
