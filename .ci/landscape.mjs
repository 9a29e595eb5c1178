/** `npm run landscape -- …`: the command line of the repository's own build, which it makes first when needed. */
import { spawn } from "node:child_process";
import path from "node:path";
import { ensureBuilt, ensureInstalled, root } from "./steps.mjs";

// Results may go to standard output, so the setup speaks only when it has work to do, and on standard error.
await ensureInstalled();
await ensureBuilt({ production: true });

const child = spawn(process.execPath, [path.join(root, "dist", "cli.js"), ...process.argv.slice(2)], {
  stdio: "inherit",
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
// The terminal sends Ctrl-C to the whole group; the command line decides what it means.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
