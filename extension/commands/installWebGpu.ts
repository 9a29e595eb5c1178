import type { Command } from "./command";
import { installOrdered } from "./installing";

/** Installs Dawn, through which TensorFlow.js computes on GPUs of every make. */
export const installWebGpu: Command = {
  id: "lossLandscape.installWebGpu",
  run: (services) => installOrdered(services, { engine: "webgpu" }),
};
