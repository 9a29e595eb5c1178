import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunResult } from "../../../server/protocol/result";

const root = path.join(__dirname, "..", "..", "..");
const fixtures = path.join(root, "test", "fixtures", "data");
let folder: string;
let loss: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "data-runs-"));
  await cp(path.join(fixtures, "pictures", "linear.onnx"), path.join(folder, "linear.onnx"));
  loss = (JSON.parse(await readFile(path.join(fixtures, "oracle.json"), "utf8")) as { loss: number }).loss;
});
afterEach(() => rm(folder, { recursive: true }));

function run(...args: readonly string[]): ReturnType<typeof runOf> {
  return runOf(path.join(folder, "linear.onnx"), ...args);
}

/** Runs a surface of 3×3 points from the command line; resolves with its messages and its result. */
async function runOf(
  model: string,
  ...args: readonly string[]
): Promise<{ readonly err: string; readonly result: RunResult }> {
  const all = ["dist/cli.js", "run", model, "--points", "3", "--evaluators", "1"];
  const child = spawn(process.execPath, [...all, "--json", "-", ...args], { cwd: root });
  let out = "";
  let err = "";
  child.stdout.on("data", (text: Buffer) => (out += text.toString()));
  child.stderr.on("data", (text: Buffer) => (err += text.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(err);
  return { err, result: JSON.parse(out) as RunResult };
}

function expectOracle({ result }: Awaited<ReturnType<typeof run>>): void {
  expect(Number(result.centre.loss)).toBeCloseTo(loss, 5);
  expect(result.surfaces[0]).toMatchObject({ samples: 9, measured: Array(3).fill([1, 1, 1]) });
  expect(result.checks.find(({ name }) => name === "chance")?.level).toBe("ok");
}

describe("a surface has the loss that PyTorch computes", () => {
  test("of a folder of pictures found beside the model", async () => {
    await mkdir(path.join(folder, "data"));
    await cp(path.join(fixtures, "pictures", "test"), path.join(folder, "data", "test"), { recursive: true });
    const ran = await run();
    expectOracle(ran);
    expect(ran.err).toContain("Data found beside the model: test.");
    expect(ran.err).toContain("Classes are the subfolders in sorted order: bird, cat, dog.");
    expect(ran.err).toContain("The samples are bytes: they are multiplied by 1/255");
    expect(ran.result.surfaces[0]?.split).toBe("test");
  });

  test("of Parquet with pictures, in two shards", async () => {
    const ran = await run("--data", path.join(fixtures, "test-00000-of-00002.parquet"));
    expectOracle(ran);
    expect(ran.err).toContain("channels moved from last to first");
  });

  test("unless the classes are in another order, which the loss at the centre gives away", async () => {
    const { result } = await run("--data", path.join(fixtures, "pictures", "test"), "--labels", "cat,dog,bird");
    const chance = result.checks.find(({ name }) => name === "chance");
    expect(chance?.level).toBe("warning");
    expect(chance?.message).toContain("the usual causes are the scaling of the samples and the order of the labels");
  });

  test("of CSV with flat pictures it is refused with the way to read them", async () => {
    const refused = run("--data", path.join(fixtures, "digits.csv"));
    await expect(refused).rejects.toThrow("holds samples of 120 but linear.onnx wants 3×10×12");
  });

  test("of pictures of other sizes once they are resized", async () => {
    const data = path.join(folder, "kinds");
    await mkdir(path.join(data, "a"), { recursive: true });
    await cp(path.join(fixtures, "kinds", "rgb.png"), path.join(data, "a", "1.png"));
    await cp(path.join(fixtures, "kinds", "grey.png"), path.join(data, "a", "2.png"));
    const refused = run("--data", data);
    await expect(refused).rejects.toThrow('set "preprocess": { "resize": [10, 12] } in the study');
    const ran = await run("--data", data, "--resize", "10x12");
    expect(ran.result.surfaces[0]?.samples).toBe(2);
    expect(ran.err).toContain("converted to RGB; resized to 10×12 (bilinear, antialiased)");
  });
});

test("bytes for a model whose rescaling does nothing are scaled, as Keras' own loss says", async () => {
  const keras = path.join(root, "test", "fixtures", "keras-sequential");
  const { centre } = JSON.parse(await readFile(path.join(keras, "oracle.json"), "utf8")) as {
    centre: { loss: number };
  };
  for (const name of ["model.keras", "test.npz"]) await cp(path.join(keras, name), path.join(folder, "one", name));
  const ran = await runOf(path.join(folder, "one", "model.keras"));
  expect(Math.abs(Number(ran.result.centre.loss) / centre.loss - 1)).toBeLessThan(1e-5);
  expect(ran.err).toContain("(the model's own scaling, by about 1, is for small values)");
});
