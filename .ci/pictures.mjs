/** `npm run pictures [-- NAME …]`: takes the pictures of `media/` from the real panel in the real workbench. */
import path from "node:path";
import { ensureBuilt, ensureChromium, ensureInstalled, packageVsix, root, run, step } from "./steps.mjs";
import { ensureHost } from "./host.mjs";

await step("Installing packages", ensureInstalled);
const chromium = await ensureChromium();
await step("Installing the workbench", ensureHost);
await step("Building", () => ensureBuilt({ production: true }));
const vsix = await step("Packaging", packageVsix);
const vitest = path.join(root, "node_modules", ".bin", "vitest");
const names = process.argv.slice(2).flatMap((name) => ["--testNamePattern", name]);
await run(vitest, ["run", "--root", ".", "--config", "test/pictures/vitest.config.ts", ...names], {
  env: { ...process.env, CHROMIUM_PATH: chromium, LOSS_LANDSCAPE_VSIX: vsix },
});
