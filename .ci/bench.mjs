/**
 * `npm run bench [-- --quick] [-- NAME …]`: runs the modules of test/bench, each in a process of its own, and writes what
 * they tell into test/bench/RESULTS.md: all of it, or the sections that are named. `--quick` is short and writes nothing.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { machineOf, readResults, writeResults } from "./benchResults.mjs";
import { endGroup, ensureBuilt, ensureInstalled, root, run, step } from "./steps.mjs";

const folder = path.join(root, "test", "bench");
/** What is asked first comes first; the others follow by name. */
const leading = ["throughput", "refinement", "scaling"];
/** A benchmark that takes longer than this is ended, so that the others have their turn. */
const minutes = 12;

const place = (name) => (leading.includes(name) ? leading.indexOf(name) : leading.length);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => path.basename(file, ".ts"))
  .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
const isQuick = process.argv.includes("--quick");
const asked = process.argv.slice(2).filter((argument) => argument !== "--quick");
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(", ")}; there are ${names.join(", ")}.\n`);
  process.exit(2);
}

await step("Installing packages", ensureInstalled);
await step("Building", () => ensureBuilt({ production: true }));
const { build } = await import("esbuild");

/** Bundles a benchmark beside the product's own bundles, so that it finds the native libraries where they do. */
async function bundle(name) {
  const outfile = path.join(root, "dist", "bench", `${name}.cjs`);
  await build({
    stdin: {
      contents: `import { main } from "./${name}";\nimport { runChild } from "./support/child";\nvoid runChild(main);\n`,
      resolveDir: folder,
      sourcefile: `${name}.child.ts`,
      loader: "ts",
    },
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
  return outfile;
}

/** Runs a benchmark to its end, whatever that is; what it has told, and when and how the machine was. */
async function measure(name) {
  const outcome = path.join(root, "dist", "bench", `${name}.json`);
  rmSync(outcome, { force: true });
  const begun = Date.now();
  const load = os.loadavg()[0];
  let child;
  let problem;
  try {
    const program = await bundle(name);
    await run(process.execPath, [program, name, outcome, ...(isQuick ? ["--quick"] : [])], {
      limit: minutes * 60_000,
      started: (process) => (child = process),
    });
  } catch (error) {
    problem = error.message;
  }
  // What it has started and not ended itself.
  if (child) await endGroup(child);
  const told = existsSync(outcome)
    ? JSON.parse(readFileSync(outcome, "utf8"))
    : { markdown: `**It stopped:** ${problem}`, met: 0, judged: 0, unexplained: 0, stopped: true };
  return {
    name,
    ...told,
    failed: problem !== undefined,
    date: new Date(begun),
    seconds: (Date.now() - begun) / 1000,
    load,
  };
}

mkdirSync(path.join(root, "dist", "bench"), { recursive: true });
const sections = [];
const machine = machineOf();
const before = asked.length > 0 && !isQuick ? readResults() : undefined;
for (const name of names) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stdout.write(`\n── ${name} ──\n`);
  sections.push(await measure(name));
  // What is measured is kept, however the rest ends.
  if (!isQuick) await writeResults(machine, sections, names, before);
}

process.stdout.write("\n");
for (const { name, met, judged, stopped, failed, seconds } of sections) {
  const end = stopped ? ", STOPPED" : failed ? ", FAILED" : "";
  process.stdout.write(`${name.padEnd(16)} ${met} of ${judged} goals met, ${seconds.toFixed(0)} s${end}\n`);
}
if (!isQuick) process.stdout.write(`${await writeResults(machine, sections, names, before)}\n`);
if (sections.some(({ failed, unexplained }) => failed || unexplained > 0)) process.exitCode = 1;
