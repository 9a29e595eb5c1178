import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright";
import { build } from "vite";

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
const seconds = Number(process.env.STREAM_SECONDS ?? 12);

/**
 * The panel in a real browser: how long each change of a control takes until it is on the canvas, and how evenly frames
 * come while the points of a large surface arrive ten times a second. Beside the times by the clock, which a machine with
 * other work makes longer, stands the time that the page's own thread was at work. What draws is named in front.
 */
export async function main(): Promise<void> {
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
    await measured(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
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

async function measured(address: string): Promise<void> {
  const executablePath =
    process.env.CHROMIUM_PATH ??
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) => existsSync(file));
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
  try {
    const page = await browser.newPage({ viewport: { width: 820, height: 1000 } });
    await page.goto(address);
    await page.waitForFunction("window.bench");
    const run = <T>(call: string) => page.evaluate<T>(`window.bench.${call}`);
    console.log(
      `Chromium ${browser.version()}, canvas drawn by the processor, WebGL: ${await run<string>("renderer()")}`,
    );
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    /** Milliseconds that the page's thread has worked. */
    const worked = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return 1000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
    };
    for (const points of sizes) {
      const controls = await run<readonly string[]>(`open(${points})`);
      console.log(`\n${points} × ${points}: milliseconds of work; from the change to the picture, median and worst`);
      for (const control of controls) {
        const before = await worked();
        const { median, worst, count } = await run<ControlTime>(`change("${control}")`);
        const work = (await worked()) - before;
        const cells = [work / count, median, worst].map((time) => time.toFixed(0).padStart(6));
        console.log(control.padEnd(18) + cells.join(""));
      }
    }
    console.log(`\nFrames of ${streamed} × ${streamed} with two splits, ten messages a second`);
    for (const phase of await run<readonly string[]>(`prepare(${streamed}, ${seconds})`)) {
      await run(`begin("${phase}")`);
      const before = await worked();
      const { messages, p50, p99, worst, lowestRate } = await run<FrameTimes>(`stream("${phase}")`);
      const work = ((await worked()) - before) / messages;
      const times = [p50, p99, worst].map((time) => time.toFixed(0)).join(" / ");
      console.log(
        `${phase}: ${messages} messages, ${work.toFixed(0)} ms of work each; frames p50 / p99 / worst ${times} ms; ` +
          `at least ${lowestRate} in any second`,
      );
    }
  } finally {
    await browser.close();
  }
}
