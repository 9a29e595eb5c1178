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
      "--resume --out results --json - --refine off --batch-norm keep --verbose";
    expect(readCommand(line.split(" "))).toEqual({
      kind: "run",
      file: path.resolve("net.onnx"),
      overrides: {
        data: { path: path.resolve("d.npz"), split: "held", samples: 200, sample: "first" },
        loss: { name: "crossEntropy" },
        directions: { kind: "random", normalise: "layer", ignore: "none", seed: 7 },
        grid: { points: [5, 7], x: [-2, 0.5], y: [0, 10] },
        compute: { engine: "wasm", evaluators: 3 },
      },
      resume: true,
      resultsFolder: path.resolve("results"),
      json: "-",
      verbose: true,
    });
  });

  test("says nothing that is not said", () => {
    const command = readCommand(["run", "net.onnx", "--points", "9"]);
    if (command.kind !== "run") throw new Error(command.kind);
    expect(JSON.parse(JSON.stringify(command.overrides))).toEqual({
      data: {},
      directions: {},
      grid: { points: [9, 9] },
      compute: {},
    });
    expect(command.resume).toBe(false);
    expect(command.json).toBeUndefined();
  });

  test("reads the other commands", () => {
    expect(readCommand(["describe", "a.onnx"])).toMatchObject({ kind: "describe", file: path.resolve("a.onnx") });
    expect(readCommand(["engines", "--json", "e.json"])).toMatchObject({ json: path.resolve("e.json") });
    expect(readCommand(["export", "r.jsonl", "--format", "csv"])).toMatchObject({ kind: "export", format: "csv" });
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
    ["run a --norm filters", '--norm must be one of filter, layer, weight, none, but is "filters"'],
    ["run a --lines", "--lines is not available in this version"],
    ["run a --checkpoints *.pt", "--checkpoints is not available in this version"],
    ["run a --curvature 11", "--curvature is not available in this version"],
    ["run a --refine 0.01", "--refine is not available in this version"],
    ["run a --batch-norm recompute", "--batch-norm is not available in this version"],
    ["run a --plane to:b.pt", "--plane to:b.pt is not available in this version; available: random"],
    ["run a --engine webgpu", "--engine webgpu is not available in this version"],
    ["run a --loss huber", "--loss huber is not available in this version"],
    ["export r", '"export" needs --format'],
    ["export r --format vtp", "--format vtp is not available in this version; available: json, csv"],
    ["engines x", '"engines" takes no file'],
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
