import { createReadStream, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "vite";
import { openBrowser } from "./support/browser";
import type { Report } from "./support/report";

/** As `test/webview/bench/page.ts` has them. */
interface ControlTime {
  readonly median: number;
  readonly worst: number;
  readonly count: number;
}

interface FrameTimes {
  readonly messages: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly lowestRate: number;
}

const sizes = [51, 101, 251];
const streamed = Number(process.env.STREAM_POINTS ?? 251);
const askedSeconds = process.env.STREAM_SECONDS;

/**
 * The panel in a real browser: how long each change of a control takes until it is on the canvas, and how evenly frames
 * come while the points of a large surface arrive ten times a second. Beside the times by the clock, which a machine with
 * other work makes longer, stands the time that the page's own thread was at work. What draws is named in front.
 */
export async function main(report: Report): Promise<void> {
  const bundle = mkdtempSync(path.join(tmpdir(), "panel-bench-"));
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname;
    const codicons = path.resolve("node_modules", "@vscode", "codicons", "dist");
    const files: Readonly<Record<string, readonly [string, string]>> = {
      "/": [path.resolve("test", "webview", "bench", "index.html"), "text/html; charset=utf-8"],
      "/page.js": [path.join(bundle, "page.js"), "text/javascript; charset=utf-8"],
      "/codicon.css": [path.join(codicons, "codicon.css"), "text/css"],
      "/codicon.ttf": [path.join(codicons, "codicon.ttf"), "font/ttf"],
    };
    const found = files[name];
    if (!found) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": found[1] });
    createReadStream(found[0]).pipe(response);
  });
  try {
    await bundled(bundle);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await measured(report, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
    rmSync(bundle, { recursive: true, force: true });
  }
}

async function bundled(outDir: string): Promise<void> {
  await build({
    root: path.resolve("test", "webview"),
    configFile: false,
    logLevel: "error",
    esbuild: { tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } } },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      rollupOptions: {
        input: path.resolve("test", "webview", "bench", "page.ts"),
        output: { entryFileNames: "page.js", inlineDynamicImports: true },
      },
    },
  });
}

async function measured(report: Report, address: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 820, height: 1000 } });
    await page.goto(address);
    await page.waitForFunction("window.bench");
    const run = <T>(call: string) => page.evaluate<T>(`window.bench.${call}`);
    report.note(`The canvas is drawn by the processor; WebGL: ${await run<string>("renderer()")}.`);
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    /** Milliseconds that the page's thread has worked. */
    const worked = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return 1000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
    };
    for (const points of report.quick ? [51] : sizes) {
      report.heading(`Controls, ${points} × ${points}`);
      const rows: string[][] = [];
      let slowest = { control: "", median: 0 };
      for (const control of await run<readonly string[]>(`open(${points})`)) {
        const before = await worked();
        const { median, worst, count } = await run<ControlTime>(`change("${control}")`);
        const work = (await worked()) - before;
        if (median > slowest.median) slowest = { control, median };
        rows.push([control, ...[work / count, median, worst].map((time) => time.toFixed(0))]);
      }
      report.line({
        what: `from a change to the picture, slowest control, ${points} × ${points}`,
        value: slowest.median,
        unit: "ms",
        ...(points === 51 ? { goal: { atMost: 100 } } : {}),
        remark: `median of ${slowest.control}`,
      });
      report.table(["control", "ms of work", "median until drawn", "longest"], rows);
    }
    await streaming(report, run, worked);
  } finally {
    await browser.close();
  }
}

async function streaming(
  report: Report,
  run: <T>(call: string) => Promise<T>,
  worked: () => Promise<number>,
): Promise<void> {
  const seconds = Number(askedSeconds ?? (report.quick ? 4 : 12));
  report.heading(`Frames of ${streamed} × ${streamed} with two splits, ten messages a second`);
  const rows: string[][] = [];
  for (const phase of await run<readonly string[]>(`prepare(${streamed}, ${seconds})`)) {
    await run(`begin("${phase}")`);
    const before = await worked();
    const { messages, p50, p99, worst, lowestRate } = await run<FrameTimes>(`stream("${phase}")`);
    const work = ((await worked()) - before) / messages;
    report.line({ what: `half of the frames come within, ${phase}`, value: p50, unit: "ms", goal: { atMost: 34 } });
    rows.push([phase, String(messages), ...[work, p50, p99, worst].map((time) => time.toFixed(0)), String(lowestRate)]);
  }
  report.table(["phase", "messages", "ms of work each", "p50", "p99", "longest", "least frames in a second"], rows);
}
