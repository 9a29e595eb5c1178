import { existsSync } from "node:fs";
import nodeModule from "node:module";
import path from "node:path";
import type * as TensorFlow from "@tensorflow/tfjs-core";
import { ProblemError } from "../../protocol/problem";
import { unavailable } from "./unavailable";

/** Folder with the WebAssembly files, when they lie neither beside the bundle nor in `node_modules`. */
const folderVariable = "LOSS_LANDSCAPE_TFJS_WASM";

/** Folder of the `.wasm` files: beside the bundle, or in the package when the sources run unbundled. */
export function wasmFolder(): string {
  const folders = [process.env[folderVariable], path.join(__dirname, "tfjs-wasm"), packageFolder()];
  for (const folder of folders) {
    if (folder && existsSync(path.join(folder, "tfjs-backend-wasm-simd.wasm"))) return folder;
  }
  throw unavailable("The WebAssembly files of TensorFlow.js were not found beside the extension's program files.");
}

function packageFolder(): string | undefined {
  try {
    const manifest = nodeModule.createRequire(__filename).resolve("@tensorflow/tfjs-backend-wasm/package.json");
    return path.join(path.dirname(manifest), "wasm-out");
  } catch {
    return undefined;
  }
}

/**
 * TensorFlow.js with its WebAssembly back end started, and what its kernels complain of.
 * @throws ProblemError `engine-unavailable` when the module is not there or does not start.
 */
export async function startWasm(): Promise<{ tf: typeof TensorFlow; complaint: () => string | undefined }> {
  const folder = wasmFolder();
  const [tf, wasm] = await Promise.all([
    import("@tensorflow/tfjs-core") as Promise<typeof TensorFlow>,
    import("@tensorflow/tfjs-backend-wasm"),
  ]);
  // Production mode is how the library is told not to write warnings to the console.
  tf.enableProdMode();
  wasm.setWasmPaths(folder + path.sep);
  const complaints: string[] = [];
  const started = await withConsole(
    (text) => complaints.push(text),
    () => tf.setBackend("wasm"),
  ).catch(() => false);
  if (!started) throw unavailable(`TensorFlow.js could not start its WebAssembly module from ${folder}.`);
  refuseFailedAllocations(tf.backend());
  return { tf, complaint: () => complaints.splice(0)[0] };
}

/**
 * The module keeps the console functions that it finds when it starts, and its kernels print to them when they fail.
 * While it starts it finds `record`, so that a failure can be told from a result and nothing is printed.
 */
async function withConsole<T>(record: (text: string) => void, start: () => Promise<T>): Promise<T> {
  const target = globalThis.console;
  const { log, warn } = target;
  target.log = target.warn = (...parts: unknown[]) => record(parts.map(String).join(" "));
  try {
    return await start();
  } finally {
    Object.assign(target, { log, warn });
  }
}

/**
 * WebAssembly's allocator answers 0 when memory is full, and the back end would go on and compute rubbish there.
 */
function refuseFailedAllocations(backend: object): void {
  const memory = (backend as { wasm: { _malloc(bytes: number): number } }).wasm;
  const allocate = memory._malloc.bind(memory);
  memory._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address !== 0 || bytes === 0) return address;
    throw new ProblemError({
      reason: "too-large",
      title: "The model needs more memory than WebAssembly has",
      message: `TensorFlow.js on WebAssembly could not allocate ${bytes} bytes for a tensor.`,
      advice: "Choose a smaller batch size or the ONNX Runtime engine.",
    });
  };
}
