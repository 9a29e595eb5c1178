import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { fitInProcess } from "../evaluator/describe";
import { isModelPath } from "../formats/open";
import { mayBeWeights } from "../formats/weightsOnly";
import { ProblemError } from "../protocol/problem";
import { chooseModel } from "../study/propose";

/** What a file that is no study stands for: a model, or weights that belong into one. */
export type Subject =
  | { readonly kind: "model"; readonly model: string; readonly weights?: string; readonly notices: readonly string[] }
  | { readonly kind: "choose-model"; readonly candidates: readonly string[]; readonly reason: string };

/** Reading more models than this would take longer than asking. */
const mostModels = 12;

/**
 * The model that a file stands for. Of weights alone it is the model that the user has chosen, or else the only one beside
 * them, or one or two folders above, that has their names and shapes.
 * @throws ProblemError when the file is not there or its weights cannot be read.
 */
export async function subjectOf(
  file: string,
  chosen: string | undefined,
  log: (message: string) => void,
): Promise<Subject> {
  const itself: Subject = { kind: "model", model: file, notices: [] };
  if (!mayBeWeights(file)) return itself;
  const fitted = await fitInProcess(file, chosen === undefined ? await modelsNear(file) : [], { log });
  if (fitted === undefined) return itself;
  if (chosen !== undefined) return { kind: "model", model: chosen, weights: file, notices: [] };
  const found = chooseModel(file, fitted);
  if (!("model" in found)) return { kind: "choose-model", ...found };
  const place = path.relative(path.dirname(file), found.model);
  return { kind: "model", model: found.model, weights: file, notices: [`Model found near the weights: ${place}.`] };
}

/** Models in the folder of a file and the two above it, nearest first. */
async function modelsNear(file: string): Promise<readonly string[]> {
  const own = path.dirname(file);
  const folders = new Set([own, path.dirname(own), path.dirname(path.dirname(own))]);
  const models: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
    models.push(
      ...names
        .filter(isModelPath)
        .sort()
        .map((name) => path.join(folder, name)),
    );
  }
  return models.filter((model) => model !== file).slice(0, mostModels);
}

/** @throws ProblemError `file-missing` when there is no such file; of a folder it tells the models that are in it. */
export async function expectModel(model: string): Promise<void> {
  const found = await stat(model).catch(() => undefined);
  if (found?.isFile()) return;
  const inside = found?.isDirectory() ? await modelsIn(model) : [];
  throw new ProblemError({
    reason: "file-missing",
    title: "The model was not found",
    message: `A model should be at ${model}, but there is ${found === undefined ? "nothing" : found.isDirectory() ? "a folder" : "no file"}.`,
    advice: inside.length === 0 ? "Check the path." : `Choose a file in it: ${inside.join(", ")}.`,
    file: model,
  });
}

/** Names of the files in a folder that are models, read or not. */
async function modelsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .sort()
    .filter((name) => isModelPath(name) || name === "saved_model.pb")
    .slice(0, mostModels);
}
