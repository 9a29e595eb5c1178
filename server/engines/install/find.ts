import path from "node:path";
import type { FoundSource } from "../../protocol/install";
import { isPythonUsable, librariesOf } from "./library";
import { megabytes } from "./plan";
import { findProgram, runProgram } from "./programs";
import { isBuiltWithCuda, openPythonPackage } from "./pythonPackage";

export interface Search {
  readonly gpu: boolean;
  /** Interpreters to be asked first, as the user's settings name them. */
  readonly pythons?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Where TensorFlow.js' own installer downloads from; with `TFJS_NODE_BASE_URI` from another place. */
export function officialAddress(
  gpu: boolean,
  { platform, arch, env }: Pick<NodeJS.Process, "platform" | "arch"> & { readonly env: NodeJS.ProcessEnv } = process,
): string | undefined {
  const base = env.TFJS_NODE_BASE_URI ?? "https://storage.googleapis.com/tensorflow/libtensorflow/libtensorflow-";
  const builds = "https://storage.googleapis.com/tf-builds/libtensorflow_r2_7_";
  if (platform === "linux" && arch === "arm64" && !gpu) return `${builds}linux_arm64.tar.gz`;
  if (platform === "darwin" && arch === "arm64" && !gpu) return `${builds}darwin_arm64_cpu.tar.gz`;
  const system = { linux: "linux", darwin: "darwin", win32: "windows" }[platform as string];
  if (system === undefined || arch !== "x64" || (gpu && system === "darwin")) return undefined;
  const ending = platform === "win32" ? "zip" : "tar.gz";
  return `${base}${gpu ? "gpu" : "cpu"}-${system}-x86_64-2.9.1.${ending}`;
}

/**
 * What the native library can be taken from, the best first: TensorFlow.js' own download where it can be reached,
 * TensorFlow in the Pythons of this machine, a wheel that pip downloads.
 */
export async function findSources(search: Search): Promise<readonly FoundSource[]> {
  const { gpu, signal } = search;
  const [isReachable, interpreters] = await Promise.all([canReach(officialAddress(gpu), signal), askPythons(search)]);
  const title = gpu ? "libtensorflow 2.9.1 for CUDA 11.2" : "libtensorflow 2.9.1";
  const official: FoundSource = {
    source: { kind: "official" },
    title,
    detail: "downloaded by TensorFlow.js' own installer",
  };
  return [...(isReachable ? [official] : []), ...(await installedIn(interpreters, gpu)), ...pipOf(interpreters)];
}

/** The installations of TensorFlow in the Pythons of this machine that have a native library. */
export async function findInstalled(search: Search): Promise<readonly FoundSource[]> {
  return installedIn(await askPythons(search), search.gpu);
}

async function installedIn(interpreters: readonly Interpreter[], gpu: boolean): Promise<readonly FoundSource[]> {
  const folders = new Set(interpreters.flatMap(({ packages }) => packages ?? []));
  const described = await Promise.all([...folders].map((folder) => describe(folder, gpu)));
  return described.filter((found) => found !== undefined);
}

function pipOf(interpreters: readonly Interpreter[]): readonly FoundSource[] {
  const withPip = isPythonUsable(process.platform) ? interpreters.find(({ hasPip }) => hasPip) : undefined;
  if (!withPip) return [];
  return [
    {
      source: { kind: "pip", python: withPip.executable },
      title: "A wheel of TensorFlow for Python",
      detail: `downloaded by pip of ${withPip.executable}`,
    },
  ];
}

async function describe(folder: string, gpu: boolean): Promise<FoundSource | undefined> {
  try {
    const from = await openPythonPackage(folder);
    const libraries = await librariesOf(from, process.platform);
    if (gpu && (await isBuiltWithCuda(from)) === false) return undefined;
    const size = megabytes(libraries.reduce((sum, file) => sum + file.size, 0));
    return { source: { kind: "python", path: from.path }, title: from.title, detail: `${from.path}, ${size}` };
  } catch {
    // Too old, or of another kind: it is not offered.
    return undefined;
  }
}

async function canReach(address: string | undefined, signal: AbortSignal | undefined): Promise<boolean> {
  if (address === undefined) return false;
  const limit = AbortSignal.timeout(8000);
  try {
    const { ok } = await fetch(address, { method: "HEAD", signal: signal ? AbortSignal.any([signal, limit]) : limit });
    return ok;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}

interface Interpreter {
  readonly executable: string;
  /** Folder of its `tensorflow` package. */
  readonly packages: string | undefined;
  readonly hasPip: boolean;
}

/** Tells where TensorFlow is without loading it. */
const question = `
import importlib.util as u, json, sys
t = u.find_spec("tensorflow")
print(json.dumps([sys.executable, list(t.submodule_search_locations or [])[:1] if t else [], u.find_spec("pip") is not None]))
`;

/** Asks the interpreters named, those of active environments, and those on the PATH; each of them once. */
async function askPythons({ pythons = [], signal }: Search): Promise<readonly Interpreter[]> {
  const { VIRTUAL_ENV, CONDA_PREFIX } = process.env;
  const inside = (folder: string | undefined, ...names: string[]) => (folder ? [path.join(folder, ...names)] : []);
  const isWindows = process.platform === "win32";
  const candidates = [
    ...pythons,
    ...inside(VIRTUAL_ENV, ...(isWindows ? ["Scripts", "python.exe"] : ["bin", "python"])),
    ...inside(CONDA_PREFIX, ...(isWindows ? ["python.exe"] : ["bin", "python"])),
    ...["python3", "python"].flatMap((name) => findProgram(name) ?? []),
  ];
  const answers = await Promise.all(
    [...new Set(candidates)].map(async (program) => {
      const { code, stdout } = await runProgram(program, ["-c", question], { signal, limit: 20_000 });
      return code === 0 ? interpreterOf(stdout) : undefined;
    }),
  );
  const found = new Map(answers.flatMap((answer) => (answer ? [[answer.executable, answer] as const] : [])));
  return [...found.values()];
}

function interpreterOf(text: string): Interpreter | undefined {
  try {
    const [executable, [packages], hasPip] = JSON.parse(text) as [string, string[], boolean];
    return { executable, packages, hasPip };
  } catch {
    return undefined;
  }
}
