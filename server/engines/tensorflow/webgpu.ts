import { existsSync } from "node:fs";
import nodeModule from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type * as TensorFlow from "@tensorflow/tfjs-core";
import { installedFolder } from "../install/places";
import { careful } from "./careful";
import { unavailable } from "./unavailable";

/** TensorFlow.js with its WebGPU back end started. */
export interface StartedWebGpu {
  readonly tf: typeof TensorFlow;
  /** The adapter, in words. */
  readonly place: string;
  /** Folder of the installation of Dawn; the extension's own packages when absent. */
  readonly folder: string | undefined;
  /** What the graphics driver has refused since the last question: it tells nobody else. */
  readonly complaint: () => string | undefined;
}

/** The part of the package `webgpu` that is used: Chromium's implementation of WebGPU, as an addon for Node. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

interface Gpu {
  requestAdapter(options: { readonly powerPreference: "high-performance" }): Promise<Adapter | null>;
}

interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
}

interface GpuDevice {
  readonly lost: Promise<{ readonly message: string }>;
  addEventListener(
    name: "uncapturederror",
    listener: (event: { readonly error: { readonly message: string } }) => void,
  ): void;
}

/**
 * Starts TensorFlow.js on WebGPU, through Dawn.
 * @param only a folder that Dawn is taken from, to the exclusion of all others.
 * @throws ProblemError `engine-unavailable` when it is not installed, or finds no adapter.
 */
export async function startWebGpu(only?: string): Promise<StartedWebGpu> {
  const { dawn, folder } = await loadDawn(only);
  const gpu = dawn.create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw missing(
      "WebGPU found no graphics adapter on this machine: a GPU with a driver for Vulkan, Metal or Direct3D 12.",
    );
  }
  // The library looks for WebGPU where browsers have it.
  Object.assign(globalThis, dawn.globals);
  const navigator: object = (globalThis as { navigator?: object }).navigator ?? { userAgent: "Node.js" };
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });

  const tf = (await import("@tensorflow/tfjs-core")) as typeof TensorFlow;
  await import("@tensorflow/tfjs-backend-webgpu");
  tf.enableProdMode();
  // Small tensors would be computed with on the CPU, unlike large ones.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  const started = await tf.setBackend("webgpu").catch(() => false);
  if (!started) throw missing("TensorFlow.js could not start on the graphics adapter of this machine.");
  return { tf: careful(tf), place: placeOf(adapter.info), folder, complaint: complaintsOf(tf.backend()) };
}

/** e.g. "GPU (WebGPU: NVIDIA GeForce RTX 4090)", or "CPU (WebGPU: SwiftShader driver)" for a driver in software. */
function placeOf({ vendor, architecture, description, isFallbackAdapter }: Adapter["info"]): string {
  const name = description || [vendor, architecture].filter((part) => part !== "").join(" ") || "unnamed adapter";
  return `${isFallbackAdapter === true ? "CPU" : "GPU"} (WebGPU: ${name})`;
}

function complaintsOf(backend: object): () => string | undefined {
  const { device } = backend as { readonly device: GpuDevice };
  const complaints: string[] = [];
  device.addEventListener("uncapturederror", ({ error }) => complaints.push(error.message));
  let loss: string | undefined;
  void device.lost.then(({ message }) => (loss = `the graphics adapter was lost: ${message}`));
  return () => loss ?? complaints.splice(0)[0];
}

/** Dawn, from the first place that has it: the folder that it is installed into, the extension's own packages. */
async function loadDawn(only: string | undefined): Promise<{ dawn: Dawn; folder: string | undefined }> {
  const installed = installedFolder("webgpu");
  const places = only === undefined ? [...(existsSync(installed) ? [installed] : []), undefined] : [only];
  for (const folder of places) {
    const file = resolveFrom(folder);
    if (file === undefined) continue;
    try {
      const address = pathToFileURL(file).href;
      return { dawn: (await import(/* webpackIgnore: true */ /* @vite-ignore */ address)) as Dawn, folder };
    } catch (error) {
      const detail = (error instanceof Error ? error.message : String(error)).split("\n")[0]!.replace(/[\s.:]+$/, "");
      throw missing(`WebGPU${folder === undefined ? "" : ` in ${folder}`} could not be started: ${detail}.`);
    }
  }
  throw missing("WebGPU is not installed: it needs Dawn, the npm package “webgpu”.");
}

function resolveFrom(folder: string | undefined): string | undefined {
  try {
    return nodeModule
      .createRequire(folder === undefined ? __filename : path.join(folder, "package.json"))
      .resolve("webgpu");
  } catch {
    return undefined;
  }
}

function missing(message: string): Error {
  return unavailable(message, {
    advice:
      "Choose another engine, or install this one: “Loss Landscape: Install WebGPU” in the editor, “loss-landscape engines --install webgpu” in a terminal.",
    remedy: "install-webgpu",
  });
}
