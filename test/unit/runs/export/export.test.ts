import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { exportFormatNames, exportFormats, exportRun } from "../../../../server/runs/export/export";
import { curvatureFigure, measuredResnet8, runResult, surfaceFigure, twoSplits } from "../../../support/results";

const everything = { ...measuredResnet8(), curvature: curvatureFigure() };

describe("exporting", () => {
  test("every format writes a whole result, bytes or text as it says", async () => {
    for (const { name, binary } of exportFormats) {
      const content = await exportRun(everything, name);
      expect([name, typeof content]).toEqual([name, binary ? "object" : "string"]);
      expect(content.length).toBeGreaterThan(500);
    }
    expect(exportFormatNames).toEqual(["json", "csv", "npz", "h5", "vtp", "obj", "svg", "png", "html"]);
  }, 20_000);

  test("figures from elsewhere need no more than a title", async () => {
    const figures = { title: "resnet56.h5", surfaces: [surfaceFigure({ split: "train" })], lines: [] };
    for (const { name } of exportFormats) expect((await exportRun(figures, name)).length).toBeGreaterThan(500);
    expect(await exportRun(figures, "svg")).toContain("resnet56.h5");
  }, 20_000);

  test("every format refuses a part that the result has not, in words", async () => {
    const lines = runResult({ lines: twoSplits() });
    for (const { name, parts } of exportFormats.filter((format) => format.name !== "json")) {
      await expect(exportRun(lines, name, { part: "surface" })).rejects.toThrow(/nothing of: surface|no surface/);
      if (!parts.includes("lines")) await expect(exportRun(lines, name)).rejects.toThrow(/nothing of|no surface/);
    }
    await expect(exportRun(everything, "obj", { split: "validation" })).rejects.toThrow('the split "validation"');
  });
});

/** Width and height of a PNG, from its header. */
function sizeOf(png: Uint8Array): readonly [number, number] {
  const view = Buffer.from(png);
  expect(view.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  return [view.readUInt32BE(16), view.readUInt32BE(20)];
}

describe("a PNG", () => {
  const result = runResult({ lines: twoSplits() });

  test("has the width that is asked for and the picture's proportions", async () => {
    const svg = (await exportRun(result, "svg")) as string;
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number) as [number, number, number];
    expect(sizeOf((await exportRun(result, "png")) as Uint8Array)).toEqual([3 * width, 3 * height]);
    const [asked, scaled] = sizeOf((await exportRun(result, "png", { width: 240 })) as Uint8Array);
    expect(asked).toBe(240);
    expect(Math.abs(scaled - (240 * height) / width)).toBeLessThan(1);
  }, 20_000);

  test("shows letters: other words are other pixels", async () => {
    const named = (name: string): Promise<Uint8Array | string> =>
      exportRun({ title: name, surfaces: [], lines: result.lines }, "png", { width: 480 });
    const [a, b, again] = [await named("aaaa"), await named("eeee"), await named("aaaa")] as Uint8Array[];
    expect(Buffer.from(a!).equals(Buffer.from(again!))).toBe(true);
    expect(Buffer.from(a!).equals(Buffer.from(b!))).toBe(false);
  }, 20_000);
});

describe("a report page", () => {
  const hostile = { ...everything, model: { ...everything.model, name: "</script><script>alert(1)</script>" } };

  test("allows its own style and script by their hashes and nothing else", async () => {
    const page = (await exportRun(everything, "html")) as string;
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!.replaceAll("&#39;", "'");
    const hash = (pattern: RegExp): string =>
      `'sha256-${createHash("sha256").update(pattern.exec(page)![1]!).digest("base64")}'`;
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `style-src ${hash(/<style>([^]*?)<\/style>/)}`,
      `script-src ${hash(/<script>([^]*?)<\/script>/)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page).not.toMatch(/\s(src|href|style|on\w+)=/);
    expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|url\((?!#)/);
  });

  test("carries the whole result, whatever it is called", async () => {
    const page = (await exportRun(hostile, "html")) as string;
    expect(page.match(/<script/g)).toHaveLength(2);
    const data = /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(page)![1]!;
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(hostile)));
  });

  test("has every part in a light and a dark version with ids of their own, the facts and the checks", async () => {
    const page = (await exportRun(everything, "html")) as string;
    expect(page.match(/<svg /g)).toHaveLength(2 * 4);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
    expect(page).toContain("2 points are not finite &lt;at the rim&gt;.");
    expect(page).toContain("ONNX Runtime 1.30.0, CPU.");
  });
});
