import type { FileAnswer, ModelFacts, WeightsFacts, DataFileFacts } from "../../../server/protocol/files";
import type { Problem } from "../../../server/protocol/problem";
import type { StudyDocument } from "../../../server/language/document";
import { questionOf } from "../../../server/language/knowledge";
import type { Knowledge, Lookup } from "../../../server/language/knowledge";
import { referencesOf } from "../../../server/language/references";
import type { Series } from "../../../server/language/surroundings";

/** What a test says of the files of a study, by their names as they are written. */
export interface Told {
  readonly missing?: readonly string[];
  readonly folders?: readonly string[];
  readonly series?: Readonly<Record<string, Series>>;
  readonly model?: Partial<ModelFacts> | Problem;
  readonly data?: Partial<DataFileFacts> & { readonly problem?: Problem };
  readonly weights?: Readonly<Record<string, Partial<WeightsFacts> | Problem>>;
}

export const modelFacts: ModelFacts = {
  format: "ONNX",
  parameters: 78042,
  tensors: 20,
  inputShape: [1, 28, 28],
  classes: 10,
  notices: [],
  names: ["conv.weight", "conv.bias"],
};

/** A problem with the given sentence. */
export function problemOf(message: string, reason: Problem["reason"] = "data-mismatch"): Problem {
  return { reason, title: "A problem", message, advice: "Mend it." };
}

/** The knowledge of a study whose files are all there, but for what is told. */
export function knowledgeOf(study: StudyDocument, told: Told = {}): Knowledge {
  const { missing = [], folders = [], series = {} } = told;
  const lookups = referencesOf(study).map((reference): Lookup => {
    const { written, isPattern } = reference;
    if (isPattern) return { reference, series: series[written] ?? { files: [], by: "name", leftOut: [], gaps: [] } };
    if (missing.includes(written)) return { reference };
    return { reference, found: folders.includes(written) ? "folder" : "file" };
  });
  const { question, dataFields } = questionOf(study, lookups);
  const weights = new Map<string, FileAnswer<WeightsFacts>>();
  for (const { path } of question.weights) {
    const facts = told.weights?.[path];
    if (facts === undefined) continue;
    if ("reason" in facts) weights.set(path, { path, problem: facts });
    else weights.set(path, { path, facts: { format: "PyTorch", tensors: 20, names: [], ...facts } });
  }
  return {
    lookups,
    dataFields,
    weights,
    data: question.data.map(({ path }) => {
      const { problem, ...facts } = told.data ?? {};
      return { path, facts: { arrays: [], ...facts }, ...(problem ? { problem } : {}) };
    }),
    ...(question.model === undefined ? {} : { model: modelAnswer(question.model, told.model) }),
  };
}

function modelAnswer(path: string, told: Told["model"]): FileAnswer<ModelFacts> {
  if (told && "reason" in told) return { path, problem: told as Problem };
  return { path, facts: { ...modelFacts, ...told } };
}
