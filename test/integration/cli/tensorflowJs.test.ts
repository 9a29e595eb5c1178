import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunResult } from "../../../server/protocol/result";

const fixtures = path.resolve("test/fixtures/tfjs");

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tfjs-runs-"));
  for (const name of ["layers-trained", "graph-fused", "test.npz"]) {
    cpSync(path.join(fixtures, name), path.join(folder, name), { recursive: true });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

function cli(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.resolve("dist/cli.js"), ...args], { cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, text: out + err }),
    );
  });
}

async function run(model: string, ...flags: readonly string[]): Promise<RunResult> {
  const { code, text } = await cli("run", model, "--data", "test.npz", "--json", "result.json", ...flags);
  expect(code, text).toBe(0);
  return JSON.parse(readFileSync(path.join(folder, "result.json"), "utf8")) as RunResult;
}

const jsonOf = (...place: readonly string[]): unknown =>
  JSON.parse(readFileSync(path.join(fixtures, ...place), "utf8")) as unknown;

interface Measured {
  readonly loss: number;
  readonly accuracy: number;
}

const relative = (found: number | string, wanted: number): number => Math.abs(Number(found) / wanted - 1);

describe("runs of models of TensorFlow.js", () => {
  test("a layers model in the plane of its epochs: centre and path are what TensorFlow.js measured", async () => {
    const flags = ["--points", "5", "--plane", "pca", "--checkpoints", "layers-trained/epoch_*/model.json"];
    const result = await run("layers-trained/epoch_3/model.json", ...flags);
    const expected = jsonOf("layers-trained", "expected.json") as readonly Measured[];
    expect(result.model).toMatchObject({ name: "epoch_3", format: "TensorFlow.js", parameters: 265 });
    expect(relative(result.centre.loss, expected[3]!.loss)).toBeLessThan(1e-6);
    expect(result.centre.accuracy).toBe(expected[3]!.accuracy);
    const path = result.trajectory!.checkpoints;
    expect(path.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(path.map(({ name }) => name)).toEqual([0, 1, 2].map((epoch) => `epoch_${epoch}/model.json`));
    path.forEach(({ loss, accuracy }, k) => {
      expect(relative(loss!, expected[k]!.loss)).toBeLessThan(1e-6);
      expect(accuracy).toBe(expected[k]!.accuracy);
    });
    expect(result.surfaces[0]!.measured.flat()).toEqual(Array<number>(25).fill(1));
  });

  test("a graph model, with the curvature at its centre", async () => {
    const result = await run("graph-fused/model.json", "--points", "3", "--curvature", "1");
    const { loss, accuracy } = (jsonOf("graph-expected.json") as Record<string, Measured>)["graph-fused"]!;
    expect(relative(result.centre.loss, loss)).toBeLessThan(1e-6);
    expect(result.centre.accuracy).toBe(accuracy);
    expect(result.checks.filter(({ level }) => level === "error")).toEqual([]);
    const [max, min] = [Number(result.curvature!.max[0]![0]), Number(result.curvature!.min[0]![0])];
    expect(max).toBeGreaterThan(min);
    expect(Number(result.curvature!.residual)).toBeLessThan(0.02);
  });

  test("a file that is something else ends with a sentence", async () => {
    const { code, text } = await cli("run", path.resolve("package.json"), "--data", "test.npz");
    expect(code).not.toBe(0);
    expect(text).toContain("package.json is JSON but no model of TensorFlow.js");
    expect(text).not.toMatch(/^\s+at /m);
  });
});
