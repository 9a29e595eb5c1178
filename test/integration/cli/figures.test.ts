import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RunResult } from "../../../server/protocol/result";
import { root } from "../server/client";

const sample = path.join(root, "media/samples/fashion-resnet8");
const folder = mkdtempSync(path.join(tmpdir(), "figures-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The commands of the README's table, by figure. */
function readmeCommands(): readonly (readonly [figure: string, command: string])[] {
  const text = readFileSync(path.join(root, "README.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\|.*\| `(run|export) /.test(line));
  return rows.map((row) => {
    const [, figure = "", command = ""] = /^\|\s*(.*?)\s*\|\s*`(.*?)`\s*\|$/.exec(row) ?? [];
    return [figure, command];
  });
}

/** The command as it is in the README, with fewer points and samples. */
function smaller(command: string): readonly string[] {
  const words = command
    .replaceAll("$M", path.join(sample, "fashion-resnet8.onnx"))
    .replaceAll("$S", sample)
    .replaceAll("'", "")
    .split(/\s+/);
  const less: Readonly<Record<string, string>> = {
    "--points": words.includes("--refine") ? "17" : "5",
    "--curvature": "3",
    "--curvature-samples": "20",
    "--count": "3",
    "--trace": "2",
    "--density": "1",
  };
  const values = words.map((word, k) => less[words[k - 1] ?? ""] ?? word);
  const picture = values.indexOf("--picture") + 1;
  if (picture > 0) values[picture] = path.join(folder, values[picture]!);
  return [...values, "--samples", "100", "--out", folder];
}

function cli(
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "dist/cli.js"), ...args], { cwd: folder });
    let out = "";
    let err = "";
    child.stdout.on("data", (text: Buffer) => (out += text.toString()));
    child.stderr.on("data", (text: Buffer) => (err += text.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
}

const commands = readmeCommands();
const runs = commands.filter(([, command]) => command.startsWith("run "));

describe("the README's table of figures", () => {
  test("has every figure of the paper", () => {
    expect(runs.length).toBeGreaterThanOrEqual(9);
    expect(commands.some(([, command]) => command.startsWith("export "))).toBe(true);
  });

  test.each(runs)("%s", async (_, command) => {
    const args = smaller(command);
    const json = path.join(folder, "result.json");
    const { code, out, err } = await cli([...args, "--json", json]);
    expect(err).not.toContain("loss-landscape:");
    expect(code).toBe(0);
    const file = args[args.indexOf("--picture") + 1]!;
    expect(out).toContain(`Picture ${file}`);
    const picture = readFileSync(file, "utf8");
    expect(picture).toContain("<svg");
    const result = JSON.parse(readFileSync(json, "utf8")) as RunResult;
    if (args.includes("--lines")) {
      expect(picture).toContain("loss");
      expect(result.lines.length).toBe(command.includes("--count") ? 3 : command.includes("--splits") ? 2 : 1);
    }
    if (args.includes("--checkpoints")) expect(result.trajectory!.checkpoints).toHaveLength(11);
    if (args.includes("--curvature")) expect(result.curvature!.ratio.flat()).toHaveLength(9);
    if (args.includes("--sharpness")) expect(result.sharpness!.epsilon!.epsilon).toBe(0.01);
    expect(result.checks.filter(({ level }) => level === "error")).toEqual([]);
  });
});

describe("export", () => {
  test("writes every format from a run's journal", async () => {
    const model = path.join(sample, "fashion-resnet8.onnx");
    const args = ["run", model, "--plane", "pca", "--checkpoints", path.join(sample, "checkpoints/model_*.pt")];
    await cli([...args, "--points", "5", "--samples", "50", "--out", path.join(folder, "runs")]);
    const journal = readdirSync(path.join(folder, "runs")).find((name) => name.endsWith(".jsonl"))!;
    for (const format of ["json", "csv", "npz", "h5", "vtp", "obj", "svg", "png", "html"]) {
      const out = path.join(folder, `picture.${format}`);
      const { code, err } = await cli(["export", path.join(folder, "runs", journal), "--format", format, "--out", out]);
      expect(err).toBe("");
      expect(code).toBe(0);
      expect(readFileSync(out).length).toBeGreaterThan(500);
    }
    const again = path.join(folder, "again.svg");
    const reference = await cli(["export", path.join(folder, "picture.h5"), "--format", "svg", "--out", again]);
    expect(reference).toMatchObject({ code: 0, err: "" });
    expect(readFileSync(again, "utf8")).toContain("<svg");
  });

  test("says what is wrong with a file that is no run", async () => {
    const { code, err } = await cli(["export", path.join(sample, "test.npz"), "--format", "svg", "--out", "x.svg"]);
    expect(code).toBe(1);
    expect(err).toContain("test.npz");
  });
});
