import path from "node:path";
import { describeInProcess, fingerprintInProcess } from "../evaluator/describe";
import type { ModelDescription } from "../evaluator/messages";
import type { EvaluatorSource } from "../evaluator/process";
import { ProblemError } from "../protocol/problem";
import type { EarlierRun, Origins, StudyDefaults } from "../protocol/requests";
import type { Study } from "../protocol/study";
import { findEarlier } from "../runs/find";
import { completeStudy } from "../study/complete";
import { modelOf, overrideDraft } from "../study/draft";
import type { StudyDraft } from "../study/draft";
import { dataBeside } from "../study/dataBeside";
import { chooseData, studyBeside } from "../study/propose";
import { isStudyPath, readStudy } from "../study/read";
import { resolveResultsFolder } from "../study/results";
import { withCheckpoints } from "./checkpoints";
import { expectModel, subjectOf } from "./subject";
import { trainingBeside, withTraining } from "./training";

export interface DescribeOptions {
  /** Absolute path of a model or of a study. */
  readonly file: string;
  /** Absolute path of the data, when the user has chosen it. */
  readonly data?: string;
  /** Absolute path of the model of weights without an architecture, when the user has chosen it. */
  readonly model?: string;
  /**
   * The plane in which a model without a study is shown: the principal plane of its training's checkpoints, where they are
   * found beside it, or a random one. Nothing is looked for when absent.
   */
  readonly plane?: "path" | "random";
  readonly defaults: StudyDefaults;
  /** What the user says in place of the study's own values, e.g. flags of the command line. */
  readonly overrides?: Omit<StudyDraft, "model" | "file">;
  /** What the study file is taken to say, e.g. in an editor; read from the file when absent. */
  readonly text?: string;
  readonly log: (message: string) => void;
  /** Where the process comes from that reads the files; one of its own when absent. */
  readonly source?: EvaluatorSource;
  /** Gives up when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

export type Described =
  | {
      readonly kind: "ready";
      readonly study: Study;
      readonly model: ModelDescription;
      readonly earlier?: EarlierRun;
      /** Where the run of this study keeps its journal. */
      readonly resultsFolder: string;
      readonly notices: readonly string[];
      readonly origins: Origins;
      /** How the plane was chosen, where a training beside the model leaves a choice. */
      readonly plane?: "path" | "random";
    }
  | {
      readonly kind: "choose-data";
      readonly model: ModelDescription;
      readonly candidates: readonly string[];
      readonly reason: string;
    }
  /** The file holds weights alone: the model is to be chosen. */
  | { readonly kind: "choose-model"; readonly candidates: readonly string[]; readonly reason: string };

/**
 * From the path of a model or study to a complete study: reads the study, if there is one, finds data and holds it
 * against the model in a process of its own, and looks for an earlier run. Runs no engine.
 *
 * @throws ProblemError that names the file at fault.
 */
export async function describeStudy(options: DescribeOptions): Promise<Described> {
  const drafted = await draftOf(options);
  const { log, signal, source } = options;
  const asking = { log, signal, ...(source ? { source } : {}) };
  if (drafted.kind === "choose-model") return drafted;
  const { draft: written, notices } = drafted;
  await expectModel(written.model);
  const training = options.plane === undefined ? undefined : await trainingBeside(written);
  const series = options.plane === "path" ? training : undefined;
  const given = written.data?.path;
  const candidates = given === undefined ? await dataBeside(written.model) : [given];
  const { x, y, layout } = written.data ?? {};
  const model = await describeInProcess(modelOf(written), candidates, {
    names: { x, y, ...(layout ? { layout } : {}) },
    preprocess: written.preprocess,
    loss: written.loss,
    ...(series ? { checkpoints: series.files } : {}),
    ...asking,
  });
  const found = series ? withTraining(written, series, model.checkpoints ?? []) : { draft: written, notices: [] };
  const { draft, notices: ordered } = await withCheckpoints(found.draft);
  const chosen = chooseData(draft.model, model.data);
  if (!("data" in chosen)) {
    const problem = given === undefined ? undefined : model.data[0]?.problem;
    if (problem !== undefined) throw new ProblemError(problem);
    return { kind: "choose-data", model, ...chosen };
  }
  const asked = chosen.data.loss;
  const loss = asked ? { ...model.loss, name: asked.name } : model.loss;
  const study = completeStudy(draft, chosen.data, options.defaults, loss);
  const resultsFolder = resolveResultsFolder(study.model.path, options.defaults.resultsFolder);
  const fingerprints = namesMoreFiles(study)
    ? await fingerprintInProcess(study, asking)
    : { [study.model.path]: model.fingerprint, ...chosen.data.fingerprints };
  const earlier = await findEarlier(study, fingerprints, resultsFolder);
  const beside =
    given === undefined ? [`Data found beside the model: ${path.basename(chosen.data.path)}.`, ...chosen.notices] : [];
  const origins: Origins = {
    model: drafted.subject,
    data: beside,
    checkpoints: [...found.notices, ...ordered],
    preprocess: chosen.data.notices ?? [],
    loss: [...lossNotices(draft, { ...model, loss }), ...(asked ? [asked.notice] : [])],
  };
  return {
    kind: "ready",
    study,
    model,
    earlier,
    resultsFolder,
    notices: [...notices, ...model.notices, ...Object.values(origins).flat()],
    origins,
    ...(training && (series === undefined || found.draft.checkpoints) ? { plane: options.plane! } : {}),
  };
}

/** Where the loss comes from, unless the study names it. */
function lossNotices({ loss }: StudyDraft, { training, loss: taken }: ModelDescription): readonly string[] {
  if (loss?.name !== undefined || training === undefined) return [];
  const { written } = training;
  if (training.loss !== undefined) return [`Loss from the training configuration: ${written ?? training.loss.name}.`];
  if (written === undefined) return [];
  return [`The loss of the training, ${written}, is not one that is known here; ${taken.name} is measured instead.`];
}

/** Whether a study names files beside its model and the data of its first split. */
function namesMoreFiles({ model, splits, checkpoints, directions }: Study): boolean {
  return (
    model.weights !== undefined ||
    splits !== undefined ||
    checkpoints !== undefined ||
    ["to", "between", "file"].includes(directions.kind)
  );
}

type Drafted =
  | {
      readonly kind: "draft";
      readonly draft: StudyDraft;
      readonly notices: readonly string[];
      readonly subject: readonly string[];
    }
  | Extract<Described, { readonly kind: "choose-model" }>;

async function draftOf({ file, data, model, overrides = {}, text, log }: DescribeOptions): Promise<Drafted> {
  const notices: string[] = [];
  let studyFile = isStudyPath(file) ? file : undefined;
  if (studyFile === undefined) {
    await expectModel(file);
    const beside = await studyBeside(file);
    studyFile = beside.study;
    if (studyFile !== undefined) notices.push(`The study ${path.basename(studyFile)} beside the model is used.`);
    else if (beside.others.length > 0) {
      const names = beside.others.map((other) => path.basename(other)).join(", ");
      notices.push(`Several studies name this model (${names}); open one of them to use it.`);
    }
  }
  const chosen = data ?? overrides.data?.path;
  let written: StudyDraft;
  let found: readonly string[] = [];
  if (studyFile === undefined) {
    const subject = await subjectOf(file, model, log);
    if (subject.kind === "choose-model") return subject;
    found = subject.notices;
    written = { model: subject.model, ...(subject.weights === undefined ? {} : { weights: subject.weights }) };
  } else written = await readStudy(studyFile, chosen !== undefined, text);
  const draft = overridden(written, overrides);
  if (chosen === undefined || chosen === written.data?.path) return { kind: "draft", draft, notices, subject: found };
  // The names of arrays and split that a study gives belong to the file that it names.
  const { x, y, split, layout } = overrides.data ?? {};
  const other = { ...draft, data: { ...draft.data, path: chosen, x, y, split, layout } };
  return { kind: "draft", draft: other, notices, subject: found };
}

/** What flags make of a draft: another plane than its own takes its range with it. */
export function overridden(written: StudyDraft, overrides: NonNullable<DescribeOptions["overrides"]>): StudyDraft {
  return overrideDraft(isOtherPlane(written, overrides) ? withoutRange(written) : written, overrides);
}

/** Whether the user asks for another plane than the study's own, about which the study's range says nothing. */
function isOtherPlane(written: StudyDraft, over: NonNullable<DescribeOptions["overrides"]>): boolean {
  const kind = over.directions?.kind;
  const isOtherKind = kind !== undefined && kind !== (written.directions?.kind ?? "random");
  return isOtherKind || over.grid?.lines === true || over.checkpoints !== undefined;
}

function withoutRange(draft: StudyDraft): StudyDraft {
  return { ...draft, grid: { ...draft.grid, x: undefined, y: undefined, fit: undefined } };
}
