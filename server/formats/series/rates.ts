import path from "node:path";
import { corrupt, tooLarge, unsupported } from "../../files/faults";
import { withSource } from "../source";

/** The learning rate at some time of a training. */
export interface LearningRate {
  /** How many epochs are done at the end of this one, or a fraction of it, as checkpoints of the same training count. */
  readonly epoch: number;
  readonly rate: number;
}

const largestLog = 2 ** 26;
const advice = "Choose a log with columns for epoch and learning rate, or list the epochs of the drops in the study.";

/**
 * Learning rates that a training program logged, in the order of time:
 *
 * - CSV with a column `epoch` and one named `lr`, `learning_rate` or `lr-…` (Lightning; the first such), separated by
 *   commas, semicolons or tabs. Rows without a rate are skipped; a rate without an epoch belongs to the next epoch that
 *   the log mentions. Keras's CSVLogger counts epochs from 0 where its checkpoints count from 1: such a log (a first
 *   column `epoch` from 0, the others in alphabetical order) is counted up by one.
 * - `trainer_state.json` of Hugging Face, whose epochs are fractions.
 *
 * @throws ProblemError `file-missing`, `file-corrupt`, `file-unsupported`, `too-large`.
 */
export async function readRates(file: string): Promise<readonly LearningRate[]> {
  const bytes = await withSource(file, (source) => {
    if (source.size > largestLog) throw tooLarge(file, `has ${source.size} bytes`, advice);
    return source.read(0, source.size);
  });
  const text = new TextDecoder().decode(bytes);
  const rates = path.extname(file).toLowerCase() === ".json" ? fromTrainerState(text, file) : fromTable(text, file);
  if (rates.length === 0) throw unsupported(file, "is a log without learning rates", advice);
  return rates;
}

function fromTrainerState(text: string, file: string): readonly LearningRate[] {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    throw corrupt(file, "is no valid JSON");
  }
  const history = (state as { log_history?: unknown } | null)?.log_history;
  if (!Array.isArray(history)) throw unsupported(file, "has no log_history", advice);
  return history.flatMap((entry: { epoch?: unknown; learning_rate?: unknown } | null) => {
    const { epoch, learning_rate: rate } = entry ?? {};
    return isNumber(epoch) && isNumber(rate) ? [{ epoch, rate }] : [];
  });
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function fromTable(text: string, file: string): readonly LearningRate[] {
  const [head, ...rows] = rowsOf(text);
  const names = (head ?? []).map((name) => name.trim().toLowerCase());
  const epochColumn = names.indexOf("epoch");
  const rateColumn = names.findIndex((name) => isRateName(name));
  if (epochColumn < 0 || rateColumn < 0) {
    const found = `is no log of learning rates: its columns are ${names.slice(0, 12).join(", ")}`;
    throw unsupported(file, found.slice(0, 300), advice);
  }
  const epochs = rows.map((row) => numberIn(row[epochColumn]));
  const shift = isKerasLog(names) && epochs[0] === 0 ? 1 : 0;
  // Backwards, as a row without an epoch belongs to the next one that has it; the last rows to the last epoch.
  let epoch = epochs.filter((known) => known !== undefined).pop();
  const rates: LearningRate[] = [];
  for (let i = rows.length - 1; i >= 0; i--) {
    epoch = epochs[i] ?? epoch;
    const rate = numberIn(rows[i]![rateColumn]);
    if (rate !== undefined && epoch !== undefined) rates.push({ epoch: epoch + shift, rate });
  }
  return rates.reverse();
}

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

/** Cells of the lines of a table, quotes taken off; empty lines left out. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line !== "");
  const counts = [",", ";", "\t"].map((separator) => [separator, (lines[0] ?? "").split(separator).length] as const);
  const [separator] = counts.reduce((best, next) => (next[1] > best[1] ? next : best));
  return lines.map((line) => cellsOf(line, separator));
}

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
