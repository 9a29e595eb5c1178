import type * as TensorFlow from "@tensorflow/tfjs-core";
import { requireNative } from "./native";
import { unavailable } from "./unavailable";
import { startWasm } from "./wasm";

export type Library = typeof TensorFlow;
export type BackendName = "tensorflow" | "wasm";

/** TensorFlow.js and the back end that its tensors live on. */
export interface Device {
  readonly tf: Library;
  readonly backend: BackendName;
  readonly version: string;
  /** Makes the back end the active one of its library; another engine in this process may have switched it. */
  activate(): Promise<void>;
  /** What the back end's kernels have complained of since the last question; they print instead of throwing. */
  complaint(): string | undefined;
}

const loaded = new Map<BackendName, Promise<Device>>();

/**
 * Loads TensorFlow.js on the given back end, once for each process.
 * @throws ProblemError `engine-unavailable` when it is not installed or cannot start.
 */
export function loadDevice(backend: BackendName): Promise<Device> {
  let device = loaded.get(backend);
  if (!device) {
    device = backend === "wasm" ? loadWasm() : loadNative();
    loaded.set(backend, device);
    // A failed attempt is not remembered: the user may install the library and try again.
    device.catch(() => loaded.delete(backend));
  }
  return device;
}

async function loadNative(): Promise<Device> {
  const tf = requireNative();
  tf.enableProdMode();
  if (!tf.findBackend("tensorflow")) throw unavailable("The native library of TensorFlow.js registered no back end.");
  await tf.setBackend("tensorflow");
  return deviceOf(tf, "tensorflow", () => undefined);
}

async function loadWasm(): Promise<Device> {
  const { tf, complaint } = await startWasm();
  return deviceOf(tf, "wasm", complaint);
}

function deviceOf(tf: Library, backend: BackendName, complaint: Device["complaint"]): Device {
  return {
    tf,
    backend,
    version: tf.version_core,
    activate: async () => {
      if (tf.getBackend() !== backend) await tf.setBackend(backend);
    },
    complaint,
  };
}
