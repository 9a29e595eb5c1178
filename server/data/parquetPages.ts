import type { ColumnChunk } from "hyparquet";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";
import { corrupt, tooLarge } from "../files/faults";
import type { Source } from "../files/source";

/** Headers of pages have statistics, which are cut to some length by every writer. */
const headerBytes = 2 ** 14;
/** Values that a page of lists may have for each row. */
const mostPerRow = 2 ** 24;

/**
 * Walks through the pages of a column of a group of rows, reading their headers only: run-length encoding lets few bytes
 * claim any number of values, which the library would make.
 * @param most rows that the column may have, and bytes that a page may unpack to
 * @throws ProblemError `file-corrupt`, `too-large`
 */
export async function checkPages(
  source: Source,
  { meta_data: data }: ColumnChunk,
  most: { readonly rows: number; readonly bytes: number },
): Promise<void> {
  const damaged = (why: string): Error => corrupt(source.path, `is damaged: ${why}`);
  if (data === undefined) throw damaged("a column has no place");
  const start = Number(data.dictionary_page_offset || data.data_page_offset);
  const first = Math.min(start, Number(data.data_page_offset));
  const end = first + Number(data.total_compressed_size);
  const claimed = Number(data.num_values);
  if (!(first >= 4 && end <= source.size && claimed >= 0)) throw damaged("a column lies outside of it");
  if (claimed > most.bytes / 8) {
    throw tooLarge(
      source.path,
      `has a column of ${claimed} values in one group of rows`,
      "Save it with smaller groups of rows.",
    );
  }
  if (claimed > most.rows * mostPerRow) throw damaged("a column has more values than its rows can");
  let values = 0;
  for (let at = first; at < end;) {
    const bytes = await source.read(at, Math.min(headerBytes, end - at));
    const reader = { view: new DataView(bytes.buffer), offset: 0 };
    const header = headerOf(reader);
    if (!header) throw damaged("the header of a page is broken");
    const { packed, unpacked, count } = header;
    if (!(packed >= 0 && unpacked >= 0 && count >= 0)) throw damaged("the header of a page makes no sense");
    if (unpacked > most.bytes)
      throw tooLarge(source.path, `has a page of ${unpacked} bytes`, "Save it with smaller pages.");
    values += count;
    // A dictionary has no more entries than the column has values.
    if (values > claimed * 2) throw damaged(`a column of ${claimed} values has pages of more`);
    at += reader.offset + packed;
    if (at > end) throw damaged("a page goes beyond its column");
  }
}

interface PageHeader {
  readonly unpacked: number;
  readonly packed: number;
  readonly count: number;
}

/** Sizes and number of values, from the fields of the header's Thrift struct. */
function headerOf(reader: { view: DataView; offset: number }): PageHeader | undefined {
  try {
    const fields = deserializeTCompactProtocol(reader) as Record<string, unknown>;
    const counts = ["field_5", "field_7", "field_8"].map(
      (name) => (fields[name] as Record<string, unknown> | undefined)?.field_1,
    );
    return {
      unpacked: Number(fields.field_2),
      packed: Number(fields.field_3),
      count: Number(counts.find((count) => count !== undefined) ?? 0),
    };
  } catch {
    return undefined;
  }
}
