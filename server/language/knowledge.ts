import { stat } from "node:fs/promises";
import path from "node:path";
import type {
  DataFileFacts,
  DirectionsFacts,
  FileAnswer,
  FilesQuestion,
  ModelFacts,
  WeightsFacts,
  WeightsQuestion,
} from "../protocol/files";
import { ProblemError } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import { nodeAt } from "../study/fields";
import type { FieldPath } from "../study/fields";
import type { StudyDocument } from "./document";
import type { Reference } from "./references";
import type { Series, Surroundings } from "./surroundings";

/** What is at the path of a reference. */
export interface Lookup {
  readonly reference: Reference;
  /** What is there; of a pattern nothing. */
  readonly found?: "file" | "folder";
  /** Of a pattern. */
  readonly series?: Series;
  /** Why a pattern could not be looked up. */
  readonly problem?: Problem;
}

/** What is known of the files that a study names; whatever is not found out yet is absent. */
export interface Knowledge {
  readonly lookups: readonly Lookup[];
  readonly model?: FileAnswer<ModelFacts>;
  /** In the order of `Asked.data`. */
  readonly data: readonly (FileAnswer<DataFileFacts> | undefined)[];
  readonly dataFields: readonly FieldPath[];
  /** By absolute path. */
  readonly weights: ReadonlyMap<string, FileAnswer<WeightsFacts>>;
  readonly directions?: FileAnswer<DirectionsFacts>;
}

export const nothingKnown: Knowledge = { lookups: [], data: [], dataFields: [], weights: new Map() };

/** Looks at the disk for every file that a study names. */
export function lookUp(
  references: readonly Reference[],
  folder: string,
  { series }: Pick<Surroundings, "series">,
): Promise<readonly Lookup[]> {
  return Promise.all(
    references.map(async (reference): Promise<Lookup> => {
      if (!reference.isPattern) return { reference, ...(await whatIsAt(reference.path)) };
      try {
        return { reference, series: await series(reference.path, folder) };
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return { reference, problem: error.problem };
      }
    }),
  );
}

async function whatIsAt(file: string): Promise<Pick<Lookup, "found">> {
  const status = await stat(file).catch(() => undefined);
  if (!status) return {};
  return { found: status.isDirectory() ? "folder" : "file" };
}

/** A question about files, and for each of its data the field that it belongs to. */
export interface Asked {
  readonly question: FilesQuestion;
  readonly dataFields: readonly FieldPath[];
}

/** What to ask about the files of a study that are there. */
export function questionOf(study: StudyDocument, lookups: readonly Lookup[]): Asked {
  const present = lookups.filter(({ found, series }) => found !== undefined || series !== undefined);
  const pathOf = (kind: string): string | undefined =>
    present.find(({ reference }) => reference.kind === kind)?.reference.path;
  const { rename: ofWeights, checkpoints } = study.draft ?? {};
  const weights = new Map<string, WeightsQuestion>();
  for (const { reference, series } of present) {
    const { kind } = reference;
    if (kind !== "weights" && kind !== "checkpoint" && kind !== "checkpoints") continue;
    const rename = kind === "weights" ? ofWeights : checkpoints?.rename;
    for (const file of series?.files ?? [reference.path]) weights.set(file, { path: file, ...(rename && { rename }) });
  }
  const model = pathOf("model");
  const directions = pathOf("directions");
  const data = dataOf(study, present);
  const loss = study.draft?.loss;
  return {
    question: {
      data: data.map(({ question }) => question),
      weights: [...weights.values()],
      ...(model === undefined ? {} : { model }),
      ...(loss === undefined ? {} : { loss }),
      ...(study.draft?.preprocess ? { preprocess: study.draft.preprocess } : {}),
      ...(directions === undefined ? {} : { directions }),
    },
    dataFields: data.map(({ field }) => field),
  };
}

interface DataAsked {
  readonly field: FieldPath;
  readonly question: FilesQuestion["data"][number];
}

function dataOf({ draft, root }: StudyDocument, present: readonly Lookup[]): readonly DataAsked[] {
  const references = present.map(({ reference }) => reference).filter(({ kind }) => kind === "data");
  // What breaks the schema says nothing certain of arrays.
  if (!draft) return references.map(({ field, path: file }) => ({ field, question: { path: file } }));
  const { data, splits = [] } = draft;
  const asked = [data, ...splits].map((split): DataAsked | undefined => {
    const name = split?.split;
    const inner = data?.path !== undefined && split?.path === undefined;
    const file = split?.path ?? data?.path;
    if (file === undefined) return undefined;
    const names = inner && name !== undefined ? { x: `x_${name}`, y: `y_${name}` } : {};
    const { x = names.x, y = names.y, layout = data?.layout } = split ?? {};
    const field = fieldOfSplit(root, name, references, file);
    if (!field || !references.some((each) => each.path === file)) return undefined;
    const question = {
      path: file,
      ...(x === undefined ? {} : { x }),
      ...(y === undefined ? {} : { y }),
      ...(layout === undefined ? {} : { layout }),
    };
    return { field, question };
  });
  return asked.filter((each) => each !== undefined);
}

/** Where a split says which file it is of. */
function fieldOfSplit(
  root: StudyDocument["root"],
  name: string | undefined,
  references: readonly Reference[],
  file: string,
): FieldPath | undefined {
  const own = name === undefined ? undefined : (["data", name] as const);
  const candidates = references.filter((each) => each.path === file).map(({ field }) => field);
  const within = own && candidates.find((field) => field[1] === own[1]);
  if (within) return within;
  return own && nodeAt(root, own)?.type === "object" ? own : candidates[0];
}

/** Whether a changed file may change what is known of another one: it is the same, in it, or beside it. */
export function concerns(changed: string, file: string): boolean {
  const folder = path.dirname(file);
  return changed === file || changed.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}
