import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npy, npz } from "../support/data";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
const tiny = path.resolve(`${workspace.folder}-full`);
let driver: Driver;

/** A file system of a few kilobytes; whether this machine lets us have one. */
function mountTiny(): boolean {
  mkdirSync(tiny);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", tiny], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const hasTiny = mountTiny();

beforeAll(async () => {
  workspace.addModel("good", { points: 5, samples: 100 });
  workspace.addModel("missing", { points: 5, samples: 100, data: "absent.npz" });
  workspace.addModel("labels", { points: 5, samples: 100, data: "labels.npz" });
  workspace.addModel("full", { points: 21, samples: 50 });
  const model = readFileSync(workspace.path("good.onnx"));
  workspace.write("corrupt.onnx", model.subarray(0, 5000));
  workspace.writeStudy("corrupt", { points: 5, samples: 100 });
  const images = new Float32Array(20 * 28 * 28);
  const labels = BigInt64Array.from({ length: 20 }, (_, i) => BigInt(i % 12));
  workspace.write("labels.npz", npz({ x_test: npy("<f4", [20, 1, 28, 28], images), y_test: npy("<i8", [20], labels) }));
  driver = await Driver.open(workspace.folder);
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
  if (hasTiny) execFileSync("umount", [tiny]);
  rmSync(tiny, { recursive: true, force: true });
});

/** Sentences of the panel's problem: what is wrong, and what to do. */
async function problemOf(file: string): Promise<{ reason: string; message: string; advice: string }> {
  await driver.visualize(file);
  const { root } = driver.panel();
  const problem = root.locator("problem-state");
  await problem.waitFor({ timeout: 60_000 });
  return {
    reason: (await problem.locator("section").getAttribute("data-reason")) ?? "",
    message: await problem.locator(".message").innerText(),
    advice: await problem.locator(".advice").innerText(),
  };
}

function expectOneSentence(text: string): void {
  expect(text).toMatch(/^[A-Z"].*[.]$/);
  expect(text).not.toMatch(/\n|\bat .*:\d+:\d+|Error:/);
}

describe("bad input gives one clear sentence, and the worker lives on", () => {
  test.each([
    ["corrupt.onnx", "file-corrupt", /corrupt\.onnx/],
    ["missing.onnx", "data-missing", /absent\.npz/],
    ["labels.onnx", "labels-mismatch", /labels.* 0.11.*10/],
  ])("%s", async (file, reason, sentence) => {
    const problem = await problemOf(file);
    expect(problem.reason).toBe(reason);
    expect(problem.message).toMatch(sentence);
    expectOneSentence(problem.message);
    expectOneSentence(problem.advice);
    await expect.poll(() => driver.log()).toMatch(sentence);
    await driver.closeAll();
  });

  test.skipIf(!hasTiny)("a full disk for the journal", async () => {
    workspace.write(".vscode/settings.json", JSON.stringify({ "lossLandscape.resultsFolder": tiny }));
    await driver.page.waitForTimeout(1000);
    const problem = await problemOf("full.onnx");
    expect(problem.reason).toBe("journal-unwritable");
    expect(problem.message).toContain(path.basename(tiny));
    expectOneSentence(problem.message);
    expectOneSentence(problem.advice);
    await expect.poll(() => driver.log()).toContain(path.basename(tiny));
    await driver.closeAll();
    workspace.write(".vscode/settings.json", "{}");
    await driver.page.waitForTimeout(1000);
  });

  test("afterwards a good model is drawn by the same worker", async () => {
    const server = driver.processes("server.js");
    expect(server).toHaveLength(1);
    await driver.visualize("good.onnx");
    await driver.panel().state("done");
    expect(driver.processes("server.js")).toEqual(server);
  });
});
