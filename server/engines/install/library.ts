import { unfit, type PythonPackage } from "./pythonPackage";

/** A shared library of TensorFlow for Python, and its size in bytes. */
export interface LibraryFile {
  /** Path inside the package. */
  readonly name: string;
  readonly size: number;
}

/** Names of the two libraries that the addon is linked with, by platform. Windows' wheels have none that can be. */
const names: Partial<Record<NodeJS.Platform, readonly [string, string]>> = {
  linux: ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
  darwin: ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"],
};

/** Whether TensorFlow for Python can serve as the native library on a platform. */
export function isPythonUsable(platform: NodeJS.Platform): boolean {
  return names[platform] !== undefined;
}

/**
 * The libraries of a package.
 * @throws ProblemError `file-unsupported` when it is of another platform or too old to have them.
 */
export async function librariesOf(from: PythonPackage, platform: NodeJS.Platform): Promise<readonly LibraryFile[]> {
  const wanted = names[platform];
  if (!wanted)
    throw unfit(from.path, `TensorFlow for Python has no library for this platform, ${platform}, to link with`);
  const files: LibraryFile[] = [];
  for (const file of wanted) {
    const name = `tensorflow/${file}`;
    const size = await from.sizeOf(name);
    if (size === undefined) {
      throw unfit(
        from.path,
        `${from.title} in ${from.path} lacks ${file}; a release from 2.10 on for ${platform} has it`,
      );
    }
    files.push({ name, size });
  }
  return files;
}
