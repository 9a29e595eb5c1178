import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from "hyparquet";
import { corrupt, tooLarge } from "../files/faults";
import type { Source } from "../files/source";
import { ProblemError } from "../protocol/problem";
import { boundedCompressors } from "./parquetCodecs";
import { checkPages } from "./parquetPages";

/** The list of contents at the end of the file is read whole. */
const largestFooter = 2 ** 26;
const mostRows = 2 ** 27;
/** Columns are unpacked one group of rows at a time, which must fit into memory. */
const largestGroup = 2 ** 30;
const smallerGroups =
  "Save it with smaller groups of rows, e.g. pyarrow.parquet.write_table(table, FILE, row_group_size=1000).";

/** A value as the library gives it. */
export type ParquetValue = unknown;
export type ParquetRow = Readonly<Record<string, ParquetValue>>;

/** A Parquet file open for reading groups of rows. */
export interface ParquetFile {
  readonly metadata: FileMetaData;
  readonly rows: number;
  /** Numbers of rows of the groups. */
  readonly groups: readonly number[];
  /** All rows of a group, with these columns. @throws ProblemError */
  readGroup(group: number, columns: readonly string[]): Promise<readonly ParquetRow[]>;
}

/** @throws ProblemError `file-corrupt`, `too-large` */
export async function openParquet(source: Source): Promise<ParquetFile> {
  const { path, size } = source;
  const mark = size < 12 ? "" : Buffer.from(await source.read(size - 4, 4)).toString("latin1");
  if (mark !== "PAR1")
    throw corrupt(path, "is no Parquet file, or cut short: it does not end with the mark of the format");
  const footer = new DataView((await source.read(size - 8, 4)).buffer).getUint32(0, true);
  if (footer > size - 12) throw corrupt(path, `is damaged: its list of contents claims ${footer} of ${size} bytes`);
  if (footer > largestFooter)
    throw tooLarge(path, `has ${footer} bytes of structure beside its columns`, smallerGroups);
  const file: AsyncBuffer = {
    byteLength: size,
    slice: async (start, end = size) => (await source.read(start, end - start)).buffer,
  };
  const metadata = await reading(path, () =>
    parquetMetadataAsync(file, { geoparquet: false, initialFetchSize: footer + 8 }),
  );
  const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
  const rows = groups.reduce((sum, count) => sum + count, 0);
  if (!groups.every((count) => Number.isSafeInteger(count) && count >= 0) || rows !== Number(metadata.num_rows)) {
    throw corrupt(path, "is damaged: the numbers of rows in it do not add up");
  }
  if (rows > mostRows) throw tooLarge(path, `claims ${rows} rows`, "Choose a part of them.");
  let starts = 0;
  const firsts = groups.map((count) => (starts += count) - count);
  return {
    metadata,
    rows,
    groups,
    async readGroup(group, columns) {
      const chunks = metadata.row_groups[group]!.columns.filter(({ meta_data: data }) =>
        columns.includes(data?.path_in_schema[0] ?? ""),
      );
      const unpacked = chunks.reduce((sum, { meta_data: data }) => sum + Number(data?.total_uncompressed_size ?? 0), 0);
      if (unpacked > largestGroup) throw tooLarge(path, `has a group of rows of ${unpacked} bytes`, smallerGroups);
      for (const chunk of chunks) await checkPages(source, chunk, { rows: groups[group]!, bytes: largestGroup });
      const options = {
        file,
        metadata,
        columns: [...columns],
        rowStart: firsts[group]!,
        rowEnd: firsts[group]! + groups[group]!,
      };
      const read = await reading(path, () =>
        parquetReadObjects({ ...options, compressors, utf8: false, useOffsetIndex: false }),
      );
      if (read.length !== groups[group])
        throw corrupt(path, `is damaged: a group of ${groups[group]} rows has ${read.length}`);
      return read;
    },
  };
}

const compressors = boundedCompressors(largestGroup);

/** The library throws errors of every kind on damaged files. */
async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    const why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    throw corrupt(path, `is no readable Parquet file: ${why.slice(0, 200)}`);
  }
}
