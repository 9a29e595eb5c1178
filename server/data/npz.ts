import { corrupt } from "../files/faults";
import { numberType, type NpyHeader } from "../files/npy";
import { NumpyArchive } from "../files/npz";
import type { Source } from "../files/source";
import { isZip } from "../files/zip";
import { widthOf } from "../graph/elements";
import { sizeOf, type Tensor } from "../graph/tensor";
import { arraySamples, type ArrayContent } from "./arrays";
import type { DataFormat, NamedArray } from "./dataset";
import { fromFile, withFile } from "./file";
import { chooseArrays } from "./names";

/**
 * Samples larger than this are not read to their end for their checksum alone, in bytes. Stored ones are then read by
 * position, packed ones as far as the last sample that is used.
 */
const largestChecked = 2 ** 28;

/** NumPy archives: a zip of `.npy` arrays, packed or not, of any size. */
export const npzFormat: DataFormat = {
  label: ".npz",
  match: (path, head) => head !== undefined && (/\.npz$/i.test(path) || isZip(head)),
  open: (path, asked) =>
    withFile(path, async (file) => {
      const archive = await openArchive(file);
      const headers = new Map<string, NpyHeader>();
      for (const name of archive.names) headers.set(name, await archive.header(name));
      const names = chooseArrays(path, headers, asked);
      const header = headers.get(names.x)!;
      const layout = { ...header, dtype: numberType(header, names.x, path), bigEndian: header.descr.startsWith(">") };
      const size = header.offset + sizeOf(header.shape) * widthOf(layout.dtype);
      if (archive.sizeOf(names.x) !== size) {
        const found = `should take ${size} bytes but takes ${archive.sizeOf(names.x)}`;
        throw corrupt(path, `is damaged: ${names.x} of shape [${header.shape.join(", ")}] ${found}`);
      }
      await archive.position(names.x);
      return {
        path,
        files: [path],
        x: { dtype: layout.dtype, shape: layout.shape },
        y: await archive.read(names.y),
        names,
        asked: names,
        notices: [],
        samples: (indices) =>
          fromFile(path, async function* (again) {
            yield* arraySamples(await contentOf(again, names.x), layout, indices);
          }),
      };
    }),
  list: (path) =>
    withFile(path, async (file) => {
      const archive = await openArchive(file);
      const arrays: NamedArray[] = [];
      for (const name of archive.names) {
        const { dtype, shape } = await archive.header(name);
        arrays.push({ name, shape, ...(dtype ? { dtype } : {}) });
      }
      return arrays;
    }),
};

async function contentOf(file: Source, name: string): Promise<ArrayContent> {
  const archive = await NumpyArchive.open(file);
  const checked = archive.sizeOf(name) <= largestChecked;
  const position = checked ? undefined : await archive.position(name);
  return { file, checked, pieces: () => archive.pieces(name), ...(position === undefined ? {} : { position }) };
}

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
