/**
 * What the repository's scripts share: running programs, installing packages, building, packaging, finding Chromium.
 * Plain Node without packages, because it runs before they are installed.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The platform of this machine as `vsce package --target` names it. */
export const target = `${process.platform}-${process.arch}`;

/** The published package must stay small enough to be installed without thinking. */
const largestVsix = 40 * 1024 * 1024;

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

let depth = 0;

/** Runs `action` under a heading, and says how long it took. */
export async function step(title, action) {
  const started = Date.now();
  process.stdout.write(`▸ ${title}\n`);
  depth++;
  try {
    const result = await action();
    process.stdout.write(`  done in ${seconds(started)}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`  failed after ${seconds(started)}\n`);
    throw error;
  } finally {
    depth--;
  }
}

/** Says that work is being done, when no heading says so already; on standard error, because results may go to the other. */
function announce(title) {
  if (depth === 0) process.stderr.write(`${title}\n`);
}

const cleanups = new Set();
let isStopping = false;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

async function stop(signal) {
  if (isStopping) return;
  isStopping = true;
  for (const cleanup of [...cleanups].reverse()) {
    try {
      await cleanup();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    }
  }
  process.exit(signal === "SIGINT" ? 130 : 143);
}

/** Whether a signal is ending the script, so that what ends now does so because it was asked to. */
export const stopping = () => isStopping;

/**
 * Registers what has to be undone when the script is stopped by a signal, last registered first.
 * Returns a function that withdraws it; with nothing registered, signals act as they do without this module.
 */
export function onStop(cleanup) {
  if (cleanups.size === 0) for (const signal of signals) process.on(signal, stop);
  cleanups.add(cleanup);
  return () => {
    cleanups.delete(cleanup);
    if (cleanups.size === 0) for (const signal of signals) process.off(signal, stop);
  };
}

/** Ends a detached child with everything that it has started, first politely; resolves when it is gone. */
export async function endGroup(child, patience = 3000) {
  const signalGroup = (signal) => {
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
      return true;
    } catch {
      return false;
    }
  };
  if (child.pid === undefined || !signalGroup("SIGTERM")) return;
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!signalGroup(0)) return;
  }
  signalGroup("SIGKILL");
}

const minutes = 60_000;

/** The words of a command line, for messages. */
const wording = (command, args) => [path.basename(command), ...args].join(" ");

/**
 * Runs a program to its end, in a process group of its own that ends with this script.
 * Its output goes to ours unless `options.stdio` says otherwise. Rejects when it fails, and when it takes longer than
 * `options.limit` milliseconds: then it is ended with everything that it has started, and the error has `late: true`.
 */
export function run(command, args, { limit = 30 * minutes, started, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      detached: process.platform !== "win32",
      shell: process.platform === "win32",
      ...options,
    });
    const release = onStop(() => endGroup(child));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      endGroup(child);
    }, limit);
    const settle = (action) => {
      clearTimeout(timer);
      release();
      action();
    };
    const what = wording(command, args);
    child.on("error", (error) => settle(() => reject(new Error(`${command} could not be started: ${error.message}`))));
    child.on("close", (code, signal) =>
      settle(() => {
        if (late)
          reject(Object.assign(new Error(`${what} did not end within ${limit / minutes} minutes.`), { signal, late }));
        else if (code === 0) resolve();
        else reject(Object.assign(new Error(`${what} ended with ${signal ?? `code ${code}`}.`), { signal }));
      }),
    );
    started?.(child);
  });
}

/** As `run`, but silent: only the name and the time go by, and the output is shown when the program fails. */
export async function quietly(command, args, options = {}) {
  const output = [];
  const started = Date.now();
  const name = wording(command, args).slice(0, 60);
  const tick = () => process.stderr.write(`  … ${name}: ${Math.round((Date.now() - started) / 1000)} s\n`);
  const clock = setInterval(tick, 10_000);
  try {
    await run(command, args, {
      limit: 10 * minutes,
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
      started: (child) => {
        child.stdout.on("data", (data) => output.push(data));
        child.stderr.on("data", (data) => output.push(data));
      },
    });
    return Buffer.concat(output).toString();
  } catch (error) {
    process.stderr.write(Buffer.concat(output));
    throw error;
  } finally {
    clearInterval(clock);
  }
}

/**
 * Runs npm: the one that runs us, if any. What it does must be safe to repeat: a download that never ends (the whole
 * takes one minute or two) is given up after six, and tried again up to twice.
 */
export async function npm(args, options = {}) {
  const own = process.env.npm_execpath;
  const [command, ...first] = own?.endsWith(".js") ? [process.execPath, own] : ["npm"];
  for (let attempt = 1; ; attempt++) {
    try {
      return await quietly(command, [...first, ...args], { limit: 6 * minutes, ...options });
    } catch (error) {
      if (!error.late || attempt === 3) throw error;
      process.stderr.write(`  ${error.message} Trying again …\n`);
    }
  }
}

/** The first of `names` that is a program on the PATH. */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const name of names)
    for (const folder of folders)
      for (const ending of endings) {
        const file = path.join(folder, name + ending);
        if (existsSync(file)) return file;
      }
  return undefined;
}

/** Whether `folder/node_modules` holds what `folder/package-lock.json` asks for; packages for other platforms may lack. */
export function isInstalled(folder) {
  try {
    const packagesOf = (file) => JSON.parse(readFileSync(path.join(folder, file), "utf8")).packages;
    const installed = packagesOf(path.join("node_modules", ".package-lock.json"));
    return Object.entries(packagesOf("package-lock.json")).every(
      ([name, { version, optional, devOptional, peer }]) =>
        name === "" ||
        installed[name]?.version === version ||
        (!(name in installed) && (optional || devOptional || peer)),
    );
  } catch {
    return false;
  }
}

/** Installs the packages of the lock file unless they are there already. */
export async function ensureInstalled() {
  if (isInstalled(root)) return;
  announce("Installing packages …");
  await npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
}

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(file);
    else if (entry.isFile()) yield file;
  }
}

/** A digest of everything that the bundles are made from. */
function digestOfSources() {
  const hash = createHash("sha256").update(`${process.env.LOSS_LANDSCAPE_TARGET ?? target}\n`);
  const files = ["extension", "server", "webview"].flatMap((folder) => [...filesUnder(path.join(root, folder))]);
  for (const name of [
    "package.json",
    "package-lock.json",
    "webpack.config.mjs",
    "tsconfig.json",
    "tsconfig.webview.json",
  ])
    files.push(path.join(root, name));
  for (const file of files) hash.update(`${path.relative(root, file)}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

/** Builds the bundles into `dist/` unless they were made from the sources as they are now. */
export async function ensureBuilt({ production = true } = {}) {
  const stamp = path.join(root, "dist", ".built.json");
  const digest = digestOfSources();
  try {
    const built = JSON.parse(readFileSync(stamp, "utf8"));
    if (built.digest === digest && (built.production || !production)) return;
  } catch {
    // Never built, or not by us.
  }
  announce("Building …");
  // What an earlier build has left over would be packaged too.
  rmSync(path.join(root, "dist"), { recursive: true, force: true });
  const webpack = path.join(root, "node_modules", "webpack", "bin", "webpack.js");
  await quietly(process.execPath, [webpack, "--mode", production ? "production" : "development"]);
  writeFileSync(stamp, `${JSON.stringify({ digest, production })}\n`);
}

/** Packages the bundles for this platform; returns the absolute path of the VSIX. */
export async function packageVsix() {
  const { name, version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const vsix = path.join(root, `${name}-${target}-${version}.vsix`);
  const vsce = path.join(root, "node_modules", "@vscode", "vsce", "vsce");
  const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];
  await quietly(process.execPath, [vsce, "package", ...options, "--target", target, "--out", vsix]);
  const { size } = statSync(vsix);
  if (size > largestVsix)
    throw new Error(`${path.basename(vsix)} has ${(size / 2 ** 20).toFixed(1)} MB; at most 40 MB are allowed.`);
  return vsix;
}

const findChromium = () =>
  [
    process.env.CHROMIUM_PATH,
    findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ].find((file) => file !== undefined && existsSync(file));

/** Installs a package of Debian, where that is this system and we may; says so before. */
async function installPackage(name, title) {
  const isRoot = process.getuid?.() === 0;
  const maySudo = () => spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
  if (findProgram("apt-get") === undefined || !(isRoot || maySudo())) return;
  announce(`Installing ${title} …`);
  const prefix = isRoot ? [] : ["sudo", "-n"];
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", name]]) {
    const [command, ...rest] = [...prefix, "apt-get", ...args];
    await quietly(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  }
}

/** The path of a Chromium, installed by the Debian package manager when there is none and we may. */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== undefined) return found;
  await installPackage("chromium", "Chromium");
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    "Chromium was not found: install it (on Debian: sudo apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome.",
  );
}

/** Installs a Redis server when there is none and we may; without one the tests that need it are skipped, and say so. */
export async function ensureRedis() {
  if (findProgram("redis-server") !== undefined) return;
  try {
    await installPackage("redis-server", "Redis");
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  }
  if (findProgram("redis-server") === undefined)
    process.stderr.write(
      "Redis was not found (on Debian: sudo apt-get install redis-server): its tests are skipped.\n",
    );
}
