import path from "node:path";
import { listData } from "../data/open";
import { readDirections } from "../formats/directions";
import { foldedKernels } from "../formats/onnx/folded";
import { openCheckpoint } from "../formats/openCheckpoint";
import { torchExport } from "../protocol/exportCalls";
import type {
  DataFileFacts,
  DataQuestion,
  DirectionsFacts,
  FileAnswer,
  FilesAnswer,
  FilesQuestion,
  ModelFacts,
  WeightsFacts,
  WeightsQuestion,
} from "../protocol/files";
import { ProblemError } from "../protocol/problem";
import { describeData } from "./describeFiles";
import { loadModel } from "./model";
import type { LoadedModel } from "./model";
import { CheckpointWeights } from "./weights";

/**
 * What the files that a study names are, and whether they fit each other. Runs no engine; what is wrong with a file is
 * part of its answer.
 */
export async function inspectFiles(question: FilesQuestion): Promise<FilesAnswer> {
  const { model: file, loss, directions } = question;
  let model: LoadedModel | undefined;
  const answer =
    file === undefined
      ? undefined
      : await answering(file, async () => {
          model = await loadModel({ path: file }, loss);
          return factsOfModel(file, model);
        });
  const data: FileAnswer<DataFileFacts>[] = [];
  for (const each of question.data) data.push(await inspectData(each, question, model));
  const weights: FileAnswer<WeightsFacts>[] = [];
  for (const each of question.weights) weights.push(await inspectWeights(each, model));
  return {
    data,
    weights,
    ...(answer ? { model: answer } : {}),
    ...(directions !== undefined && model ? { directions: await inspectDirections(directions, model) } : {}),
  };
}

function factsOfModel(file: string, { graph, summary, input, training, notices }: LoadedModel): ModelFacts {
  const { format, parameters, tensors } = summary;
  return {
    format,
    parameters,
    tensors,
    inputShape: input.shape,
    classes: input.classes,
    ...(training ? { training } : {}),
    notices,
    names: graph.parameters.map(({ name }) => name),
    ...(foldedKernels(graph).length > 0 ? { unfoldedExport: torchExport({ file: path.basename(file) }) } : {}),
  };
}

async function inspectData(
  { path: file, ...names }: DataQuestion,
  { preprocess, loss }: FilesQuestion,
  model: LoadedModel | undefined,
): Promise<FileAnswer<DataFileFacts>> {
  const listed = await answering(file, async (): Promise<DataFileFacts> => ({ arrays: await listData(file) }));
  if (!listed.facts || !model) return listed;
  const asked = { names, ...(preprocess ? { preprocess } : {}) };
  const { samples, names: taken, notices, problem } = await describeData(file, asked, model, loss);
  return {
    path: file,
    facts: {
      ...listed.facts,
      ...(samples === undefined ? {} : { samples }),
      ...(taken ? { names: taken } : {}),
      ...(notices ? { notices } : {}),
    },
    ...(problem ? { problem } : {}),
  };
}

async function inspectWeights(
  { path: file, rename }: WeightsQuestion,
  model: LoadedModel | undefined,
): Promise<FileAnswer<WeightsFacts>> {
  const opened = await answering(file, async (): Promise<WeightsFacts> => {
    const checkpoint = await openCheckpoint(file);
    try {
      const { format, tensors, epoch, step, learningRate } = checkpoint;
      return {
        format,
        tensors: tensors.size,
        names: [...tensors.keys()],
        ...(epoch === undefined ? {} : { epoch }),
        ...(step === undefined ? {} : { step }),
        ...(learningRate === undefined ? {} : { learningRate }),
      };
    } finally {
      await checkpoint.close();
    }
  });
  if (!opened.facts || !model) return opened;
  const matched = await answering(file, async () => (await CheckpointWeights.open(file, model, rename)).close());
  return { ...opened, ...(matched.problem ? { problem: matched.problem } : {}) };
}

function inspectDirections(file: string, model: LoadedModel): Promise<FileAnswer<DirectionsFacts>> {
  return answering(file, async () => {
    const { second } = await readDirections(file, model.graph.parameters, path.basename(model.summary.path));
    return { directions: second ? 2 : 1 };
  });
}

/** What was found out about a file, or the problem that stood in the way. */
async function answering<T>(file: string, find: () => Promise<T>): Promise<FileAnswer<T>> {
  try {
    return { path: file, facts: await find() };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { path: file, problem: error.problem };
  }
}
