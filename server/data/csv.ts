import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { CsvError, parse } from "csv-parse";
import { corrupt, tooLarge } from "../files/faults";
import { headOf } from "../files/source";
import type { Tensor } from "../graph/tensor";
import { ProblemError } from "../protocol/problem";
import { chooseColumns, TextLabels, type Columns } from "./columns";
import type { AskedNames, DataFormat, LabelledData } from "./dataset";
import { withFile } from "./file";
import { mismatch } from "./problems";
import { shortList } from "./relabel";

const largestFile = 2 ** 31;
/** Longest row, in characters; a quote that is never closed ends there. */
const longestRow = 2 ** 22;
const headBytes = 2 ** 18;
const toOther = "Save it as Parquet or .npz, of which only the samples that are used are read.";

/**
 * Tables of numbers with a column of labels, separated by commas, tabs, semicolons or bars, with or without names in the
 * first row. Labels that are text are numbered in sorted order.
 */
export const csvFormat: DataFormat = {
  label: ".csv and .tsv",
  match: (path, head) => head !== undefined && /\.(csv|tsv)$/i.test(path),
  async open(path, asked) {
    const table = await readTable(path, asked);
    const { names, columns } = table;
    const { count, ...labels } = await readLabels(path, table);
    return {
      path,
      files: [path],
      x: { dtype: "float64", shape: [count, columns.x.length] },
      ...labels,
      names: { x: "the columns", y: columns.y.map((place) => names[place]).join(",") },
      asked,
      notices: [
        ...columns.notices,
        ...(labels.classes
          ? [`Classes are the texts of ${names[columns.y[0]!]} in sorted order: ${shortList(labels.classes)}.`]
          : []),
      ],
      async *samples(indices) {
        let next = 0;
        let row = 0;
        if (indices.length === 0) return;
        for await (const fields of rowsOf(path, table)) {
          if (row++ !== indices[next]) continue;
          yield sampleOf(path, table, fields, row);
          if (++next === indices.length) return;
        }
      },
    };
  },
  async list(path) {
    const { names } = await readTableHead(path);
    return names.map((name) => ({ name }));
  },
};

interface TableHead {
  readonly delimiter: string;
  readonly names: readonly string[];
  readonly header: boolean;
  /** The first rows, without the names. */
  readonly body: readonly (readonly string[])[];
}

interface Table {
  readonly delimiter: string;
  /** Names of the columns; where the file has none, their numbers from 1. */
  readonly names: readonly string[];
  readonly header: boolean;
  readonly columns: Columns;
  /** Whether the labels are text. */
  readonly text: boolean;
}

async function readTableHead(path: string): Promise<TableHead> {
  const start = await withFile(path, async (file) => {
    if (file.size > largestFile) throw tooLarge(path, `has ${file.size} bytes`, toOther);
    return new TextDecoder().decode(await headOf(file, headBytes));
  });
  const delimiter = delimiterOf(path, start);
  const rows: (readonly string[])[] = [];
  for await (const row of rowsOf(path, { delimiter, header: false })) {
    rows.push(row);
    if (rows.length === 200) break;
  }
  const [first, second] = rows;
  if (first === undefined)
    throw mismatch(path, "There are no samples", "is empty", "Choose a table with labelled samples.");
  const header = isHeader(first, second);
  const names = first.map((name, place) => (header ? name.trim() : String(place + 1)));
  const body = header ? rows.slice(1) : rows;
  if (names.length < 2) {
    throw mismatch(
      path,
      "The table has one column",
      `has one column only when it is separated by "${delimiter}"`,
      "Choose a table with samples and labels.",
    );
  }
  return { delimiter, names, header, body };
}

async function readTable(path: string, asked: AskedNames): Promise<Table> {
  const { delimiter, names, header, body } = await readTableHead(path);
  const columns = chooseColumns(path, names, asked, () => likelyLabels(body, names.length));
  const [label] = columns.y as [number, ...number[]];
  const text = columns.y.length === 1 && body.some((row) => !isNumber(row[label]!));
  return { delimiter, names, header, columns, text };
}

/** What separates the fields: what is most often in the first line, outside of quotes. */
function delimiterOf(path: string, start: string): string {
  const line = (start.split(/\r?\n/, 1)[0] ?? "").replace(/"[^"]*"/g, "");
  const fallback = /\.tsv$/i.test(path) ? "\t" : ",";
  const counts = [fallback, ",", "\t", ";", "|"].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

/** A first row is of names when one of them stands above a number, or when all are text and differ. */
function isHeader(first: readonly string[], second: readonly string[] | undefined): boolean {
  if (second && first.some((field, i) => !isNumber(field) && second[i] !== undefined && isNumber(second[i])))
    return true;
  return first.every((field) => !isNumber(field)) && new Set(first).size === first.length;
}

/**
 * The only column with text; else the first or the last one: of those that hold whole numbers and more than one of them,
 * the one with fewer different numbers; the last where that does not tell.
 */
function likelyLabels(rows: readonly (readonly string[])[], columns: number): number {
  const places = Array.from({ length: columns }, (_, place) => place);
  const texts = places.filter((place) => rows.some((row) => !isNumber(row[place] ?? "")));
  if (texts.length === 1) return texts[0]!;
  const different = (place: number): number => {
    const values = rows.map((row) => Number(row[place]));
    const count = new Set(values).size;
    return values.every(Number.isInteger) && count > 1 ? count : Infinity;
  };
  return different(0) < different(columns - 1) ? 0 : columns - 1;
}

async function readLabels(
  path: string,
  table: Table,
): Promise<{ readonly count: number; readonly y: Tensor; readonly classes?: LabelledData["classes"] }> {
  const { columns, names, text } = table;
  const texts = new TextLabels(path, names[columns.y[0]!]!);
  const numbers: number[] = [];
  let count = 0;
  for await (const fields of rowsOf(path, table)) {
    count += 1;
    for (const place of columns.x) numberAt(path, table, fields, place, count);
    for (const place of columns.y) {
      if (text) texts.add(presentAt(path, table, fields, place, count));
      else numbers.push(numberAt(path, table, fields, place, count));
    }
  }
  if (text) return { count, ...texts.finish() };
  const shape = columns.y.length === 1 ? [count] : [count, columns.y.length];
  return { count, y: { dtype: "float64", shape, data: Float64Array.from(numbers) } };
}

function sampleOf(path: string, table: Table, fields: readonly string[], row: number): Tensor {
  const { x } = table.columns;
  const data = Float64Array.from(x, (place) => numberAt(path, table, fields, place, row));
  return { dtype: "float64", shape: [x.length], data };
}

const missing = /^(|na|n\/a|nan|null|none|\?)$/i;

/** @param row counted from 1, without the names */
function presentAt(path: string, { names }: Table, fields: readonly string[], place: number, row: number): string {
  const field = fields[place]!.trim();
  if (!missing.test(field)) return field;
  const found = `has no value in row ${row}, column ${names[place]}${field === "" ? "" : ` ("${field}")`}`;
  throw mismatch(path, "A value is missing", found, "Leave out rows with missing values, or fill them in.");
}

function numberAt(path: string, table: Table, fields: readonly string[], place: number, row: number): number {
  const field = presentAt(path, table, fields, place, row);
  const value = Number(field);
  if (Number.isFinite(value)) return value;
  const shown = field.length > 40 ? `${field.slice(0, 40)}…` : field;
  const found = `has the text "${shown}" in row ${row}, column ${table.names[place]}, where a number was expected`;
  throw mismatch(
    path,
    "A value is no number",
    found,
    'Name the columns with numbers as "x" of "data" in the study, or encode the text as numbers.',
  );
}

function isNumber(field: string): boolean {
  return field.trim() !== "" && Number.isFinite(Number(field));
}

/** Rows of fields, without that of names. @throws ProblemError where quotes or numbers of fields are wrong. */
async function* rowsOf(
  path: string,
  { delimiter, header }: Pick<Table, "delimiter" | "header">,
): AsyncGenerator<readonly string[]> {
  const input = createReadStream(path);
  const parser = parse({
    delimiter,
    bom: true,
    max_record_size: longestRow,
    skip_empty_lines: true,
    from: header ? 2 : 1,
  });
  input.on("error", (error) => parser.destroy(error));
  try {
    yield* input.pipe(parser) as AsyncIterable<readonly string[]>;
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    if (error instanceof CsvError) throw broken(path, error);
    throw corrupt(path, `could not be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`);
  } finally {
    input.destroy();
    parser.destroy();
  }
}

function broken(path: string, { code, lines }: CsvError & { readonly lines?: number }): Error {
  const place = lines === undefined ? "" : ` near line ${lines}`;
  const whys: Readonly<Record<string, string>> = {
    CSV_MAX_RECORD_SIZE: `has a row of more than ${longestRow} characters${place}, as when a quote is not closed`,
    CSV_QUOTE_NOT_CLOSED: `has a quote that is never closed${place}`,
    CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: `has a row${place} with another number of fields than the first`,
    CSV_INVALID_CLOSING_QUOTE: `has a quote within a field${place}`,
    INVALID_OPENING_QUOTE: `has a quote within a field${place}`,
  };
  return corrupt(path, whys[code] ?? `is no readable table${place}`, `Mend ${basename(path)} there, or save it again.`);
}
