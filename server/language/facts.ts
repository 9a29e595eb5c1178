import { stat } from "node:fs/promises";
import type { FileAnswer, FilesAnswer, FilesQuestion } from "../protocol/files";
import { concerns } from "./knowledge";
import type { Asked, Knowledge, Lookup } from "./knowledge";

/** More answers than any study has files; the oldest are forgotten first. */
const most = 5000;

/** An answer that was found out, and the file that it is about. */
interface Entry {
  readonly path: string;
  readonly answer: FileAnswer<unknown>;
}

/** The keys of all parts of a question: what is asked, with time and size of every file that decides the answer. */
interface Keys {
  readonly model?: string;
  readonly data: readonly string[];
  readonly weights: readonly string[];
  readonly directions?: string;
}

/** What is remembered of a question, and what is not. */
export interface Recollection {
  readonly knowledge: Knowledge;
  /** Says which files, as they are now, the question is about. */
  readonly key: string;
  /** The parts that have to be asked; absent when everything is known. */
  readonly missing?: FilesQuestion;
  /** Remembers the answers to `missing`. */
  learn(answer: FilesAnswer): void;
}

/** Remembers what files are, part by part, for as long as they do not change. */
export class FileFacts {
  private readonly entries = new Map<string, Entry>();

  async recall({ question, dataFields }: Asked, lookups: readonly Lookup[]): Promise<Recollection> {
    const keys = await keysOf(question);
    const known = <T>(key: string | undefined): FileAnswer<T> | undefined =>
      key === undefined ? undefined : (this.entries.get(key)?.answer as FileAnswer<T> | undefined);
    const model: Knowledge["model"] = known(keys.model);
    const directions: Knowledge["directions"] = known(keys.directions);
    const weights = new Map<string, NonNullable<ReturnType<Knowledge["weights"]["get"]>>>();
    question.weights.forEach(({ path: file }, i) => {
      const answer: ReturnType<Knowledge["weights"]["get"]> = known(keys.weights[i]);
      if (answer) weights.set(file, answer);
    });
    const knowledge: Knowledge = {
      lookups,
      data: keys.data.map((key) => known(key)),
      dataFields,
      weights,
      ...(model ? { model } : {}),
      ...(directions ? { directions } : {}),
    };
    const missing = this.missing(question, keys);
    const key = JSON.stringify(keys);
    return { knowledge, key, ...(missing ? { missing } : {}), learn: (answer) => this.learn(answer, question, keys) };
  }

  /** Forgets what may have changed with these files. */
  forget(changed: readonly string[]): void {
    for (const [key, { path }] of this.entries)
      if (changed.some((file) => concerns(file, path))) this.entries.delete(key);
  }

  private missing(question: FilesQuestion, keys: Keys): FilesQuestion | undefined {
    const isKnown = (key: string | undefined): boolean => key === undefined || this.entries.has(key);
    const data = question.data.filter((_, i) => !isKnown(keys.data[i]));
    const weights = question.weights.filter((_, i) => !isKnown(keys.weights[i]));
    const { model, loss, preprocess, directions } = question;
    if (data.length + weights.length === 0 && isKnown(keys.model) && isKnown(keys.directions)) return undefined;
    return {
      data,
      weights,
      ...(model === undefined ? {} : { model }),
      ...(loss === undefined ? {} : { loss }),
      ...(preprocess === undefined ? {} : { preprocess }),
      ...(directions === undefined || isKnown(keys.directions) ? {} : { directions }),
    };
  }

  /** The answers are those to what was missing, in the order of the question. */
  private learn(answer: FilesAnswer, question: FilesQuestion, keys: Keys): void {
    if (answer.model) this.remember(keys.model, answer.model);
    const data = [...answer.data];
    question.data.forEach((_, i) => {
      if (!this.entries.has(keys.data[i]!)) this.remember(keys.data[i], data.shift());
    });
    const weights = new Map(answer.weights.map((each) => [each.path, each]));
    question.weights.forEach(({ path: file }, i) => this.remember(keys.weights[i], weights.get(file)));
    this.remember(
      keys.directions,
      answer.directions ?? (question.directions === undefined ? undefined : { path: question.directions }),
    );
  }

  private remember(key: string | undefined, answer: FileAnswer<unknown> | undefined): void {
    if (key === undefined || answer === undefined || this.entries.has(key)) return;
    this.entries.set(key, { path: answer.path, answer });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= most) break;
      this.entries.delete(oldest);
    }
  }
}

async function keysOf({ model, loss, preprocess, data, weights, directions }: FilesQuestion): Promise<Keys> {
  const own = model === undefined ? "" : await stampOf(model);
  const withModel = [own, loss];
  return {
    ...(model === undefined ? {} : { model: JSON.stringify(["model", ...withModel]) }),
    data: await Promise.all(
      data.map(async ({ path, ...names }) => {
        return JSON.stringify(["data", await stampOf(path), names, preprocess, ...withModel]);
      }),
    ),
    weights: await Promise.all(
      weights.map(async ({ path, rename }) => JSON.stringify(["weights", await stampOf(path), rename, own])),
    ),
    ...(directions === undefined ? {} : { directions: JSON.stringify(["directions", await stampOf(directions), own]) }),
  };
}

/** Path, time of modification and size; a file that is gone has neither. */
async function stampOf(file: string): Promise<string> {
  const status = await stat(file).catch(() => undefined);
  return status ? `${file}|${status.mtimeMs}|${status.size}` : file;
}
