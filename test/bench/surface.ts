import { build } from "esbuild";
import { chromium } from "playwright";

interface FrameTimes {
  readonly median: number;
  readonly longest: number;
}

const written = ({ median, longest }: FrameTimes) => `${median.toFixed(0)} ms (longest ${longest.toFixed(0)})`;

/** Milliseconds of a frame while the surface is turned in a panel of usual width, at two pixel ratios, by each painter. */
export async function main(): Promise<void> {
  const bundle = await build({
    entryPoints: ["test/webview/bench/surface.ts"],
    bundle: true,
    format: "iife",
    write: false,
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage();
    await page.goto("about:blank");
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
    const call = <T>(expression: string) => page.evaluate<T>(expression);
    console.log(`WebGL: ${await call<string>("rendererName()")}`);
    for (const ratio of [1, 2]) {
      for (const points of [51, 101, 251]) {
        const moving = await call<FrameTimes>(`painterTimes(${points}, "moving", ${ratio})`);
        const still = await call<FrameTimes>(`painterTimes(${points}, "still", ${ratio})`);
        const gl = await call<FrameTimes>(`glTimes(${points}, ${ratio})`);
        console.log(
          `${points} × ${points}, pixel ratio ${ratio}: painter, turning ${written(moving)}, at rest ${written(still)}; three ${written(gl)}`,
        );
      }
    }
  } finally {
    await browser.close();
  }
}
