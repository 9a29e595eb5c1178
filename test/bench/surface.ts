import { build } from "esbuild";
import { openBrowser } from "./support/browser";
import type { Report } from "./support/report";

interface FrameTimes {
  readonly median: number;
  readonly longest: number;
}

const written = ({ median, longest }: FrameTimes) => `${median.toFixed(0)} (${longest.toFixed(0)})`;

/** A frame that takes longer is seen to be one. */
const longestFrame = 100;

/** Milliseconds of a frame while the surface is turned in a panel of usual width, at two pixel ratios, by each painter. */
export async function main(report: Report): Promise<void> {
  const bundle = await build({
    entryPoints: ["test/webview/bench/surface.ts"],
    bundle: true,
    format: "iife",
    write: false,
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto("about:blank");
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
    const call = <T>(expression: string) => page.evaluate<T>(expression);
    report.note(`WebGL is drawn by ${await call<string>("rendererName()")}; the painter needs none.`);
    const rows: string[][] = [];
    for (const ratio of report.quick ? [1] : [1, 2]) {
      for (const points of [51, 101, 251]) {
        const moving = await call<FrameTimes>(`painterTimes(${points}, "moving", ${ratio})`);
        const still = await call<FrameTimes>(`painterTimes(${points}, "still", ${ratio})`);
        const gl = await call<FrameTimes>(`glTimes(${points}, ${ratio})`);
        rows.push([`${points} × ${points}`, String(ratio), written(moving), written(still), written(gl)]);
        report.line({
          what: `a frame while ${points} × ${points} is turned, pixel ratio ${ratio}`,
          value: moving.median,
          unit: "ms",
          goal: { atMost: longestFrame },
          remark: `longest ${moving.longest.toFixed(0)} ms`,
        });
      }
    }
    report.heading("Milliseconds of a frame, median and longest");
    report.table(["grid", "pixel ratio", "painter, turning", "painter, at rest", "three"], rows);
  } finally {
    await browser.close();
  }
}
