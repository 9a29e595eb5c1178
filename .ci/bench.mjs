/** `npm run bench [-- NAME …]`: runs the modules of test/bench, each with an exported `main()`, one after another. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt, ensureInstalled, root, step } from "./steps.mjs";

await step("Installing packages", ensureInstalled);
await step("Building", () => ensureBuilt({ production: true }));

const { build } = await import("esbuild");
const folder = path.join(root, "test", "bench");
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => path.basename(file, ".ts"));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(", ")}; there are ${names.join(", ")}.\n`);
  process.exit(2);
}

for (const name of names) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  // Bundled beside the product's own bundles, so that it finds the native libraries where they do.
  const outfile = path.join(root, "dist", "bench", `${name}.cjs`);
  await build({
    entryPoints: [path.join(folder, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    // Some packages have CommonJS modules without names that an ES module could import.
    format: "cjs",
    packages: "external",
    // The scripts of .ci find the repository from where they are themselves.
    define: { "import.meta.url": JSON.stringify(import.meta.url) },
    external: ["*/h5wasm/dist/node/hdf5_util.js"],
    logLevel: "error",
  });
  process.stdout.write(`\n── ${name} ──\n`);
  const { main } = await import(pathToFileURL(outfile).href);
  await main();
}
