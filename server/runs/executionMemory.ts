import os from "node:os";
import path from "node:path";

/** What the place of a user's caches depends on. */
export interface UserPlaces {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * File in which this user's evaluators remember what they have found out about engines: in the folder that the system has
 * for what can be made again. The same for editor and command line.
 */
export function executionMemoryFile(
  { platform, environment, home }: UserPlaces = {
    platform: process.platform,
    environment: process.env,
    home: os.homedir(),
  },
): string {
  return path.join(cacheFolder(platform, environment, home), "loss-landscape", "engines.json");
}

function cacheFolder(platform: NodeJS.Platform, environment: UserPlaces["environment"], home: string): string {
  const stated = environment[platform === "win32" ? "LOCALAPPDATA" : "XDG_CACHE_HOME"];
  // The XDG specification has relative paths ignored.
  if (stated !== undefined && path.isAbsolute(stated)) return stated;
  if (platform === "win32") return path.join(home, "AppData", "Local");
  return platform === "darwin" ? path.join(home, "Library", "Caches") : path.join(home, ".cache");
}
