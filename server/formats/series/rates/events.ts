import path from "node:path";
import { crc32c } from "../../../files/crc32c";
import { corrupt, tooLarge } from "../../../files/faults";
import type { Source } from "../../../files/source";
import { fromBfloat16, fromFloat16 } from "../../../graph/half";
import { fieldsOf, WireError, type Field } from "../../../graph/wire";
import { logAdvice, type LoggedRate } from "./logged";

/** Bytes before a record (its length and their checksum) and after it (its own checksum). */
const headBytes = 12;
const tailBytes = 4;
/** Larger records hold graphs and pictures; they are passed over unread. */
const largestRecord = 2 ** 16;
const mostRecords = 4_000_000;
/** How much is read from the file at once. */
const windowBytes = 2 ** 20;

/** Whether a file is one of TensorBoard's by its name, e.g. `events.out.tfevents.1700000000.host`. */
export function isEventsName(file: string): boolean {
  return path.basename(file).includes(".tfevents.");
}

/** A number that a training program logged. */
interface Scalar {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

/**
 * Learning rates in an event file of TensorBoard: scalars, or tensors of one number, whose tag is `learning_rate`, `lr`,
 * `lr-…` or one of these in a group (`train/learning_rate`, `epoch_learning_rate`); of several the first. Steps become
 * epochs where the file has scalars `epoch` too (Lightning, Hugging Face), and where the tag says so: Keras writes
 * `epoch_…` by epochs from 0, where its checkpoints count from 1.
 *
 * @returns none when the file has no such scalar. What was cut off in writing at the end is left out.
 * @throws ProblemError `file-corrupt` when a checksum is wrong, `too-large`.
 */
export async function readEvents(source: Source): Promise<readonly LoggedRate[]> {
  const rates = new Map<string, Scalar[]>();
  const epochs = new Map<number, number>();
  for await (const record of recordsOf(source)) {
    for (const scalar of scalarsIn(record, source.path)) {
      if (/(^|\/)epoch$/.test(scalar.tag)) epochs.set(scalar.step, scalar.value);
      else if (isRateTag(scalar.tag)) rates.set(scalar.tag, [...(rates.get(scalar.tag) ?? []), scalar]);
    }
  }
  const [scalars = []] = rates.values();
  const inOrder = [...scalars].sort((a, b) => a.step - b.step);
  return inOrder.map(({ tag, step, value }) => {
    if (/(^|\/)epoch_/.test(tag)) return { epoch: step + 1, rate: value };
    const epoch = epochs.get(step);
    return { ...(epoch === undefined ? {} : { epoch }), step, rate: value };
  });
}

function isRateTag(tag: string): boolean {
  return /(^|\/)(epoch_)?(lr|learning_rate)$/i.test(tag) || /(^|\/)lr-[^/]+(\/pg\d+)?$/i.test(tag);
}

/** The records of the file but the largest, each with its checksums. */
async function* recordsOf(source: Source): AsyncGenerator<Uint8Array> {
  let window = new Uint8Array();
  let start = 0;
  let count = 0;
  for (let at = 0; at + headBytes <= source.size;) {
    const need = headBytes + largestRecord + tailBytes;
    if (at < start || at + Math.min(need, source.size - at) > start + window.length) {
      start = at;
      window = await source.read(at, Math.min(windowBytes, source.size - at));
    }
    const head = window.subarray(at - start, at - start + headBytes);
    const view = new DataView(head.buffer, head.byteOffset, headBytes);
    if (view.getUint32(8, true) !== masked(head.subarray(0, 8))) throw damaged(source.path, at);
    const length = Number(view.getBigUint64(0, true));
    const from = at + headBytes;
    at = from + length + tailBytes;
    if (at > source.size) return;
    count += 1;
    if (count > mostRecords) throw tooLarge(source.path, `has more than ${mostRecords} records`, logAdvice);
    if (length > largestRecord) continue;
    const record = window.subarray(from - start, from - start + length);
    const tail = new DataView(window.buffer, window.byteOffset + from - start + length, tailBytes);
    if (tail.getUint32(0, true) !== masked(record)) throw damaged(source.path, from);
    yield record;
  }
}

function damaged(file: string, position: number): Error {
  return corrupt(file, `is damaged or no event file: the checksum at ${position} is wrong`);
}

/** Checksums of checksums are weak, so TensorFlow turns and shifts them. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The scalars of an `Event`: its step and the values of its summary. */
function scalarsIn(record: Uint8Array, file: string): readonly Scalar[] {
  try {
    let step = 0;
    const values: Uint8Array[] = [];
    for (const field of fieldsOf(record)) {
      if (field.number === 2) step = field.number53();
      if (field.number !== 5) continue;
      for (const value of fieldsOf(field.bytes())) if (value.number === 1) values.push(value.bytes());
    }
    return values.flatMap((value) => scalarOf(value, step) ?? []);
  } catch (error) {
    if (error instanceof WireError) throw corrupt(file, `is no event file of TensorBoard: ${error.message}`);
    throw error;
  }
}

/** A `Summary.Value` that is one finite number. */
function scalarOf(bytes: Uint8Array, step: number): Scalar | undefined {
  let tag = "";
  let value: number | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) tag = field.text();
    else if (field.number === 2) value = field.float();
    else if (field.number === 8) value = numberIn(field.bytes());
  }
  return value !== undefined && Number.isFinite(value) ? { tag, step, value } : undefined;
}

/** How the elements of a `TensorProto` are written: bytes each, the field beside the packed content, and their value. */
const elementTypes: Readonly<
  Record<number, readonly [width: number, field: number, read: (view: DataView) => number]>
> = {
  1: [4, 5, (view) => view.getFloat32(0, true)],
  2: [8, 6, (view) => view.getFloat64(0, true)],
  14: [2, 13, (view) => fromBfloat16(view.getUint16(0, true))],
  19: [2, 13, (view) => fromFloat16(view.getUint16(0, true))],
};

/** The number in TensorFlow's `TensorProto` of a single floating-point number. */
function numberIn(tensor: Uint8Array): number | undefined {
  const fields = new Map<number, Field>();
  for (const field of fieldsOf(tensor)) fields.set(field.number, field);
  const type = elementTypes[fields.get(1)?.number53() ?? 0];
  if (!type) return undefined;
  const [width, typed, read] = type;
  const content = fields.get(4)?.bytes() ?? contentOf(fields.get(typed), width);
  if (content?.length !== width) return undefined;
  return read(new DataView(content.buffer, content.byteOffset, width));
}

function contentOf(field: Field | undefined, width: number): Uint8Array | undefined {
  if (!field) return undefined;
  if (width !== 2) return field.fixed(width === 4 ? 4 : 8);
  const [bits, ...more] = field.integers();
  return bits === undefined || more.length > 0
    ? undefined
    : Uint8Array.of(Number(bits & 0xffn), Number((bits >> 8n) & 0xffn));
}
