import { chromium } from "playwright";
import type { Browser } from "playwright";
import { ensureChromium } from "../../../.ci/steps.mjs";

/** The Chromium of this machine without a window, drawing by the processor: the one the tests of the panel use. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await ensureChromium();
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"] });
}
