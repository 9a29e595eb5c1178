import { stat } from "node:fs/promises";
import path from "node:path";
import type { ProblemError } from "../../protocol/problem";
import { notInstalled } from "./place";

interface System {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where the driver's library may be; none on a platform that has no CUDA. */
export function driverFiles({ platform, env }: System): readonly string[] {
  if (platform === "win32") return [path.win32.join(env.SystemRoot ?? "C:\\Windows", "System32", "nvcuda.dll")];
  if (platform !== "linux") return [];
  const folders = [
    ...(env.LD_LIBRARY_PATH ?? "").split(":").filter((folder) => folder !== ""),
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64",
  ];
  return folders.map((folder) => path.posix.join(folder, "libcuda.so.1"));
}

/** Why TensorFlow cannot use a GPU here; undefined when NVIDIA's driver is there. */
export async function cudaProblem(
  system: System = { platform: process.platform, env: process.env },
): Promise<ProblemError | undefined> {
  const files = driverFiles(system);
  if (files.length === 0) {
    return notInstalled(
      "tensorflow",
      "TensorFlow computes on GPUs through CUDA, which this platform does not have.",
      "Leave the GPU out, or install WebGPU instead.",
    );
  }
  for (const file of files) if (await stat(file).catch(() => undefined)) return undefined;
  return notInstalled(
    "tensorflow",
    `No NVIDIA driver was found (${path.basename(files[0]!)}), without which TensorFlow cannot use a GPU.`,
    "Install the driver, with CUDA and cuDNN, or leave the GPU out; WebGPU works on GPUs of every make.",
  );
}
