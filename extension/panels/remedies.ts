import type { Remedy } from "../../server/protocol/problem";

/** The commands behind what can be done about problems. */
export const remedies: Readonly<Record<Remedy, string>> = {
  "install-tensorflow": "lossLandscape.installTensorFlow",
  "install-webgpu": "lossLandscape.installWebGpu",
  "restart-worker": "lossLandscape.restartWorker",
};

export function isRemedy(value: unknown): value is Remedy {
  return typeof value === "string" && Object.hasOwn(remedies, value);
}
