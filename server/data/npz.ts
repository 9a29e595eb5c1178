import { corrupt } from "../files/faults";
import type { NpyHeader } from "../files/npy";
import { NumpyArchive } from "../files/npz";
import type { Source } from "../files/source";
import { isZip } from "../files/zip";
import type { Tensor } from "../graph/tensor";
import type { DataFormat } from "./dataset";
import { withFile } from "./file";
import { chooseArrays } from "./names";

/** NumPy archives: a zip of `.npy` arrays, packed or not, of any size. */
export const npzFormat: DataFormat = {
  label: "NumPy archive",
  match: (path, head) => /\.npz$/i.test(path) || isZip(head),
  open: (path, names) =>
    withFile(path, async (file) => {
      const archive = await openArchive(file);
      const headers = new Map<string, NpyHeader>();
      for (const name of archive.names) headers.set(name, await archive.header(name));
      const chosen = chooseArrays(path, headers, names);
      const [x, y] = [await archive.read(chosen.x), await archive.read(chosen.y)];
      return { path, files: [path], x, y, names: chosen };
    }),
};

/**
 * Every array of an `.npz`, by name (without `.npy`), in the file's order.
 * @throws ProblemError `data-missing`, `file-corrupt`, `file-unsupported`, `too-large`
 */
export function readArrays(path: string): Promise<ReadonlyMap<string, Tensor>> {
  return withFile(path, async (file) => {
    const archive = await openArchive(file);
    const arrays = new Map<string, Tensor>();
    for (const name of archive.names) arrays.set(name, await archive.read(name));
    return arrays;
  });
}

async function openArchive(file: Source): Promise<NumpyArchive> {
  const archive = await NumpyArchive.open(file);
  if (archive.names.length === 0) throw corrupt(file.path, "is no NumPy archive: it holds no arrays");
  return archive;
}
