/**
 * `npm test`: sets up what the tests need, then runs every tier: static checks, unit, webview, integration, end to end.
 * Every tier runs even when an earlier one failed; the closing line counts them all. Names of tiers as arguments
 * (`npm test -- unit webview`) run only these.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import {
  ensureBuilt,
  ensureChromium,
  ensureInstalled,
  ensureRedis,
  packageVsix,
  quietly,
  root,
  run,
  step,
} from "./steps.mjs";
import { ensureHost } from "./host.mjs";

const bin = (name) => path.join(root, "node_modules", ".bin", name);
const reports = path.join(root, "test", ".artifacts", "reports");
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

/** A command that passes or fails as a whole; what it says is shown at its end, because others run beside it. */
async function check(name, command, args) {
  try {
    process.stdout.write(await quietly(command, args, { cwd: root, limit: 30 * 60_000 }));
    totals.passed++;
  } catch {
    totals.failed++;
    failures.push(name);
  }
}

/** A folder of test files with its own `vitest.config.ts`. */
const vitest =
  (tier, environment = {}) =>
  async () => {
    const report = path.join(reports, `${tier}.json`);
    rmSync(report, { force: true });
    let crashed = false;
    let signal;
    try {
      await run(
        bin("vitest"),
        [
          "run",
          "--root",
          ".",
          "--config",
          `test/${tier}/vitest.config.ts`,
          "--reporter=default",
          "--reporter=json",
          `--outputFile.json=${report}`,
        ],
        { cwd: root, env: { ...process.env, ...environment } },
      );
    } catch (error) {
      crashed = true;
      signal = error.signal;
    }
    let failed = 0;
    try {
      const result = JSON.parse(readFileSync(report, "utf8"));
      totals.passed += result.numPassedTests;
      totals.skipped += result.numPendingTests + result.numTodoTests;
      failed = result.numFailedTests;
      for (const file of result.testResults)
        for (const test of file.assertionResults)
          if (test.status === "failed") failures.push(`${path.relative(root, file.name)}: ${test.fullName}`);
      // The report is the last thing that is written: a signal after it has ended no test.
      if (signal && result.success) {
        process.stdout.write(
          `The runner of ${tier} ended with ${signal} after its report, in which every test passed.\n`,
        );
        crashed = false;
      }
    } catch {
      crashed = true;
    }
    // A file that could not even be loaded, or an unhandled error, has no failed test of its own.
    if (crashed && failed === 0) {
      failed = 1;
      failures.push(`${tier}: the runner stopped with an error`);
    }
    totals.failed += failed;
  };

const tiers = {
  // Each of these uses one core; the first takes as long as the others together.
  static: () =>
    Promise.all([
      check("eslint", bin("eslint"), ["."]),
      (async () => {
        await check("format", bin("prettier"), ["--check", "--log-level", "warn", "."]);
        await check("types", bin("tsc"), ["-p", "tsconfig.json"]);
        await check("types of the panel", bin("tsc"), ["-p", "tsconfig.webview.json"]);
        const rules = ["--config", ".dependency-cruiser.cjs", "extension", "server", "webview"];
        await check("import rules", bin("depcruise"), rules);
      })(),
    ]),
  unit: vitest("unit"),
  webview: async () => {
    const chromium = await ensureChromium();
    await vitest("webview", { CHROMIUM_PATH: chromium })();
  },
  integration: async () => {
    await ensureRedis();
    await ensureBuilt({ production: true });
    await vitest("integration")();
  },
  e2e: async () => {
    const chromium = await ensureChromium();
    await ensureHost();
    await ensureBuilt({ production: true });
    const vsix = await packageVsix();
    await vitest("e2e", { CHROMIUM_PATH: chromium, LOSS_LANDSCAPE_VSIX: vsix })();
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in tiers));
if (unknown.length > 0) {
  process.stderr.write(`There is no tier ${unknown.join(", ")}; the tiers are ${Object.keys(tiers).join(", ")}.\n`);
  process.exit(2);
}

mkdirSync(reports, { recursive: true });
await step("Installing packages", ensureInstalled);
for (const [name, tier] of Object.entries(tiers)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  try {
    await step(`Tests: ${name}`, tier);
  } catch (error) {
    totals.failed++;
    failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}

if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.map((line) => `  ${line}\n`).join("")}`);
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
