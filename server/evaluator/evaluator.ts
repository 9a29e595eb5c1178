import { listedProviders } from "../engines/onnxruntime/providers";
import { openEngine, reportEngines, reportProvider } from "../engines/open";
import { selfTestGraph } from "../engines/selfTest";
import { sizeOf } from "../graph/tensor";
import { addSums } from "../landscape/loss";
import { toProblem } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { contentsOf } from "./contents";
import type { StudyFile } from "./digest";
import { describeFiles } from "./describeFiles";
import { Bench } from "./execution/bench";
import { surveyExecutions, withoutPlan } from "./execution/survey";
import { fingerprintStudy } from "./fingerprint";
import { inspectFiles } from "./inspect";
import { fitWeights } from "./fit";
import type { EvaluatorRequest, EvaluatorResponse, PointSums, SplitSums } from "./messages";
import { loadModel, weightsOf } from "./model";
import { placeCheckpoints } from "./place";
import { openChosen, openStudy } from "./opening";
import { planStudy } from "./plan";
import { Session } from "./session";
import { heldAsBytes } from "./splits";
import { weighModels } from "./weigh";

type Answer = EvaluatorResponse extends infer R ? (R extends { id: number } ? Omit<R, "id"> : never) : never;

/** What is printed is logged by the parent process. */
const log = (message: string): void => void process.stdout.write(`${message}\n`);

/** Answers the requests of the pool: describes files, plans a study, and, once prepared, measures its points. */
export class Evaluator {
  private session: Session | undefined;
  private bench: Bench | undefined;

  /** Answers a request; what goes wrong is an answer too. One request at a time. */
  async answer(request: EvaluatorRequest): Promise<EvaluatorResponse> {
    const { id } = request;
    try {
      return { id, ...(await this.handle(request)) } as EvaluatorResponse;
    } catch (error) {
      const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
      return { id, kind: "failed", problem: toProblem(error), ...stack };
    }
  }

  private async handle(request: EvaluatorRequest): Promise<Answer> {
    switch (request.kind) {
      case "describe":
        return {
          kind: "described",
          description: await describeFiles(request.model, request.data, request, request.loss, request.checkpoints),
        };
      case "fingerprint":
        return { kind: "fingerprinted", ...(await fingerprintsOf(request.study, request.contents ?? false)) };
      case "inspect":
        return { kind: "inspected", answer: await inspectFiles(request.question) };
      case "fit":
        return { kind: "fitted", models: await fitWeights(request.weights, request.models) };
      case "weigh":
        return { kind: "weighed", figure: await weighModels(request.selection) };
      case "survey":
        return { kind: "surveyed", survey: await surveyExecutions(request.study, { ...request, log }) };
      case "plan":
        return { kind: "planned", planned: await planStudy(request.study, request.file) };
      case "place":
        return {
          kind: "placed",
          placed: await placeCheckpoints(request.study, request.earlier, request.directions),
        };
      case "prepare":
      case "begin": {
        await this.clear();
        const options = { ...request, log };
        const opened = await openChosen(request.study, options);
        const { execution, executable, undivided } = opened.chosen;
        if (undivided && request.kind === "begin") {
          await executable.dispose();
          this.bench = new Bench(opened.choice);
          return { kind: "undivided", execution, undivided };
        }
        const { session, prepared } = await Session.open(request.study, options, opened);
        this.session = session;
        return { kind: "prepared", prepared };
      }
      case "try": {
        const { study, execution, milliseconds } = request;
        this.bench ??= new Bench((await openStudy(withoutPlan(study), { ...request, log })).choice);
        return { kind: "tried", trial: await this.bench.try(execution, milliseconds) };
      }
      case "evaluate": {
        const { alpha, beta, subset } = request;
        const session = this.ready();
        const groups = subset && (await session.evaluateSubset(alpha, beta, subset));
        const [sums, ...further] = groups ? sumOf(groups) : await session.evaluate(alpha, beta);
        return {
          kind: "evaluated",
          sums: sums!,
          ...(further.length > 0 ? { further } : {}),
          ...(groups ? { groups } : {}),
        };
      }
      case "task":
        return { kind: "performed", answer: await this.ready().perform(request.task) };
      case "engines":
        return {
          kind: "engines",
          engines: await reportEngines(request.only, request.folder),
          providers: request.only === undefined ? await listedProviders() : [],
        };
      case "provider":
        return { kind: "provider", report: await reportProvider(request.provider) };
      case "warm":
        await warm();
        return { kind: "warmed" };
    }
  }

  /** Lets go of what an earlier request has opened. */
  private async clear(): Promise<void> {
    const { session, bench } = this;
    this.session = undefined;
    this.bench = undefined;
    await session?.dispose();
    await bench?.dispose();
  }

  private ready(): Session {
    if (!this.session) throw new Error("the evaluator was asked for a point before it was prepared");
    return this.session;
  }
}

/** The model is read because only it knows which further files hold its weights. */
async function fingerprintsOf(
  study: Study,
  contents: boolean,
): Promise<{
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly parameters: number;
  readonly sampleSize?: number;
  readonly areBytes?: readonly boolean[];
  readonly contents?: readonly StudyFile[];
}> {
  const model = await loadModel(study.model, study.loss);
  const { files, graph, input } = model;
  const fingerprints = await fingerprintStudy(study, files);
  const known = input.shape.filter((extent) => extent !== null);
  // Why data cannot be read is told when they are to be measured with.
  const areBytes = await heldAsBytes(study, model).catch(() => undefined);
  return {
    fingerprints,
    parameters: weightsOf(graph),
    ...(known.length === input.shape.length ? { sampleSize: sizeOf(known) } : {}),
    ...(areBytes ? { areBytes } : {}),
    ...(contents ? { contents: await contentsOf(study, files, fingerprints) } : {}),
  };
}

/** Loads the engine that most runs take, and tests it once, which also has its code compiled. */
async function warm(): Promise<void> {
  const { engine } = await openEngine("auto", selfTestGraph());
  await engine.dispose();
}

/** The sums of every split over all groups. */
function sumOf(groups: readonly SplitSums[]): SplitSums {
  return groups[0]!.map((first, split) =>
    groups.slice(1).reduce<PointSums>((sums, group) => addSums(sums, group[split]!), first),
  );
}
