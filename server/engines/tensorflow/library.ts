import type * as TensorFlow from "@tensorflow/tfjs-core";
import { requireNative } from "./native";
import { unavailable } from "./unavailable";
import { startWasm } from "./wasm";
import { startWebGpu } from "./webgpu";

export type Library = typeof TensorFlow;
export type BackendName = "tensorflow" | "wasm" | "webgpu";

/** TensorFlow.js and the back end that its tensors live on. */
export interface Device {
  readonly tf: Library;
  readonly backend: BackendName;
  readonly version: string;
  /** Where it computes, e.g. "CPU". */
  readonly place: string;
  /** Folder of the installation that it was loaded from; absent when it is part of the extension. */
  readonly folder: string | undefined;
  /** Whether what is on the back end can be read without waiting. */
  readonly readsAtOnce: boolean;
  /** Makes the back end the active one of its library; another engine in this process may have switched it. */
  activate(): Promise<void>;
  /** What the back end's kernels have complained of since the last question; they print instead of throwing. */
  complaint(): string | undefined;
}

const loaded = new Map<BackendName, Promise<Device>>();

/**
 * Loads TensorFlow.js on the given back end, once for each process.
 * @param folder the installation that it is loaded from, and from no other; the usual places when absent.
 * @throws ProblemError `engine-unavailable` when it is not installed or cannot start.
 */
export function loadDevice(backend: BackendName, folder?: string): Promise<Device> {
  let device = loaded.get(backend);
  if (!device) {
    device = loaders[backend](folder);
    loaded.set(backend, device);
    // A failed attempt is not remembered: the user may install the library and try again.
    device.catch(() => loaded.delete(backend));
  }
  return device;
}

const loaders: Readonly<Record<BackendName, (folder?: string) => Promise<Device>>> = {
  tensorflow: loadNative,
  wasm: loadWasm,
  webgpu: loadWebGpu,
};

async function loadWebGpu(only?: string): Promise<Device> {
  const { tf, ...facts } = await startWebGpu(only);
  return deviceOf(tf, { backend: "webgpu", readsAtOnce: false, ...facts });
}

async function loadNative(only?: string): Promise<Device> {
  const { tf, folder } = requireNative(only);
  tf.enableProdMode();
  if (!tf.findBackend("tensorflow")) throw unavailable("The native library of TensorFlow.js registered no back end.");
  await tf.setBackend("tensorflow");
  const { isUsingGpuDevice } = tf.backend() as { readonly isUsingGpuDevice?: boolean };
  const place = isUsingGpuDevice === true ? "GPU (CUDA)" : "CPU";
  return deviceOf(tf, { backend: "tensorflow", readsAtOnce: true, place, folder, complaint: () => undefined });
}

async function loadWasm(): Promise<Device> {
  const { tf, complaint } = await startWasm();
  return deviceOf(tf, { backend: "wasm", readsAtOnce: true, place: "CPU (WebAssembly)", folder: undefined, complaint });
}

function deviceOf(tf: Library, facts: Omit<Device, "tf" | "version" | "activate">): Device {
  const { backend } = facts;
  return {
    ...facts,
    tf,
    version: tf.version_core,
    activate: async () => {
      if (tf.getBackend() !== backend) await tf.setBackend(backend);
    },
  };
}
