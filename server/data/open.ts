import { stat } from "node:fs/promises";
import { unsupported } from "../files/faults";
import { headOf } from "../files/source";
import { cifarBinaryFormat } from "./cifarBinary";
import { csvFormat } from "./csv";
import type { AskedNames, DataFormat, LabelledData, NamedArray } from "./dataset";
import { withFile } from "./file";
import { idxFormat } from "./idx";
import { imageFolderFormat } from "./imageFolder";
import { npyFormat } from "./npy";
import { npzFormat } from "./npz";
import { parquetFormat } from "./parquet";
import { pickledFormat } from "./pickled";
import { safetensorsFormat } from "./safetensors";

/** Every data format that can be read, in the order in which they are asked. */
const formats: readonly DataFormat[] = [
  imageFolderFormat,
  npzFormat,
  npyFormat,
  csvFormat,
  parquetFormat,
  safetensorsFormat,
  cifarBinaryFormat,
  pickledFormat,
  idxFormat,
];

const headBytes = 16;

/**
 * Opens labelled data of any known format.
 * @param path absolute, of a file or of a folder of pictures
 * @param asked names of arrays, columns or files that the study gives; found by their usual names when absent
 * @throws ProblemError `data-missing`, `data-mismatch` (arrays not found), `labels-mismatch`, `file-corrupt`,
 *   `file-unsupported`, `too-large`
 */
export async function openData(path: string, { x, y }: AskedNames): Promise<LabelledData> {
  const format = await formatOf(path);
  return format.open(path, { ...(x === undefined ? {} : { x }), ...(y === undefined ? {} : { y }) });
}

/**
 * Arrays or columns of labelled data, which a study may name; none where the format has no names.
 * @throws ProblemError as `openData`
 */
export async function listData(path: string): Promise<readonly NamedArray[]> {
  const format = await formatOf(path);
  return format.list?.(path) ?? [];
}

async function formatOf(path: string): Promise<DataFormat> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const head = isFolder ? undefined : await withFile(path, (file) => headOf(file, headBytes));
  const format = formats.find((candidate) => candidate.match(path, head));
  if (!format) {
    const known = formats.map(({ label }) => label).join(", ");
    const advice = "Save the samples and labels with numpy.savez('test.npz', x_test=…, y_test=…).";
    throw unsupported(path, `is no data that can be read; known are ${known}`, advice);
  }
  return format;
}
