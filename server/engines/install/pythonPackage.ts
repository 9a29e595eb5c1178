import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { openSource, type FileKind, type Source } from "../../files/source";
import { ZipArchive } from "../../files/zip";
import { ProblemError } from "../../protocol/problem";

/** TensorFlow for Python, as a wheel or as it is installed; its files by their path inside it, "tensorflow/…". */
export interface PythonPackage {
  /** The wheel or folder, absolute. */
  readonly path: string;
  /** As its metadata names it, e.g. "tensorflow_cpu 2.21.0". */
  readonly title: string;
  /** Changes when the package does. */
  readonly identity: string;
  /** Size in bytes; undefined when there is no such file. */
  sizeOf(name: string): Promise<number | undefined>;
  /** A file from its beginning to its end, never held whole. */
  pieces(name: string): AsyncIterable<Uint8Array>;
  /** Where a file of it lies on the disk as it is; undefined inside a wheel. */
  fileOf(name: string): string | undefined;
  close(): Promise<void>;
}

const advice =
  "Name a wheel (tensorflow_cpu-….whl, as “pip download --no-deps tensorflow-cpu” fetches it) or a site-packages folder with TensorFlow.";

const wheelKind: FileKind = {
  unreadable: (file, error) => unfit(file, `${file} cannot be read: ${(error as Error).message ?? String(error)}`),
  tooLargeAdvice: advice,
};

/** The problem of a wheel or folder that has not what is needed. */
export function unfit(file: string, message: string): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: "TensorFlow cannot be installed from there",
    message: `${message}.`,
    advice,
    file,
  });
}

/**
 * Opens a wheel, a `site-packages` folder, its `tensorflow` folder, or an environment's folder that has one. Close it.
 * @throws ProblemError `file-unsupported` when it holds no TensorFlow, `file-corrupt` when the wheel is damaged.
 */
export async function openPythonPackage(file: string): Promise<PythonPackage> {
  const status = await stat(file).catch(() => undefined);
  if (!status) throw unfit(file, `${file} does not exist`);
  return status.isDirectory() ? openFolder(file) : openWheel(file);
}

const metadata = /^(tensorflow[\w.]*?)-([\w.+!]+)\.dist-info\//i;

/** "tensorflow_cpu 2.21.0" from a path inside `tensorflow_cpu-2.21.0.dist-info`; undefined for all other paths. */
export function titleOf(name: string): string | undefined {
  const [, project, version] = metadata.exec(name) ?? [];
  // The package that only names others, and the plugins, have no library.
  return project && /^tensorflow(_cpu|_gpu|_intel|_macos|_cpu_aws|_rocm)?$/i.test(project)
    ? `${project} ${version}`
    : undefined;
}

async function openWheel(file: string): Promise<PythonPackage> {
  const source: Source = await openSource(file, wheelKind);
  try {
    const archive = await ZipArchive.open(source).catch((error: unknown) => {
      if (path.extname(file) === ".whl") throw error;
      throw unfit(file, `${file} is neither a wheel nor a folder`);
    });
    const title = [...archive.entries.keys()].map(titleOf).find((found) => found !== undefined);
    if (title === undefined) throw unfit(file, `${file} is not a wheel of TensorFlow`);
    const entryOf = (name: string) => {
      const entry = archive.entries.get(name);
      if (!entry) throw unfit(file, `${file} holds no ${name}`);
      return entry;
    };
    return {
      path: file,
      title,
      identity: `${title} ${source.size}`,
      sizeOf: (name) => Promise.resolve(archive.entries.get(name)?.size),
      pieces: (name) => archive.pieces(entryOf(name)),
      fileOf: () => undefined,
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function openFolder(folder: string): Promise<PythonPackage> {
  const root = await sitePackagesOf(folder);
  if (root === undefined) throw unfit(folder, `${folder} holds no installation of TensorFlow for Python`);
  const names = await readdir(root);
  const title = names.map((name) => titleOf(`${name}/`)).find((found) => found !== undefined) ?? "tensorflow";
  const fileOf = (name: string): string => path.join(root, ...name.split("/"));
  return {
    path: root,
    title,
    identity: `${title} in ${root}`,
    sizeOf: async (name) => (await stat(fileOf(name)).catch(() => undefined))?.size,
    pieces: (name) => createReadStream(fileOf(name), { highWaterMark: 2 ** 20 }),
    fileOf,
    close: () => Promise.resolve(),
  };
}

/** The folder that holds `tensorflow/include`: the one given, the one above it, or that of the environment given. */
async function sitePackagesOf(folder: string): Promise<string | undefined> {
  const libraries = await readdir(path.join(folder, "lib")).catch(() => []);
  const candidates = [
    folder,
    path.dirname(folder),
    ...libraries
      .filter((name) => name.startsWith("python"))
      .map((name) => path.join(folder, "lib", name, "site-packages")),
    path.join(folder, "Lib", "site-packages"),
  ];
  for (const candidate of candidates) {
    const found = await stat(path.join(candidate, "tensorflow", "include", "tensorflow", "c", "c_api.h")).catch(
      () => undefined,
    );
    if (found) return path.resolve(candidate);
  }
  return undefined;
}

/** A small text file of the package; undefined when it has none of this name. */
export async function textOf(from: PythonPackage, name: string): Promise<string | undefined> {
  if ((await from.sizeOf(name)) === undefined) return undefined;
  const onDisk = from.fileOf(name);
  if (onDisk !== undefined) return readFile(onDisk, "utf8");
  const pieces: Uint8Array[] = [];
  for await (const piece of from.pieces(name)) pieces.push(piece.slice());
  return Buffer.concat(pieces).toString("utf8");
}

/** Whether the package computes with CUDA; undefined when it does not tell. */
export async function isBuiltWithCuda(from: PythonPackage): Promise<boolean | undefined> {
  const text = await textOf(from, "tensorflow/python/platform/build_info.py");
  const [, said] = /['"]is_cuda_build['"]\s*[,:]\s*(True|False)/.exec(text ?? "") ?? [];
  return said === undefined ? undefined : said === "True";
}
