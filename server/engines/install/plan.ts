import type { Installable, InstallOrder } from "../../protocol/install";

export type StepName = "packages" | "official" | "wheel" | "library" | "headers" | "addon";

export interface InstallPlan {
  readonly engine: Installable;
  /** npm packages with their versions. */
  readonly packages: readonly string[];
  readonly steps: readonly StepName[];
  /** Room that it takes while it is put together, in bytes. */
  readonly bytes: number;
  /** What will be downloaded, built and written, as sentences for the person who is asked. */
  readonly sentences: readonly string[];
}

/** Versions that belong to this version of Loss Landscape. */
const versions = { tfjsNode: "4.22.0", nodeApiHeaders: "1.9.0", webgpu: "0.6.2" };

const megabyte = 1e6;

/** Rough sizes in bytes: of downloads, and of what lies on the disk afterwards. */
const sizes = {
  tensorflowPackages: { download: 58 * megabyte, disk: 305 * megabyte },
  official: { download: 150 * megabyte, disk: 500 * megabyte },
  officialGpu: { download: 400 * megabyte, disk: 1300 * megabyte },
  wheel: { download: 300 * megabyte, disk: 300 * megabyte },
  webgpu: { download: 50 * megabyte, disk: 120 * megabyte },
};

/** The npm package that computes, of the CPU or the GPU. */
export function tensorflowPackage(order: InstallOrder): string {
  const isGpuPackage = order.engine === "tensorflow" && order.gpu && order.source.kind === "official";
  return isGpuPackage ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
}

/** The wheel that pip is asked for. Only one of them is built without CUDA. */
export function wheelName(gpu: boolean, platform: NodeJS.Platform, arch: string): string {
  return !gpu && platform === "linux" && arch === "x64" ? "tensorflow-cpu" : "tensorflow";
}

/**
 * What is done to fulfil an order.
 * @param libraryBytes size of the library in its source, where it is known
 * @param title what the source is, e.g. "tensorflow_cpu 2.21.0 in /…/site-packages"
 * @param folder where the engine will be
 */
export function planOf(order: InstallOrder, { folder, title, libraryBytes = 900 * megabyte }: PlanFacts): InstallPlan {
  const last = `It is tested in a process of its own before it takes its place in ${folder}.`;
  if (order.engine === "webgpu") {
    const packages = [`webgpu@${versions.webgpu}`];
    return {
      engine: "webgpu",
      packages,
      steps: ["packages"],
      bytes: sizes.webgpu.disk,
      sentences: [downloadSentence(packages, sizes.webgpu), last],
    };
  }
  const { source, gpu } = order;
  const isOfficial = source.kind === "official";
  const main = `${tensorflowPackage(order)}@${versions.tfjsNode}`;
  const packages = isOfficial ? [main] : [main, `node-api-headers@${versions.nodeApiHeaders}`];
  const fromNpm = downloadSentence(packages, sizes.tensorflowPackages);
  if (isOfficial) {
    const size = gpu ? sizes.officialGpu : sizes.official;
    return {
      engine: "tensorflow",
      packages,
      steps: ["packages", "official"],
      bytes: sizes.tensorflowPackages.disk + size.disk,
      sentences: [
        fromNpm,
        `Its own installer downloads libtensorflow${gpu ? " for CUDA" : ""} from storage.googleapis.com, about ${megabytes(size.download)} (${megabytes(size.disk)} on the disk).`,
        last,
      ],
    };
  }
  const copied = `Two libraries are copied out of ${title}: ${megabytes(libraryBytes)}.`;
  const built = "The addon that joins them to Node is built from its sources with this machine's C++ compiler.";
  const isFetched = source.kind === "pip";
  const fetched = `pip of ${isFetched ? source.python : ""} downloads a wheel of TensorFlow for Python, about ${megabytes(sizes.wheel.download)}.`;
  return {
    engine: "tensorflow",
    packages,
    steps: ["packages", ...(isFetched ? (["wheel"] as const) : []), "library", "headers", "addon"],
    bytes: sizes.tensorflowPackages.disk + libraryBytes + (isFetched ? sizes.wheel.disk : 0),
    sentences: [fromNpm, ...(isFetched ? [fetched] : []), copied, built, last],
  };
}

export interface PlanFacts {
  readonly folder: string;
  readonly title?: string;
  readonly libraryBytes?: number;
}

function downloadSentence(packages: readonly string[], { download, disk }: { download: number; disk: number }): string {
  const named = packages.map((name) => name.replace(/@(?=[^@]*$)/, " ")).join(" and ");
  return `npm downloads ${named} with all that belongs to it, about ${megabytes(download)} (${megabytes(disk)} on the disk); no package's scripts are run.`;
}

/** 853308936 as "853 MB". */
export function megabytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / megabyte))} MB`;
}
