import { parseJson } from "../files/json";
import { toJsonNumber } from "../protocol/numbers";
import { ProblemError } from "../protocol/problem";
import type { Check, JsonNumber, Point, RunHeader, SplitValues } from "../protocol/result";
import { Extras } from "./extras";
import type { ExtraRecord } from "./extras";
import { readExtra } from "./readExtra";
import { isJsonNumber, isObject, isWhole } from "./shapes";

/** Name of the format in the first line of a journal. */
const FORMAT = "loss-landscape-run";
/** Version of the journals that are written and read. */
export const JOURNAL_VERSION = 1;
/** More points along an axis than any study may ask for. */
const mostAlongAxis = 2000;
/** Characters of a run's name. */
const longestName = 200;

/** The line that a session of a run ends with; missing when it was torn away. */
export interface EndRecord {
  readonly end: "done" | "cancelled" | "failed";
  /** Checks made at the end, beside those of the header. */
  readonly checks: readonly Check[];
  /** How long the session took. */
  readonly seconds: number;
}

/** All that a journal holds. */
export interface JournalContent {
  readonly header: RunHeader;
  /** The user's own name for the run. */
  readonly name?: string;
  /** In the order in which they were measured; every index at most once. */
  readonly points: readonly Point[];
  /** What was measured beside the grid; the last one of a kind and number counts. */
  readonly extras: readonly ExtraRecord[];
  readonly ends: readonly EndRecord[];
  /** Bytes up to the end of the last whole line; what follows was cut off in writing. */
  readonly length: number;
}

/** First line of a journal. A name stands beside the header, where readers that know of none pass it over. */
export function headerLine(header: RunHeader, name?: string): string {
  return `${JSON.stringify({ format: FORMAT, version: JOURNAL_VERSION, name, header })}\n`;
}

/**
 * Line of one point: `[index, loss, accuracy, lossError]`, followed by the same three for every further split. Numbers
 * keep every bit, except the sign of zero.
 */
export function pointLine({ index, loss, accuracy, lossError, further = [] }: Point): string {
  const others = further.flatMap((split) => [split.loss, split.accuracy, split.lossError]);
  return `${JSON.stringify([index, loss, accuracy, lossError, ...others])}\n`;
}

/** Line of something beside the grid. Numbers keep every bit, except the sign of zero; NaN and infinities are kept. */
export function extraLine(record: ExtraRecord): string {
  const named = (_key: string, value: unknown): unknown => (typeof value === "number" ? toJsonNumber(value) : value);
  return `${JSON.stringify(record, named)}\n`;
}

/** Last line of a session. */
export function endLine(end: EndRecord): string {
  return `${JSON.stringify(end)}\n`;
}

/** Reads the bytes of a journal piece by piece. A last line without its end is dropped. */
export class JournalParser {
  private readonly points: Point[] = [];
  private readonly extras: ExtraRecord[] = [];
  private readonly ends: EndRecord[] = [];
  private readonly seen = new Set<number>();
  private head: Head | undefined;
  /** The beginning of a line whose end has not come yet. */
  private cut: Uint8Array[] = [];
  private length = 0;
  /** Lines so far. */
  private count = 0;

  /** @param file absolute path, for messages. */
  constructor(private readonly file: string) {}

  /**
   * Takes the next bytes, which may end within a line and are not kept.
   * @throws ProblemError `journal-damaged`, `journal-version`.
   */
  take(bytes: Uint8Array): void {
    let at = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, at)) {
      const part = bytes.subarray(at, end);
      const line = this.cut.length === 0 ? part : Buffer.concat([...this.cut, part]);
      this.cut = [];
      this.line(line);
      this.length += line.length + 1;
      at = end + 1;
    }
    if (at < bytes.length) this.cut.push(bytes.slice(at));
  }

  /** What was in all the bytes. @throws ProblemError `journal-damaged` when there was no header. */
  content(): JournalContent {
    const { points, extras, ends, length } = this;
    const { header, name } = this.head ?? headOf(undefined, this.file);
    return { header, ...(name === undefined ? {} : { name }), points, extras, ends, length };
  }

  private line(line: Uint8Array): void {
    this.count += 1;
    if (this.head === undefined) {
      this.head = headOf(line, this.file);
      return;
    }
    const { header, asked } = this.head;
    const splits = 1 + (header.splits?.length ?? 0);
    const record = parseJson(line);
    const end = toEnd(record);
    const extra = end ? undefined : readExtra(record, splits);
    if (end) this.ends.push(end);
    else if (extra) {
      if (!asked.includes(extra)) throw this.fault("names what the run does not measure");
      this.extras.push(extra);
    } else this.point(toPoint(record, splits), header.x.length * header.y.length);
  }

  /** @param total how many points the grid has. */
  private point(point: Point | undefined, total: number): void {
    if (!point) throw this.fault("is neither a point nor the end of a session");
    const { index } = point;
    if (this.seen.has(index)) throw this.fault(`names point ${String(index)} a second time`);
    if (index >= total) throw this.fault(`names point ${String(index)} of a grid of ${String(total)} points`);
    this.seen.add(index);
    this.points.push(point);
  }

  private fault(finding: string): ProblemError {
    return damaged(this.file, `line ${String(this.count)} ${finding}`);
  }
}

/** A name as one line of at most `longestName` characters; control characters become spaces. */
export function cleanName(name: string): string {
  return name
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim()
    .slice(0, longestName)
    .trim();
}

/** The problem of a journal that cannot be read. */
export function damaged(file: string, finding: string): ProblemError {
  return new ProblemError({
    reason: "journal-damaged",
    title: "The saved results are damaged",
    message: `The run's journal "${file}" cannot be used: ${finding}.`,
    advice: "Run the study again; the damaged file is kept aside.",
    file,
  });
}

interface Head {
  readonly header: RunHeader;
  readonly asked: Extras;
  readonly name?: string;
}

/** @param line the first one; undefined when there is none. */
function headOf(line: Uint8Array | undefined, file: string): Head {
  const record = line === undefined ? undefined : parseJson(line);
  if (!isObject(record) || record.format !== FORMAT) {
    throw damaged(file, "its first line is not the header of a run");
  }
  if (record.version !== JOURNAL_VERSION) {
    throw new ProblemError({
      reason: "journal-version",
      title: "The saved results have another version",
      message:
        `The run's journal "${file}" has version ${String(record.version)}, ` +
        `and this extension reads version ${String(JOURNAL_VERSION)}.`,
      advice: "Run the study again; the other file is kept aside.",
      file,
      facts: [`version ${String(record.version)}`, `version ${String(JOURNAL_VERSION)}`],
    });
  }
  if (!isHeader(record.header)) throw damaged(file, "its header is incomplete");
  const name = typeof record.name === "string" ? cleanName(record.name) : "";
  return { header: record.header, asked: new Extras(record.header), ...(name === "" ? {} : { name }) };
}

/** The fields that reading and drawing a run rests upon; the others are carried. */
function isHeader(value: unknown): value is RunHeader {
  if (!isObject(value)) return false;
  const { id, started, study, model, data, engine, centre, directions, fingerprints, x, y, checks } = value;
  const { splits = [], trajectory = { checkpoints: [] } } = value;
  return (
    typeof id === "string" &&
    typeof started === "string" &&
    [study, model, data, engine, directions, fingerprints].every(isObject) &&
    isObject((study as Record<string, unknown>).grid) &&
    isObject(centre) &&
    isJsonNumber(centre.loss) &&
    Array.isArray(splits) &&
    isObject(trajectory) &&
    Array.isArray(trajectory.checkpoints) &&
    [x, y].every(
      (axis) => Array.isArray(axis) && axis.length > 0 && axis.length <= mostAlongAxis && axis.every(Number.isFinite),
    ) &&
    Array.isArray(checks)
  );
}

/** @param splits how many splits every point has. */
function toPoint(record: unknown, splits: number): Point | undefined {
  if (!Array.isArray(record) || record.length !== 1 + 3 * splits) return undefined;
  const [index, ...values] = record as unknown[];
  if (!isWhole(index) || !values.every(isJsonNumber)) return undefined;
  const [first, ...further] = Array.from({ length: splits }, (_, k): SplitValues => {
    const [loss, accuracy, lossError] = values.slice(3 * k) as [JsonNumber, JsonNumber, JsonNumber];
    return { loss, accuracy, lossError };
  });
  return { index, ...first!, ...(further.length > 0 ? { further } : {}) };
}

function toEnd(record: unknown): EndRecord | undefined {
  if (!isObject(record) || !Array.isArray(record.checks) || typeof record.seconds !== "number") return undefined;
  const { end, checks, seconds } = record;
  if (end !== "done" && end !== "cancelled" && end !== "failed") return undefined;
  return { end, checks: checks as Check[], seconds };
}
