import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import type { InstallOrder } from "../../protocol/install";
import { ProblemError } from "../../protocol/problem";
import type { EngineReport } from "../../protocol/result";
import { cudaProblem } from "./cuda";
import { librariesOf } from "./library";
import { activate, notInstalled, tidy, withLock } from "./place";
import { enginesFolder, installableLabels, installedFolder, recordName, stagingFolder } from "./places";
import { megabytes, planOf, type InstallPlan } from "./plan";
import { isBuiltWithCuda, openPythonPackage } from "./pythonPackage";
import { Staging } from "./staging";
import { stepWork } from "./steps";

/** How far an installation is. */
export interface InstallProgress {
  readonly message: string;
  /** Of the whole, from 0 to 1, as far as that is known. */
  readonly fraction: number;
}

export interface InstallOptions {
  /** Folder of all engines; the usual one when absent. */
  readonly root?: string;
  readonly signal?: AbortSignal;
  readonly log: (message: string) => void;
  readonly progress: (progress: InstallProgress) => void;
  /** Loads the engine from a folder in a process of its own and tests it. */
  readonly test: (folder: string) => Promise<EngineReport>;
}

/** What an order would do on this machine. */
export interface PreparedOrder {
  readonly order: InstallOrder;
  readonly plan: InstallPlan;
  /** Changes when what would be installed does. */
  readonly key: string;
  /** What the library is taken from, in words. */
  readonly title: string;
}

/**
 * Looks at what an order names, and says what would be done; nothing is changed.
 * @throws ProblemError when the source has no library for this platform, or the GPU cannot be used.
 */
export async function prepareOrder(order: InstallOrder, root = enginesFolder()): Promise<PreparedOrder> {
  const folder = installedFolder(order.engine, root);
  if (order.engine === "tensorflow" && order.gpu) {
    const problem = await cudaProblem();
    if (problem) throw problem;
  }
  if (order.engine !== "tensorflow" || order.source.kind !== "python") {
    const plan = planOf(order, { folder, title: "that wheel" });
    const title = order.engine === "tensorflow" && order.source.kind === "official" ? "its own installer" : "npm";
    return { order, plan, title, key: JSON.stringify([order, plan.packages]) };
  }
  const from = await openPythonPackage(order.source.path);
  try {
    if (order.gpu && (await isBuiltWithCuda(from)) === false) {
      throw notInstalled(
        "tensorflow",
        `${from.title} in ${from.path} is built without CUDA, and the GPU was asked for.`,
        "Name a wheel of the package “tensorflow”, or leave the GPU out.",
      );
    }
    const libraries = await librariesOf(from, process.platform);
    const title = `${from.title} in ${from.path}`;
    const libraryBytes = libraries.reduce((sum, { size }) => sum + size, 0);
    const plan = planOf(order, { folder, title, libraryBytes });
    return { order, plan, title, key: JSON.stringify([order, plan.packages, from.identity]) };
  } finally {
    await from.close();
  }
}

/**
 * Installs an engine: puts it together beside its place, going on with what an earlier attempt has left, tests it, and
 * moves it there. Until then, and when anything fails, the engine that was installed before stays as it is.
 * @returns the report of its test.
 * @throws ProblemError in words; the reason of `signal` when that is aborted.
 */
export async function install(order: InstallOrder, options: InstallOptions): Promise<EngineReport> {
  const { root = enginesFolder(), signal } = options;
  const prepared = await prepareOrder(order, root);
  return withLock(order.engine, root, async () => {
    await tidy(order.engine, root);
    const folder = stagingFolder(order.engine, root);
    await mkdir(folder, { recursive: true });
    const staging = await Staging.open(folder, prepared.key);
    await work(prepared, staging, options);
    signal?.throwIfAborted();
    const report = await tested(prepared, folder, options);
    signal?.throwIfAborted();
    await rm(path.join(folder, "wheel"), { recursive: true, force: true });
    await writeFile(
      path.join(folder, recordName),
      `${JSON.stringify({ engine: order.engine, from: prepared.title, packages: prepared.plan.packages }, null, 2)}\n`,
    );
    await staging.close();
    await activate(order.engine, root);
    const target = installedFolder(order.engine, root);
    return { ...report, folder: target, detail: report.detail.replaceAll(folder, target) };
  });
}

/** Does the steps that are not done yet. */
async function work({ order, plan }: PreparedOrder, staging: Staging, options: InstallOptions): Promise<void> {
  const { signal, log, progress } = options;
  const { steps } = plan;
  // The test is the last part.
  const parts = steps.length + 1;
  let isRoomKnown = false;
  for (const [i, step] of steps.entries()) {
    signal?.throwIfAborted();
    if (await staging.has(step)) {
      log(`${step}: there already`);
      continue;
    }
    if (!isRoomKnown) await requireRoom(plan, staging.folder);
    isRoomKnown = true;
    const tell = (message: string, fraction = 0): void => progress({ message, fraction: (i + fraction) / parts });
    const files = await stepWork[step]({ folder: staging.folder, order, plan, signal, tell, log });
    await staging.finish(step, files, steps.slice(i + 1));
  }
}

async function requireRoom({ engine, bytes }: InstallPlan, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw notInstalled(
    engine,
    `${folder} has ${megabytes(free)} left, and ${installableLabels[engine]} needs ${megabytes(bytes)}.`,
    "Make room on this disk and try again.",
  );
}

/** Tests the finished engine. One that fails is thrown away, so that the next attempt begins anew. */
async function tested({ order }: PreparedOrder, folder: string, options: InstallOptions): Promise<EngineReport> {
  const { engine } = order;
  const label = installableLabels[engine];
  options.progress({ message: `Testing ${label} in a process of its own`, fraction: 0.99 });
  let report: EngineReport;
  try {
    report = await options.test(folder);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    report = { name: engine, label, state: "wrong", detail: error.problem.message };
  }
  options.signal?.throwIfAborted();
  if (report.state === "ready" && report.folder === folder) {
    if (engine === "webgpu" || !order.gpu || report.device !== "CPU") return report;
    throw notInstalled(
      engine,
      "The native library found no GPU that it can use, and would compute on the CPU.",
      "Install the CUDA and cuDNN libraries that this release of TensorFlow asks for, or leave the GPU out.",
    );
  }
  // Without an adapter the packages are still whole: another driver may come.
  if (engine !== "webgpu") await rm(folder, { recursive: true, force: true });
  const finding = report.state === "ready" ? `${report.folder ?? "another folder"} was tested instead` : report.detail;
  throw notInstalled(
    engine,
    `${label} was put together but failed its test: ${finding.replace(/\.$/, "")}.`,
    "The engine that was there before, if any, is unchanged; another source may serve.",
  );
}
