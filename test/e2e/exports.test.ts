import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import * as h5wasm from "h5wasm/node";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RunResult } from "../../server/protocol/result";
import { readArrays } from "../../server/data/npz";
import { Driver } from "./support/workbench";
import type { Panel } from "./support/workbench";
import { Workspace } from "./support/workspace";

/** What is used inside the page; the tests themselves run without a DOM. */
interface PageGlobals {
  readonly navigator: {
    readonly clipboard: {
      read(): Promise<readonly { getType(type: string): Promise<Blob> }[]>;
      readText(): Promise<string>;
    };
  };
  readonly FileReader: new () => { readAsDataURL(blob: Blob): void; onload: () => void; readonly result: string };
}

const workspace = new Workspace();
let driver: Driver;
let panel: Panel;
let expected: RunResult;

beforeAll(async () => {
  workspace.addModel("net", { points: 5, samples: 100 });
  workspace.run("net.landscape.json");
  expected = workspace.commandLine("net");
  driver = await Driver.open(workspace.folder, {
    "workbench.colorTheme": "Dark Modern",
    "files.simpleDialog.enable": true,
  });
  await driver.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await driver.visualize("net.landscape.json");
  panel = driver.panel();
  await panel.state("done");
});

afterAll(async () => {
  await driver?.close();
  workspace.remove();
});

const choose = async (entry: string): Promise<void> => {
  await panel.button("Export").click();
  await panel.root.getByRole("menuitem", { name: entry, exact: true }).click();
};

/** Chooses an entry of the Export menu and a file for it; resolves when the panel says that it is written. */
async function exported(entry: string, ending: string): Promise<string> {
  await choose(entry);
  await expect.poll(() => driver.quickInput.inputValue(), { timeout: 60_000 }).toMatch(new RegExp(`\\.${ending}$`));
  const file = workspace.path(`out.${ending}`);
  await driver.quickInput.fill(file);
  await driver.page.locator(".quick-input-widget").getByRole("button", { name: "OK" }).click();
  await panel.root.getByText(`out.${ending} was written.`).waitFor({ timeout: 60_000 });
  expect(existsSync(file)).toBe(true);
  return file;
}

const surface = () => expected.surfaces[0]!;
const losses = () => surface().loss.flat().map(Number);

/** How many colours a picture has; one that is empty has few. */
function coloursOf({ data }: PNG): number {
  const pixels = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  return new Set(pixels).size;
}

describe("the Export menu writes", () => {
  test("a PNG of three times the panel's size", async () => {
    const png = PNG.sync.read(readFileSync(await exported("Picture (PNG)", "png")));
    expect(png.width).toBe(3 * 760);
    expect(coloursOf(png)).toBeGreaterThan(200);
  });

  test("an SVG of vectors and texts, with the run in its caption", async () => {
    const svg = readFileSync(await exported("Picture for papers (SVG)", "svg"), "utf8");
    expect(svg).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
    expect(svg.match(/<path/g)!.length).toBeGreaterThan(20);
    const words = svg.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
    expect(words).toContain("5 × 5");
    expect(words).toContain(Number(expected.centre.loss).toPrecision(3));
  });

  test("a page that draws in a browser, with the values under the pointer and nothing from elsewhere", async () => {
    const file = await exported("Interactive page (HTML)", "html");
    const page = await driver.page.context().browser()!.newPage();
    try {
      const asked: string[] = [];
      const errors: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("pageerror", (error) => errors.push(error.message));
      page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
      await page.goto(pathToFileURL(file).href);
      const plot = page.locator(".plot").filter({ visible: true }).first();
      const png = PNG.sync.read(await plot.locator("xpath=ancestor::figure[1]").screenshot());
      expect(coloursOf(png)).toBeGreaterThan(100);
      const box = (await plot.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      const values = page.locator("figure output").filter({ hasText: "loss" });
      expect(await values.innerText()).toContain(
        `α 0, β 0: loss ${Number(Number(expected.centre.loss).toPrecision(4))},`,
      );
      expect(asked).toEqual([pathToFileURL(file).href]);
      expect(errors).toEqual([]);
    } finally {
      await page.close();
    }
  });

  test("a table of every point", async () => {
    const [header, ...rows] = readFileSync(await exported("Table (CSV)", "csv"), "utf8")
      .trimEnd()
      .split("\n");
    expect(header).toBe("split,x,y,loss,accuracy,lossError,measured");
    expect(rows.map((row) => Number(row.split(",")[3]))).toEqual(losses());
  });

  test("everything as JSON", async () => {
    const result = JSON.parse(readFileSync(await exported("Everything (JSON)", "json"), "utf8")) as RunResult;
    expect(result.surfaces[0]!.loss).toEqual(surface().loss);
    expect(result.centre.loss).toBe(expected.centre.loss);
    expect(result.checks.map(({ name }) => name)).toContain("centre");
  });

  test("NumPy arrays", async () => {
    const file = await exported("NumPy arrays (NPZ)", "npz");
    expect(readFileSync(file).toString("latin1", 0, 4)).toBe("PK\u0003\u0004");
    const arrays = await readArrays(file);
    expect(arrays.get("surface/test/loss")).toMatchObject({ dtype: "float64", shape: [5, 5] });
    expect([...arrays.get("surface/test/loss")!.data]).toEqual(losses());
  });

  test("HDF5", async () => {
    const file = await exported("HDF5", "h5");
    expect(readFileSync(file).toString("latin1", 1, 4)).toBe("HDF");
    await h5wasm.ready;
    const opened = new h5wasm.File(file, "r");
    try {
      const loss = opened.get("test_loss") as h5wasm.Dataset;
      expect(loss.shape).toEqual([5, 5]);
      expect([...(loss.value as Float64Array)]).toEqual(losses());
    } finally {
      opened.close();
    }
  });

  test("a mesh for ParaView", async () => {
    const text = readFileSync(await exported("Mesh for ParaView (VTP)", "vtp"), "utf8");
    expect(text).toMatch(/^<\?xml[\s\S]*<VTKFile type="PolyData"[\s\S]*<\/VTKFile>\s*$/);
    expect(text).toContain('NumberOfPoints="25"');
    expect(text).toContain('NumberOfPolys="16"');
    const [, encoded] = /<DataArray[^>]*Name="loss"[^>]*>([^<]*)</.exec(text)!;
    const bytes = Buffer.from(encoded!.trim(), "base64");
    expect(bytes.readBigUInt64LE(0)).toBe(25n * 8n);
    expect(losses().map((_, k) => bytes.readDoubleLE(8 + 8 * k))).toEqual(losses());
  });

  test("a mesh for everything else", async () => {
    const lines = readFileSync(await exported("Mesh (OBJ)", "obj"), "utf8").split("\n");
    const heights = lines.filter((line) => line.startsWith("v ")).map((line) => Number(line.split(" ")[3]));
    expect(heights).toEqual(losses().map(Math.log10));
    expect(lines.filter((line) => line.startsWith("f "))).toHaveLength(16);
  });
});

describe("the Export menu copies", () => {
  test("the picture", async () => {
    await choose("Copy image");
    await panel.root.locator('export-line [data-outcome="copied"]').waitFor();
    const copied = await driver.page.evaluate(async () => {
      const page = globalThis as unknown as PageGlobals;
      const [item] = await page.navigator.clipboard.read();
      const picture = await item!.getType("image/png");
      const reader = new page.FileReader();
      reader.readAsDataURL(picture);
      await new Promise<void>((resolve) => (reader.onload = () => resolve()));
      return reader.result;
    });
    const png = PNG.sync.read(Buffer.from(copied.replace("data:image/png;base64,", ""), "base64"));
    expect(png.width).toBe(3 * 760);
    expect(coloursOf(png)).toBeGreaterThan(200);
  });

  test("the command line, which makes the same run", async () => {
    await choose("Copy command line");
    await panel.root.getByText("The command line that makes this run was copied.").waitFor();
    const text = await driver.page.evaluate(() =>
      (globalThis as unknown as PageGlobals).navigator.clipboard.readText(),
    );
    const words = "loss-landscape run ";
    expect(text.startsWith(words)).toBe(true);
    const json = workspace.path("again.json");
    const rest = `${text.slice(words.length)} --out "$OUT" --json "$JSON"`;
    execFileSync("sh", ["-c", `"$NODE" dist/cli.js run ${rest}`], {
      env: { ...process.env, NODE: process.execPath, OUT: workspace.path("again"), JSON: json },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const again = JSON.parse(readFileSync(json, "utf8")) as RunResult;
    expect(again.surfaces[0]!.loss).toEqual(surface().loss);
    expect(again.study).toEqual(expected.study);
  });

  test("and nothing that it does is refused by the page's policy", () => {
    expect(driver.refusals).toEqual([]);
  });
});
