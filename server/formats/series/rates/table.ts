import { tooLarge, unsupported } from "../../../files/faults";
import { logAdvice, type LoggedRate } from "./logged";

/** Most lines that are read. */
const mostLines = 500_000;

/** Columns that are looked for, -1 for those that are not there. */
interface Columns {
  readonly epoch: number;
  readonly step: number;
  readonly rate: number;
}

/**
 * Learning rates in a table separated by commas, semicolons or tabs, with a column `epoch` or `step` and one named `lr`,
 * `learning_rate` or `lr-…` (Lightning; the first such). Rows without a rate are skipped; a rate without an epoch belongs
 * to the next epoch that the table mentions. Keras's CSVLogger counts epochs from 0 where its checkpoints count from 1:
 * such a table (a first column `epoch` from 0, the others in alphabetical order) is counted up by one.
 *
 * @throws ProblemError `file-unsupported`, `too-large`.
 */
export function readTable(bytes: Uint8Array, file: string): readonly LoggedRate[] {
  const lines = linesOf(bytes, file);
  const { value: head = "" } = lines.next() as { value?: string };
  const separator = separatorOf(head);
  const names = cellsOf(head, separator).map((name) => name.trim().toLowerCase());
  const columns: Columns = {
    epoch: names.indexOf("epoch"),
    step: names.findIndex((name) => name === "step" || name === "global_step"),
    rate: names.findIndex(isRateName),
  };
  if ((columns.epoch < 0 && columns.step < 0) || columns.rate < 0) {
    const found = `is no log of learning rates: its columns are ${names.slice(0, 12).join(", ")}`;
    throw unsupported(file, found.slice(0, 300), logAdvice);
  }
  return ratesIn(lines, separator, columns, isKerasLog(names));
}

function ratesIn(lines: Iterable<string>, separator: string, columns: Columns, isKeras: boolean): LoggedRate[] {
  const rates: { epoch?: number; step?: number; readonly rate: number }[] = [];
  let shift: number | undefined;
  let last: number | undefined;
  /** Index of the first rate whose epoch is not known yet. */
  let waiting = 0;
  for (const line of lines) {
    const cells = cellsOf(line, separator);
    const epoch = numberIn(cells[columns.epoch]);
    const step = numberIn(cells[columns.step]);
    const rate = numberIn(cells[columns.rate]);
    shift ??= isKeras && epoch === 0 ? 1 : 0;
    if (rate !== undefined) rates.push({ rate, ...(step === undefined ? {} : { step }) });
    if (epoch === undefined) continue;
    last = epoch + shift;
    for (; waiting < rates.length; waiting++) rates[waiting]!.epoch = last;
  }
  // The last rates belong to the last epoch.
  if (last !== undefined) for (; waiting < rates.length; waiting++) rates[waiting]!.epoch = last;
  return rates.filter(({ epoch, step }) => epoch !== undefined || step !== undefined);
}

/** Whether a column, in lower case, holds learning rates. */
function isRateName(name: string): boolean {
  return (
    name === "lr" || name === "learning_rate" || (name.startsWith("lr-") && !/-(momentum|weight_decay)$/.test(name))
  );
}

/** Keras writes the epoch first and its other columns in alphabetical order. */
function isKerasLog([first, ...others]: readonly string[]): boolean {
  return first === "epoch" && others.length > 1 && others.join() === [...others].sort().join();
}

function numberIn(cell: string | undefined): number | undefined {
  const text = cell?.trim() ?? "";
  const value = text === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The lines that are not empty, one at a time: all of them at once may take many times the memory of the file. */
function* linesOf(bytes: Uint8Array, file: string): Generator<string, undefined> {
  const decoder = new TextDecoder();
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(0x0a, at);
    const end = found < 0 ? bytes.length : found;
    const line = decoder.decode(bytes.subarray(at, end)).replace(/\r$/, "");
    at = end + 1;
    if (line === "") continue;
    count += 1;
    if (count > mostLines) throw tooLarge(file, `has more than ${mostLines} lines`, logAdvice);
    yield line;
  }
}

function separatorOf(head: string): string {
  const counts = [",", ";", "\t"].map((separator) => [separator, head.split(separator).length] as const);
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

/** The cells of a line, quotes taken off. */
function cellsOf(line: string, separator: string): readonly string[] {
  if (!line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      cells.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...cells, cell];
}
