import os from "node:os";
import path from "node:path";
import type { Installable } from "../../protocol/install";

export const installables: readonly Installable[] = ["tensorflow", "webgpu"];

/** What people call them. */
export const installableLabels: Readonly<Record<Installable, string>> = {
  tensorflow: "Native TensorFlow",
  webgpu: "WebGPU",
};

/** Folder of all installed engines, when it is not the usual one. The extension names its own storage here. */
export const enginesVariable = "LOSS_LANDSCAPE_ENGINES";

interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Folder of all installed engines: the one that is named, else the usual place for a user's data on this system. */
export function enginesFolder(
  { platform, env, home }: Surroundings = { platform: process.platform, env: process.env, home: os.homedir() },
): string {
  const named = env[enginesVariable];
  if (named) return named;
  const { join } = platform === "win32" ? path.win32 : path.posix;
  const data = {
    win32: env.LOCALAPPDATA ?? join(home, "AppData", "Local"),
    darwin: join(home, "Library", "Application Support"),
  }[platform as string];
  return join(data ?? (env.XDG_DATA_HOME || join(home, ".local", "share")), "loss-landscape", "engines");
}

/** Where an engine is once it is installed; it has `node_modules` inside. */
export function installedFolder(engine: Installable, root = enginesFolder()): string {
  return path.join(root, engine);
}

/** Where it is put together; what is left there is gone on with. */
export function stagingFolder(engine: Installable, root = enginesFolder()): string {
  return path.join(root, `${engine}.unfinished`);
}

/** What an installation was made of, beside its packages. */
export const recordName = "installed.json";
