import { basename } from "node:path";
import { corrupt, unsupported } from "../files/faults";
import { parseJson } from "../files/json";
import type { DataType, Tensor } from "../graph/tensor";
import { sizeOf } from "../graph/tensor";
import { chooseColumns, plural, TextLabels } from "./columns";
import type { AskedNames, DataFormat } from "./dataset";
import { withFile } from "./file";
import { decodePicture, isPicture } from "./images";
import { openParquet, type ParquetRow, type ParquetValue } from "./parquetFile";
import { partsOf, shareIndices } from "./parts";
import { mismatch } from "./problems";
import { shortList } from "./relabel";

/** Names of columns of pictures and of whole samples, which are taken alone. */
const sampleColumns = ["image", "img", "images", "pixel_values", "pixels", "x", "features", "data", "input", "inputs"];
const largestSample = 2 ** 26;

/**
 * Parquet tables: numbers in columns, lists of numbers, or pictures as Hugging Face keeps them ({bytes, path}). Labels are
 * numbers or text, which is numbered in sorted order. `test-00000-of-00003.parquet` stands for all three.
 */
export const parquetFormat: DataFormat = {
  label: ".parquet",
  match: (path, head) =>
    head !== undefined && (/\.parquet$/i.test(path) || Buffer.from(head.subarray(0, 4)).toString("latin1") === "PAR1"),
  async open(path, asked) {
    const files = await partsOf(path);
    const [top] = files as [string, ...string[]];
    const { names, known } = await withFile(top, async (source) => namesOf(await openParquet(source)));
    const chosen = chooseOf(path, names, asked);
    const { counts, firstRow, ...labels } = await readLabels(files, chosen);
    if (firstRow === undefined)
      throw mismatch(path, "There are no samples", "holds no rows", "Choose a file with labelled samples.");
    const first = sampleOf(top, firstRow, chosen.x, 0);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const classes = labels.classes ?? known.get(chosen.y[0]!);
    return {
      path,
      files,
      x: { dtype: first.tensor.dtype, shape: [total, ...first.tensor.shape] },
      y: labels.y,
      names: { x: chosen.x.length === 1 ? chosen.x[0]! : plural(chosen.x.length, "column"), y: chosen.y.join(",") },
      asked,
      ...(classes ? { classes } : {}),
      ...(first.picture ? { pictures: true as const } : {}),
      notices: [
        ...chosen.notices,
        ...(files.length > 1 ? [`${basename(top)} … ${basename(files.at(-1)!)} are read as one.`] : []),
        ...(labels.classes
          ? [`Classes are the texts of ${chosen.y[0]} in sorted order: ${shortList(labels.classes)}.`]
          : []),
      ],
      async *samples(indices) {
        let before = 0;
        for (const { part, indices: own } of shareIndices(indices, counts)) {
          yield* fileSamples(files[part]!, own, chosen.x, first.tensor, first.picture);
          before += own.length;
        }
        if (before < indices.length) throw corrupt(path, "has fewer rows than it had");
      },
    };
  },
  async list(path) {
    const [top = path] = await partsOf(path);
    const { names } = await withFile(top, async (source) => namesOf(await openParquet(source)));
    return names.map((name) => ({ name }));
  },
};

interface Chosen {
  readonly x: readonly string[];
  readonly y: readonly string[];
  readonly notices: readonly string[];
}

/** Names of the columns, and those of the classes as Hugging Face notes them. */
function namesOf({ metadata }: Awaited<ReturnType<typeof openParquet>>): {
  readonly names: readonly string[];
  readonly known: ReadonlyMap<string, readonly string[]>;
} {
  // The schema is a tree in depth-first order; its top level are the columns.
  const names: string[] = [];
  for (let at = 1; at < metadata.schema.length;) {
    names.push(metadata.schema[at]!.name);
    for (let open = 1; open > 0 && at < metadata.schema.length; at++)
      open += (metadata.schema[at]!.num_children ?? 0) - 1;
  }
  return {
    names,
    known: huggingFaceClasses(metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value),
  };
}

/** Names of classes by column, as Hugging Face notes them in JSON; a courtesy, so that a note of another form has none. */
export function huggingFaceClasses(text = ""): ReadonlyMap<string, readonly string[]> {
  const classes = new Map<string, readonly string[]>();
  const note = parseJson(Buffer.from(text)) as { info?: { features?: object | null } | null } | null | undefined;
  for (const [column, feature] of Object.entries(note?.info?.features ?? {})) {
    const names = (feature as { names?: unknown } | null)?.names;
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) classes.set(column, names);
  }
  return classes;
}

function chooseOf(path: string, names: readonly string[], asked: AskedNames): Chosen {
  const { x, y, notices } = chooseColumns(path, names, asked, () => undefined);
  const labels = y.map((place) => names[place]!);
  const whole =
    asked.x === undefined
      ? sampleColumns.find((name) => x.some((place) => names[place]!.toLowerCase() === name))
      : undefined;
  if (whole === undefined) return { x: x.map((place) => names[place]!), y: labels, notices };
  const taken = names.find((name) => name.toLowerCase() === whole)!;
  const left = x.map((place) => names[place]!).filter((name) => name !== taken);
  const words =
    left.length > 0
      ? [
          `The column ${taken} is taken for the samples; ${shortList(left)} ${left.length === 1 ? "is" : "are"} left out.`,
        ]
      : [];
  return { x: [taken], y: labels, notices: words };
}

async function readLabels(
  files: readonly string[],
  { x, y }: Chosen,
): Promise<{
  readonly counts: readonly number[];
  readonly firstRow: ParquetRow | undefined;
  readonly y: Tensor;
  readonly classes?: readonly string[];
}> {
  const texts = new TextLabels(files[0]!, y[0]!);
  const numbers: number[] = [];
  const counts: number[] = [];
  let text: boolean | undefined;
  let width: number | undefined;
  let firstRow: ParquetRow | undefined;
  for (const path of files) {
    await withFile(path, async (source) => {
      const file = await openParquet(source);
      let row = 0;
      for (const group of file.groups.keys()) {
        for (const values of await file.readGroup(group, y)) {
          text ??= y.length === 1 && typeof values[y[0]!] === "string";
          if (text) texts.add(textOf(path, values[y[0]!], y[0]!, row));
          else {
            const flat = y.flatMap((name) => flatten(path, values[name], name, row).values);
            if (flat.length !== (width ??= flat.length)) throw uneven(path, y.join(","), row);
            for (const number of flat) numbers.push(number);
          }
          row += 1;
        }
        if (firstRow === undefined && file.groups[group]! > 0) [firstRow] = await file.readGroup(group, x);
      }
      counts.push(row);
    });
  }
  if (text) return { counts, firstRow, ...texts.finish() };
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shape = (width ?? 1) === 1 ? [total] : [total, width!];
  return { counts, firstRow, y: { dtype: "float64", shape, data: Float64Array.from(numbers) } };
}

async function* fileSamples(
  path: string,
  indices: Uint32Array,
  columns: readonly string[],
  { dtype, shape }: Tensor,
  picture: boolean,
): AsyncGenerator<Tensor> {
  const groups = await withFile(path, async (source) => (await openParquet(source)).groups);
  let first = 0;
  for (const [group, count] of groups.entries()) {
    const own = indices.filter((index) => index >= first && index < first + count);
    if (own.length > 0) {
      const rows = await withFile(path, async (source) => (await openParquet(source)).readGroup(group, columns));
      for (const index of own) {
        const { tensor, picture: isOne } = sampleOf(path, rows[index - first]!, columns, index);
        // Pictures may differ in size; what is done about it is the study's.
        const fits = picture ? isOne : !isOne && tensor.dtype === dtype && tensor.shape.join() === shape.join();
        if (!fits) throw uneven(path, columns.join(","), index);
        yield tensor;
      }
    }
    first += count;
  }
}

function sampleOf(
  path: string,
  row: ParquetRow,
  columns: readonly string[],
  index: number,
): { readonly tensor: Tensor; readonly picture: boolean } {
  const [name] = columns as [string];
  const bytes = columns.length === 1 ? pictureBytes(row[name]) : undefined;
  if (bytes) return { tensor: decodePicture(bytes, `of row ${index} in ${name}`, path), picture: true };
  const parts = columns.map((column) => flatten(path, row[column], column, index));
  const [only] = parts;
  const values = parts.length === 1 ? only!.values : parts.flatMap((part) => part.values);
  const shape = parts.length === 1 && only!.shape.length > 0 ? only!.shape : [values.length];
  const dtype: DataType = "float64";
  return { tensor: { dtype, shape, data: Float64Array.from(values) }, picture: false };
}

/** The bytes of a picture, plain or as Hugging Face's {bytes, path}. */
function pictureBytes(value: ParquetValue): Uint8Array | undefined {
  const inner = value instanceof Uint8Array ? value : (value as { readonly bytes?: unknown } | null)?.bytes;
  return inner instanceof Uint8Array && isPicture(inner) ? inner : undefined;
}

/** A number, or lists of numbers of equal lengths, nested or not, row by row. */
function flatten(
  path: string,
  value: ParquetValue,
  column: string,
  row: number,
): { readonly values: number[]; readonly shape: readonly number[] } {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    const number = Number(value);
    if (Number.isFinite(number)) return { values: [number], shape: [] };
  }
  if (
    Array.isArray(value) ||
    (ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof Uint8Array))
  ) {
    const parts = Array.from(value as ArrayLike<ParquetValue>, (item) => flatten(path, item, column, row));
    const inner = parts[0]?.shape ?? [];
    const even = parts.every(({ shape }) => shape.join() === inner.join());
    if (!even || parts.length * sizeOf(inner) > largestSample) throw uneven(path, column, row);
    return { values: parts.flatMap(({ values }) => values), shape: [parts.length, ...inner] };
  }
  const nothing = value === null || value === undefined || (typeof value === "number" && Number.isNaN(value));
  if (nothing) {
    const advice = "Leave out rows with missing values, or fill them in.";
    throw mismatch(path, "A value is missing", `has no value in row ${row + 1}, column ${column}`, advice);
  }
  const what =
    typeof value === "string"
      ? "text"
      : value instanceof Uint8Array || "bytes" in Object(value)
        ? "bytes that are neither PNG nor JPEG"
        : "something else than numbers";
  const advice = 'Name the columns with numbers or pictures as "x" of "data" in the study.';
  throw unsupported(path, `holds ${what} in the column ${column} (row ${row + 1})`, advice);
}

function textOf(path: string, value: ParquetValue, column: string, row: number): string {
  if (typeof value === "string") return value;
  const advice = "Leave out rows with missing values, or fill them in.";
  throw mismatch(path, "A value is missing", `has no text in row ${row + 1}, column ${column}`, advice);
}

function uneven(path: string, column: string, row: number): Error {
  const found = `has a value in the column ${column}, row ${row + 1}, whose shape is not that of the first`;
  return mismatch(path, "The samples differ", found, "Save samples and labels of equal shape, or pictures throughout.");
}
