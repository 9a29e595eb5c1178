import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { crc32 } from "../../server/files/crc32";
import { npy, npz } from "../support/data";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

/** A file system of a few kilobytes where results go; whether this machine lets us have one. */
function mountTiny(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Grey pictures that fit the model, with labels from 0 to `classes` − 1. */
function dataWithLabels(classes: number): Uint8Array {
  const images = new Float32Array(60 * 28 * 28).fill(0.5);
  const labels = BigInt64Array.from({ length: 60 }, (_, i) => BigInt(i % classes));
  return npz({ x_test: npy("<f4", [60, 1, 28, 28], images), y_test: npy("<i8", [60], labels) });
}

/** A grey picture of the model's size as PNG. */
function picture(brightness: number): Uint8Array {
  const chunk = (type: string, content: Uint8Array): Uint8Array => {
    const named = Buffer.concat([Buffer.from(type, "latin1"), content]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    check.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, check]);
  };
  const rows = Buffer.alloc(28 * 29, brightness);
  for (let row = 0; row < 28; row++) rows[29 * row] = 0;
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", Uint8Array.of(0, 0, 0, 28, 0, 0, 0, 28, 8, 0, 0, 0, 0)),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}

const tiny = workspace.path("full", ".loss-landscape");
const hasTiny = mountTiny(tiny);

beforeAll(async () => {
  workspace.addModel("good", { points: 5, samples: 100 });
  workspace.addModel("missing", { points: 5, samples: 100, data: "absent.npz" });
  workspace.addModel("labels", { points: 5, samples: 100, data: "labels.npz" });
  workspace.addModel("full/full", { points: 21, samples: 50 });
  workspace.addModel("two/two");
  workspace.addModel("two/again");
  workspace.addModel("two/pictures");
  for (let label = 0; label < 10; label++) workspace.write(`two/shown/${label}/a.png`, picture(25 * label));
  workspace.write("two/other.npz", dataWithLabels(10));
  workspace.write("corrupt.onnx", readFileSync(workspace.path("good.onnx")).subarray(0, 5000));
  workspace.write("network.tflite", "TFL3");
  workspace.write("labels.npz", dataWithLabels(12));
  driver = await Driver.open(workspace.folder, { "lossLandscape.grid.points": 5, "explorer.compactFolders": false });
});

afterAll(async () => {
  await driver?.close();
  if (hasTiny) execFileSync("umount", [tiny]);
  workspace.remove();
});

beforeEach(() => driver.closeAll());

function expectOneSentence(text: string): void {
  expect(text).toMatch(/^\S.*[.]$/);
  expect(text).not.toMatch(/\n|\bat .*:\d+:\d+|Error:/);
}

/** Asks for a landscape that there is no way to have: one sentence, one piece of advice, and an entry in the log. */
async function expectProblem(file: string, reason: string, sentence: RegExp): Promise<void> {
  await driver.visualize(file);
  const problem = await driver.panel().problem();
  expect(problem.reason).toBe(reason);
  expect(problem.message).toMatch(sentence);
  expectOneSentence(problem.message);
  expectOneSentence(problem.advice);
  await expect.poll(() => driver.log()).toMatch(sentence);
}

describe("bad input gives one clear sentence, and the worker lives on", () => {
  test.each([
    ["corrupt.onnx", "file-corrupt", /corrupt\.onnx/],
    ["network.tflite", "file-unsupported", /network\.tflite/],
    ["missing.onnx", "data-missing", /absent\.npz/],
    ["labels.onnx", "labels-mismatch", /labels.* 0.11.*10/],
  ])("%s", expectProblem);

  test.skipIf(!hasTiny)("a full disk for the journal", async () => {
    await driver.file("full").click();
    await driver.file("full.onnx").waitFor();
    await expectProblem("full.onnx", "journal-unwritable", /full.*\.loss-landscape.*the disk is full/);
  });

  test("afterwards a good model is drawn by the same worker", async () => {
    const server = driver.processes("server.js");
    expect(server).toHaveLength(1);
    await driver.visualize("good.onnx");
    await driver.panel().state("done");
    expect(driver.processes("server.js")).toEqual(server);
  });

  test("a file that was mended is read again", async () => {
    await driver.visualize("corrupt.onnx");
    const panel = driver.panel();
    expect((await panel.problem()).reason).toBe("file-corrupt");
    workspace.copy("good.onnx", "corrupt.onnx");
    workspace.writeStudy("corrupt", { points: 5, samples: 100 });
    await panel.button("Try again").click();
    await panel.state("done");
  });
});

describe("data that cannot be inferred", () => {
  test("is asked for once, in a list of the files that fit", async () => {
    await driver.file("two").click();
    await driver.file("two.onnx").waitFor();
    await driver.visualize("two.onnx");
    await driver.row("other.npz").waitFor();
    await driver.row("Browse…").waitFor();
    await driver.row("Browse Folder…").waitFor();
    await driver.row("test.npz").click();
    await driver.panel().state("done");
    expect(await driver.panel().text()).toContain("test.npz");
  });

  test("is not asked for again, and can be changed in the panel's menu", async () => {
    await driver.visualize("two.onnx");
    await driver.panel().state("done");
    await driver.panel().button("More actions").click();
    await driver.panel().root.getByRole("menuitem", { name: "Choose other data…" }).click();
    await driver.row("other.npz").click();
    await expect.poll(() => driver.panel().text()).toContain("other.npz");
    await driver.panel().state("done");
  });

  test("can be chosen in the panel as well", async () => {
    await driver.visualize("again.onnx");
    await driver.row("other.npz").waitFor();
    await driver.page.keyboard.press("Escape");
    await driver.panel().state("choose-data");
    await driver.panel().button("Use other.npz").click();
    await driver.panel().state("done");
    expect(await driver.panel().text()).toContain("other.npz");
  });

  test("may be a folder of pictures", async () => {
    await driver.visualize("pictures.onnx");
    await driver.row("Browse Folder…").waitFor();
    await driver.page.keyboard.press("Escape");
    await driver.panel().button("Choose a folder…").click();
    const use = driver.page.getByRole("button", { name: "Use Data" });
    await use.waitFor();
    const folder = workspace.path("two/shown/");
    // The dialog writes the folder that it begins with when it is ready, over what is there.
    await expect
      .poll(async () => {
        if ((await driver.quickInput.inputValue()) !== folder) await driver.quickInput.fill(folder);
        await driver.page.waitForTimeout(1000);
        return driver.quickInput.inputValue();
      })
      .toBe(folder);
    // A click while the dialog still looks at the folder is not heard.
    await expect
      .poll(async () => {
        if (await use.isVisible()) await use.click({ timeout: 2000 }).catch(() => undefined);
        await driver.page.waitForTimeout(1000);
        return use.isVisible();
      })
      .toBe(false);
    await driver.panel().state("done");
    expect(await driver.panel().text()).toContain("10 samples");
  });
});

test("the log can be shown", async () => {
  await driver.command("Loss Landscape: Show Log");
  await driver.page.locator(".output-view .view-lines", { hasText: "again.onnx" }).waitFor();
});
