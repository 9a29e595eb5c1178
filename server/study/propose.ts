import { readdir } from "node:fs/promises";
import path from "node:path";
import { exportPreserving } from "../protocol/exportCalls";
import { modelName } from "../protocol/modelName";
import type { LossName, Preprocess } from "../protocol/study";
import type { Problem } from "../protocol/problem";
import { isStudyPath, subjectOfStudy, studySuffix } from "./read";

/** What is known of a data file that was held against a model. */
export interface DataFacts {
  readonly path: string;
  /** SHA-256 of every file that holds the data, by absolute path. */
  readonly fingerprints?: Readonly<Record<string, string>>;
  /** Names of the arrays that were taken, or the absolute path of the file of labels, where they have one of their own. */
  readonly names?: { readonly x?: string; readonly y?: string };
  /** What is inferred from samples and model. */
  readonly preprocess?: Preprocess;
  /** The loss that its labels ask for and why, where neither study nor training says one. */
  readonly loss?: { readonly name: LossName; readonly notice: string };
  /** What was inferred or taken without being asked for, as sentences. */
  readonly notices?: readonly string[];
  /** Why it does not fit. */
  readonly problem?: Problem;
}

/**
 * The study beside a model, or beside weights, that names it: the one with the model's own name, otherwise the only one.
 * Several others are no choice for us to make; they are returned in `others`.
 */
export async function studyBeside(
  model: string,
): Promise<{ readonly study?: string; readonly others: readonly string[] }> {
  const folder = path.dirname(model);
  const files = (await readdir(folder)).filter(isStudyPath).sort();
  const naming: string[] = [];
  for (const file of files.map((name) => path.join(folder, name))) {
    if ((await subjectOfStudy(file).catch(() => undefined)) === path.resolve(model)) naming.push(file);
  }
  const own = path.join(folder, modelName(model) + studySuffix);
  const study = naming.find((file) => file === own) ?? (naming.length === 1 ? naming[0] : undefined);
  return { study, others: naming.filter((file) => file !== study) };
}

/**
 * Which of the candidates is the data: the only one that fits, or the only held-out split where all others are what was
 * trained on, with a notice of them; or else why the user must say.
 */
export function chooseData(
  model: string,
  facts: readonly DataFacts[],
):
  | { readonly data: DataFacts; readonly notices: readonly string[] }
  | { readonly candidates: readonly string[]; readonly reason: string } {
  const fitting = facts.filter(({ problem }) => problem === undefined);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return { data: only, notices: [] };
  const name = path.basename(model);
  const names = (entries: readonly DataFacts[]): string => entries.map((entry) => path.basename(entry.path)).join(", ");
  const heldOut = heldOutOf(fitting);
  if (heldOut !== undefined) {
    const others = fitting.filter((entry) => entry !== heldOut);
    const too = others.length === 1 ? "fits too and" : "fit too and each";
    const notice = `${names([heldOut])} is used; ${names(others)} ${too} can be named in a study as the split "train".`;
    return { data: heldOut, notices: [notice] };
  }
  if (fitting.length > 1) {
    return {
      candidates: fitting.map((entry) => entry.path),
      reason: `${fitting.length} files beside ${name} fit it: ${names(fitting)}.`,
    };
  }
  const [refused] = facts;
  if (refused === undefined) {
    return { candidates: [], reason: `There is no labelled data beside ${name}, nor in a folder "data" there.` };
  }
  return {
    candidates: [],
    reason:
      facts.length === 1
        ? `${path.basename(refused.path)} beside ${name} does not fit: ${refused.problem?.message ?? ""}`
        : `None of the files beside ${name} fits it: ${names(facts)}. ${refused.problem?.message ?? ""}`,
  };
}

/** The only test or validation split of files whose names differ in their splits alone, the others being for training. */
function heldOutOf(facts: readonly DataFacts[]): DataFacts | undefined {
  const [heldOut, ...more] = facts.filter((entry) => ["test", "validation"].includes(splitOf(entry.path) ?? ""));
  if (heldOut === undefined || more.length > 0) return undefined;
  const family = familyOf(heldOut.path);
  const others = facts.filter((entry) => entry !== heldOut);
  const areTrained = others.every((entry) => splitOf(entry.path) === "train" && familyOf(entry.path) === family);
  return areTrained ? heldOut : undefined;
}

/** A path without what its name says of split, part of several files and format. */
function familyOf(file: string): string {
  const { dir, name } = path.parse(spoken(file).replace(/\.(gz|zip|bz2|xz)$/, ""));
  const words = name.replace(/-\d+-of-\d+/, "").split(/([^a-z0-9]+)/);
  return path.join(dir, words.map((word) => (splitWords.has(word) ? "*" : word)).join(""));
}

/** Which of several models a file of weights belongs to: the only one that fits, or else why the user must say. */
export function chooseModel(
  weights: string,
  facts: readonly { readonly path: string; readonly problem?: Problem }[],
): { readonly model: string } | { readonly candidates: readonly string[]; readonly reason: string } {
  const fitting = facts.filter(({ problem }) => problem === undefined).map((each) => each.path);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return { model: only };
  const name = path.basename(weights);
  const alone = `${name} holds weights without their architecture`;
  const near = (model: string): string => path.relative(path.dirname(weights), model);
  if (fitting.length > 1) {
    const reason = `${alone}, and ${fitting.length} models fit them: ${fitting.map(near).join(", ")}.`;
    return { candidates: fitting, reason };
  }
  const [refused] = facts;
  if (refused === undefined) {
    return { candidates: [], reason: `${alone}, and there is no model beside it or up to two folders above.` };
  }
  return {
    candidates: [],
    reason:
      facts.length === 1
        ? `${alone}. ${near(refused.path)} does not fit: ${whyOf(refused.problem)}`
        : `${alone}. None of the models near it fits: ${facts.map((each) => near(each.path)).join(", ")}. ${refused.problem?.message ?? ""}`,
  };
}

/** Why a model does not fit, and what to do where that is another export of it. */
function whyOf(problem: Problem | undefined): string {
  if (problem?.snippet === undefined) return problem?.message ?? "";
  return `${problem.message} ${exportPreserving}`;
}

/** Words in names of files and arrays that tell the split. */
const splitWords: ReadonlyMap<string, "test" | "validation" | "train"> = new Map([
  ["test", "test"],
  ["t10k", "test"],
  ["val", "validation"],
  ["valid", "validation"],
  ["validation", "validation"],
  ["dev", "validation"],
  ["train", "train"],
  ["training", "train"],
]);

/** A name in lower case, and in the words of others: CIFAR calls the batches of its training so. */
function spoken(name: string): string {
  return name.toLowerCase().replace(/(?<=^|[\\/])data_batch_\d+/, "train_batch");
}

/** What a split is called, judged by names of arrays or files, e.g. `x_test` or `t10k-images-idx3-ubyte`. */
export function splitOf(...names: readonly (string | undefined)[]): string | undefined {
  const words = names.flatMap((name) => spoken(path.basename(name ?? "")).split(/[^a-z0-9]+/));
  return words.map((word) => splitWords.get(word)).find((split) => split !== undefined);
}
