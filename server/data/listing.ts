import { NumpyArchive } from "../files/npz";
import { readHeader } from "../files/safetensors";
import { headOf } from "../files/source";
import type { Source } from "../files/source";
import { isZip } from "../files/zip";
import { withFile } from "./file";

/** An array of a data file, before it is read. */
export interface NamedArray {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * The arrays of a data file in its own order, read from their headers; none for a format that does not name them.
 * @throws ProblemError `data-missing`, `file-corrupt`
 */
export function listArrays(path: string): Promise<readonly NamedArray[]> {
  return withFile(path, async (file) => {
    if (/\.safetensors$/i.test(path)) return listTensors(file);
    return isZip(await headOf(file, 4)) ? listArchive(file) : [];
  });
}

async function listTensors(file: Source): Promise<readonly NamedArray[]> {
  const tensors = await readHeader(file);
  return [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
}

async function listArchive(file: Source): Promise<readonly NamedArray[]> {
  const archive = await NumpyArchive.open(file);
  const arrays: NamedArray[] = [];
  for (const name of archive.names) {
    const { dtype, shape } = await archive.header(name);
    arrays.push({ name, dtype: dtype ?? "unknown", shape });
  }
  return arrays;
}
