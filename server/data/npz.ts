import { basename } from "node:path";
import type { Tensor } from "../graph/tensor";
import { withFile } from "./file";
import type { DataFile } from "./file";
import { chooseArrays } from "./names";
import type { ArraySummary } from "./names";
import { npyHeadBytes, parseNpy, parseNpyHeader } from "./npy";
import type { DataFormat } from "./dataset";
import { corrupt } from "./problems";
import { readDirectory, readEntry } from "./zip";
import type { ZipEntry } from "./zip";

/** NumPy archives: a zip of `.npy` arrays, packed or not, of any size. */
export const npzFormat: DataFormat = {
  label: "NumPy archive",
  match: (path, head) => /\.npz$/i.test(path) || isZip(head),
  open: (path, names) =>
    withFile(path, async (file) => {
      const entries = await arrayEntries(file);
      const summaries = new Map<string, ArraySummary>();
      for (const [name, entry] of entries) {
        const head = await readEntry(file, entry, npyHeadBytes);
        summaries.set(name, parseNpyHeader(head, name, path));
      }
      const chosen = chooseArrays(path, summaries, names);
      const read = async (name: string): Promise<Tensor> =>
        parseNpy(await readEntry(file, entries.get(name)!), name, path);
      return { path, files: [path], x: await read(chosen.x), y: await read(chosen.y), names: chosen };
    }),
};

/**
 * Every array of an `.npz`, by name (without `.npy`), in the file's order.
 * @throws ProblemError `data-missing`, `file-corrupt`, `file-unsupported`, `too-large`
 */
export function readArrays(path: string): Promise<ReadonlyMap<string, Tensor>> {
  return withFile(path, async (file) => {
    const arrays = new Map<string, Tensor>();
    for (const [name, entry] of await arrayEntries(file)) {
      arrays.set(name, parseNpy(await readEntry(file, entry), name, path));
    }
    return arrays;
  });
}

async function arrayEntries(file: DataFile): Promise<ReadonlyMap<string, ZipEntry>> {
  if (!isZip(await file.read(0, 4))) {
    throw corrupt(file.path, "NumPy", `it does not start like a zip archive, as ${basename(file.path)} should`);
  }
  const entries = await readDirectory(file);
  const arrays = entries.filter((entry) => entry.name.endsWith(".npy"));
  if (arrays.length === 0) throw corrupt(file.path, "NumPy", "it holds no arrays");
  return new Map(arrays.map((entry) => [entry.name.slice(0, -".npy".length), entry]));
}

/** A zip archive starts with a local header, or, when empty, with the end of its directory. */
function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}
