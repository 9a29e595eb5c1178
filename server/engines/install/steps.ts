import { constants } from "node:fs";
import { copyFile, mkdir, open, readdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import type { InstallOrder } from "../../protocol/install";
import { headersOf } from "./headers";
import { librariesOf } from "./library";
import { notInstalled } from "./place";
import { tensorflowPackage, wheelName, type InstallPlan, type StepName } from "./plan";
import { cause, findProgram, runProgram } from "./programs";
import { openPythonPackage, unfit, type PythonPackage } from "./pythonPackage";

/** What a step works with. */
export interface Workshop {
  /** The folder in which the engine is put together. */
  readonly folder: string;
  readonly order: InstallOrder;
  readonly plan: InstallPlan;
  readonly signal?: AbortSignal;
  /** Says what is going on; `fraction` of the step is done, where that is known. */
  readonly tell: (message: string, fraction?: number) => void;
  readonly log: (message: string) => void;
}

/** A step resolves with the files that prove it done, by path below the folder. */
type StepWork = (shop: Workshop) => Promise<readonly string[]>;

/** The work of every step. */
export const stepWork: Readonly<Record<StepName, StepWork>> = {
  packages: installPackages,
  official: installOfficial,
  wheel: fetchWheel,
  library: copyLibrary,
  headers: copyHeaders,
  addon: buildAddon,
};

/** Version of Node's interface for addons that the addon is built for; Node 18 and all later ones have it. */
const napiVersion = 8;

/** @throws ProblemError when npm is missing or fails. */
async function installPackages({ folder, plan, signal, tell, log }: Workshop): Promise<readonly string[]> {
  tell(`npm downloads ${plan.packages.join(" and ")}`);
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify({ private: true })}\n`);
  const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", ...plan.packages];
  const ended = await runProgram(npm(plan), args, { cwd: folder, signal, onLine: log });
  if (ended.code !== 0) {
    throw notInstalled(
      plan.engine,
      `npm could not install ${plan.packages.join(" and ")}: ${cause(ended)}.`,
      "Check that the package registry can be reached, and try again: what is there already is kept.",
    );
  }
  return [
    path.join("node_modules", ".package-lock.json"),
    ...plan.packages.map((name) => path.join("node_modules", name.replace(/@[^@]*$/, ""), "package.json")),
  ];
}

function npm(plan: InstallPlan): string {
  const found = findProgram("npm");
  if (found) return found;
  throw notInstalled(
    plan.engine,
    "npm, which downloads the packages, was not found on the PATH.",
    "Install Node.js, which brings it (https://nodejs.org), restart the editor, and try again.",
  );
}

/** Has TensorFlow.js' own installer download the library and the addon. */
async function installOfficial({ folder, order, plan, signal, tell, log }: Workshop): Promise<readonly string[]> {
  const name = tensorflowPackage(order);
  tell(`The installer of ${name} downloads the native library`);
  const args = ["rebuild", name, "--ignore-scripts=false", "--foreground-scripts"];
  const ended = await runProgram(npm(plan), args, { cwd: folder, signal, onLine: log });
  const home = path.join("node_modules", ...name.split("/"));
  const libraries = await filesIn(folder, path.join(home, "deps", "lib"), /tensorflow/);
  const versions = await readdir(path.join(folder, home, "lib")).catch(() => []);
  const addons = await Promise.all(
    versions.map((version) => filesIn(folder, path.join(home, "lib", version), /^tfjs_binding\.node$/)),
  );
  if (ended.code !== 0 || libraries.length === 0 || addons.flat().length === 0) {
    throw notInstalled(
      plan.engine,
      `The installer of ${name} could not fetch the native library: ${cause(ended)}.`,
      "Name a wheel or an installation of TensorFlow for Python instead (--from), or try again later.",
    );
  }
  return [...libraries, ...addons.flat()];
}

async function filesIn(folder: string, below: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map(({ name }) => path.join(below, name));
}

const wheelFolder = "wheel";

/** Has pip download a wheel of TensorFlow for Python. */
async function fetchWheel({ folder, order, plan, signal, tell, log }: Workshop): Promise<readonly string[]> {
  if (order.engine !== "tensorflow" || order.source.kind !== "pip") return [];
  const name = wheelName(order.gpu, process.platform, process.arch);
  tell(`pip downloads a wheel of ${name}`);
  const target = path.join(folder, wheelFolder);
  await rm(target, { recursive: true, force: true });
  const args = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", target, `${name}>=2.10`];
  const ended = await runProgram(order.source.python, args, { signal, onLine: log });
  const wheels = await filesIn(folder, wheelFolder, /\.whl$/);
  if (ended.code === 0 && wheels.length === 1) return wheels;
  throw notInstalled(
    plan.engine,
    `pip could not download a wheel of ${name}: ${cause(ended)}.`,
    "Download one on a machine that can, and name it (--from).",
  );
}

async function withPackage<T>(shop: Workshop, use: (from: PythonPackage) => Promise<T>): Promise<T> {
  const from = await openPythonPackage(await pathOfPackage(shop));
  try {
    return await use(from);
  } finally {
    await from.close();
  }
}

async function pathOfPackage({ order, folder }: Workshop): Promise<string> {
  if (order.engine === "tensorflow" && order.source.kind === "python") return order.source.path;
  const [wheel] = await filesIn(folder, wheelFolder, /\.whl$/);
  if (wheel === undefined) throw unfit(folder, `${folder} holds no wheel`);
  return path.join(folder, wheel);
}

const home = path.join("node_modules", "@tensorflow", "tfjs-node");
const libraryFolder = path.join(home, "deps", "lib");
const headerFolder = path.join(home, "deps", "include");

/** Copies the two libraries; one that is there already, in its whole length, is taken as it is. */
function copyLibrary(shop: Workshop): Promise<readonly string[]> {
  return withPackage(shop, async (from) => {
    const { folder, signal, tell } = shop;
    const files = await librariesOf(from, process.platform);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    await mkdir(path.join(folder, libraryFolder), { recursive: true });
    let done = 0;
    const made: string[] = [];
    for (const { name, size } of files) {
      const message = `Copying ${path.posix.basename(name)} of ${from.title}`;
      tell(message, done / total);
      const target = path.join(libraryFolder, path.posix.basename(name));
      const onDisk = from.fileOf(name);
      const file = path.join(folder, target);
      // Where the file system can share the blocks, a copy takes no time.
      const isShared = onDisk !== undefined && (await sharedCopy(onDisk, file));
      if (!isShared) {
        const before = done;
        await writePieces(file, from.pieces(name), signal, (written) => tell(message, (before + written) / total));
      }
      done += size;
      made.push(target);
    }
    if (shop.order.engine === "tensorflow" && shop.order.gpu) await linkCuda(from, folder);
    return made;
  });
}

/** The library looks for CUDA beside its folder, where pip puts it; where there is none, the system's serves. */
async function linkCuda(from: PythonPackage, folder: string): Promise<void> {
  const source = from.fileOf("nvidia");
  if (source === undefined || (await from.sizeOf("nvidia")) === undefined) return;
  const link = path.join(folder, home, "deps", "nvidia");
  await rm(link, { recursive: true, force: true });
  await symlink(source, link, "junction");
}

async function sharedCopy(source: string, target: string): Promise<boolean> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE);
    return true;
  } catch {
    return false;
  }
}

/** Writes a file piece by piece, and has it on the disk in the end. */
async function writePieces(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  written: (bytes: number) => void,
): Promise<void> {
  const handle = await open(file, "w", 0o755);
  try {
    let length = 0;
    for await (const piece of pieces) {
      signal?.throwIfAborted();
      await handle.writeFile(piece);
      length += piece.length;
      written(length);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes the headers that the addon includes, and no others. */
function copyHeaders(shop: Workshop): Promise<readonly string[]> {
  return withPackage(shop, async (from) => {
    shop.tell("Copying headers");
    const headers = await headersOf(from);
    const made: string[] = [];
    for (const [name, text] of headers) {
      const target = path.join(headerFolder, ...name.split("/"));
      await mkdir(path.dirname(path.join(shop.folder, target)), { recursive: true });
      await writeFile(path.join(shop.folder, target), text);
      made.push(target);
    }
    return made;
  });
}

/**
 * Compiles the addon's two sources. They use nothing of Node but its stable interface for addons, whose headers are a
 * package: neither Node's own headers nor a build system are needed, and the result serves every later Node.
 */
async function buildAddon({ folder, plan, signal, tell, log }: Workshop): Promise<readonly string[]> {
  const compiler = process.env.CXX || findProgram("c++", "g++", "clang++");
  if (!compiler) {
    throw notInstalled(
      plan.engine,
      "No C++ compiler was found, with which the addon that joins TensorFlow to Node is built.",
      "Install one (Debian and Ubuntu: sudo apt-get install g++; macOS: xcode-select --install) and try again: what is there already is kept.",
    );
  }
  tell(`Building the addon with ${compiler}`);
  const libraries = await filesIn(folder, libraryFolder, /tensorflow/);
  const target = path.join(home, "lib", `napi-v${napiVersion}`, "tfjs_binding.node");
  await mkdir(path.dirname(path.join(folder, target)), { recursive: true });
  const isMac = process.platform === "darwin";
  const origin = isMac ? "@loader_path" : "$ORIGIN";
  const args = [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", `-DNAPI_VERSION=${napiVersion}`],
    ...(isMac ? ["-undefined", "dynamic_lookup"] : []),
    ...[".", headerFolder, path.join("node_modules", "node-api-headers", "include")].map((name) => `-I${name}`),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => path.join(home, "binding", name)),
    ...libraries,
    `-Wl,-rpath,${origin}/../../deps/lib`,
    ...["-o", target],
  ];
  const ended = await runProgram(compiler, args, { cwd: folder, signal, onLine: log });
  if (ended.code !== 0) {
    throw notInstalled(
      plan.engine,
      `${compiler} could not build the addon of TensorFlow.js: ${cause(ended)}.`,
      "The log has all that it said; another release of TensorFlow or a newer compiler may help.",
    );
  }
  return [target];
}
