import path from "node:path";
import type { StudyChange } from "../../server/protocol/requests";

/** What a language model asks to be described. */
export interface DescribeInput {
  /** Absolute path of a model, a study or a run file. */
  readonly path: string;
}

/** What a language model asks to be run. */
export interface RunInput {
  /** Absolute path of a model or study. */
  readonly model: string;
  /** Absolute path of the data. */
  readonly data?: string;
  readonly change: StudyChange;
}

/**
 * The input of the tool that describes, whatever a model has sent.
 * @param folders absolute paths of the folders that relative paths may be in.
 */
export function readDescribeInput(input: unknown, folders: readonly string[]): DescribeInput | undefined {
  const file = fileOf(fieldsOf(input).path, folders);
  return file === undefined ? undefined : { path: file };
}

/** The input of the tool that runs; numbers out of range are left to the worker, which says what is wrong with them. */
export function readRunInput(input: unknown, folders: readonly string[]): RunInput | undefined {
  const { model, data, points, range, seed, samples } = fieldsOf(input);
  const file = fileOf(model, folders);
  if (file === undefined) return undefined;
  const numbers = [points, range, seed, samples];
  if (numbers.some((value) => value !== undefined && !(typeof value === "number" && Number.isFinite(value))))
    return undefined;
  const dataFile = data === undefined ? undefined : fileOf(data, folders);
  if (data !== undefined && dataFile === undefined) return undefined;
  const grid = {
    ...(points === undefined ? {} : { points: [points as number, points as number] as const }),
    ...(range === undefined
      ? {}
      : { x: [-(range as number), range as number] as const, y: [-(range as number), range as number] as const }),
  };
  return {
    model: file,
    ...(dataFile === undefined ? {} : { data: dataFile }),
    change: {
      ...(Object.keys(grid).length > 0 ? { grid } : {}),
      ...(seed === undefined ? {} : { seed: seed as number }),
      ...(samples === undefined ? {} : { samples: samples as number }),
    },
  };
}

function fieldsOf(input: unknown): Readonly<Record<string, unknown>> {
  return typeof input === "object" && input !== null ? (input as Readonly<Record<string, unknown>>) : {};
}

/** An absolute path; a relative one is taken from the first folder. */
function fileOf(value: unknown, folders: readonly string[]): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  if (path.isAbsolute(value)) return path.normalize(value);
  const [first] = folders;
  return first === undefined ? undefined : path.join(first, value);
}
