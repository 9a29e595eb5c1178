import path from "node:path";
import type { Samples } from "../data/dataset";
import { inferPreprocess } from "../data/infer";
import { openData } from "../data/open";
import { prepareSamples } from "../data/samples";
import type { Engine, Executable } from "../engines/engine";
import { openEngine, reportEngines } from "../engines/open";
import { centreCheck, chanceCheck, cosineCheck, normRatioCheck } from "../landscape/checks";
import { cosineBetween, expectedCosine, randomDirections } from "../landscape/directions";
import { meanOf } from "../landscape/loss";
import { Plane } from "../landscape/plane";
import { originValues } from "../landscape/values";
import { ProblemError, toProblem } from "../protocol/problem";
import type { Study } from "../protocol/study";
import { Batches } from "./batches";
import { fingerprintModel, fingerprintOf, fingerprintStudy, fileChanged, reading } from "./fingerprint";
import type {
  DataDescription,
  EvaluatorRequest,
  EvaluatorResponse,
  ModelDescription,
  PointSums,
  Prepared,
} from "./messages";
import { loadModel } from "./model";
import type { LoadedModel } from "./model";

interface Ready {
  readonly engine: Engine;
  readonly executable: Executable;
  readonly plane: Plane;
  readonly batches: Batches;
}

type Answer = EvaluatorResponse extends infer R ? (R extends { id: number } ? Omit<R, "id"> : never) : never;

/** Holds one engine, one model and its samples, and answers "loss at this point". */
export class Evaluator {
  private ready: Ready | undefined;

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
        return { kind: "described", description: await describe(request.model, request.data, request.names ?? {}) };
      case "fingerprint":
        return { kind: "fingerprinted", fingerprints: await fingerprintsOf(request.study) };
      case "prepare":
        return { kind: "prepared", prepared: await this.prepare(request.study, request.fingerprints) };
      case "evaluate":
        return { kind: "evaluated", sums: await this.evaluate(request.alpha, request.beta) };
      case "engines":
        return { kind: "engines", engines: await reportEngines() };
    }
  }

  /** Loads everything, and evaluates the model with its own weights before any other. */
  private async prepare(study: Study, expected: Readonly<Record<string, string>> | undefined): Promise<Prepared> {
    await this.dispose();
    const { content, fingerprints } = await reading(study, expected, async () => {
      const model = await loadAgain(study.model.path, expected !== undefined);
      return { model, data: await openData(study.data.path, study.data), files: model.files };
    });
    const { model, data } = content;
    const { graph, input } = model;
    const samplesFor = (classes: number | null): Samples =>
      prepareSamples(data, study.data, study.preprocess, input.shape, classes, path.basename(study.model.path));
    const samples = samplesFor(input.classes);

    const directions = randomDirections(graph.parameters, study.directions);
    const cosine = cosineBetween(...directions);
    if (!Number.isFinite(cosine)) throw immovable(model);
    const plane = new Plane(originValues(graph.parameters), directions);
    const batches = new Batches(study.model.path, input, model.output, samples, study.compute.batchSize);

    const { engine, why } = await openEngine(study.compute.engine, graph);
    const executable = await engine.compile(graph);
    this.ready = { engine, executable, plane, batches };
    const classes = input.classes ?? (await batches.countClasses(executable));
    // A model that does not say how many classes it has is asked, and the labels are looked at again.
    if (input.classes === null) samplesFor(classes);
    const centre = await batches.measure(executable);
    const own = meanOf(centre).loss;
    const measured = meanOf(await this.evaluate(0, 0)).loss;
    return {
      model: model.summary,
      data: {
        path: study.data.path,
        split: study.data.split,
        samples: samples.y.length,
        available: samples.available,
        classes,
        preprocessing: samples.preprocessing,
      },
      engine: { name: engine.name, label: engine.label, version: engine.version, device: engine.device, why },
      fingerprints,
      directions: {
        kind: "random",
        seed: study.directions.seed,
        normalisation: study.directions.normalise,
        cosine,
        expectedCosine: expectedCosine(graph.parameters, study.directions),
      },
      centre,
      checks: [
        centreCheck(measured, own),
        normRatioCheck(graph.parameters, directions, study.directions),
        cosineCheck(cosine, expectedCosine(graph.parameters, study.directions)),
        chanceCheck(own, classes),
      ],
    };
  }

  private async evaluate(alpha: number, beta: number): Promise<PointSums> {
    if (!this.ready) throw new Error("the evaluator was asked for a point before it was prepared");
    const { executable, plane, batches } = this.ready;
    await executable.setParameters(plane.at(alpha, beta));
    return batches.measure(executable);
  }

  private async dispose(): Promise<void> {
    const { ready } = this;
    this.ready = undefined;
    await ready?.executable.dispose();
    await ready?.engine.dispose();
  }
}

/** The model is read because only it knows which further files hold its weights. */
async function fingerprintsOf(study: Study): Promise<Readonly<Record<string, string>>> {
  const { files } = await loadModel(study.model.path);
  return fingerprintStudy(study, files);
}

/** @param wasGood whether the run has read this model before: then it has changed when it cannot be read now. */
async function loadAgain(file: string, wasGood: boolean): Promise<LoadedModel> {
  try {
    return await loadModel(file);
  } catch (error) {
    throw wasGood && error instanceof ProblemError ? fileChanged(file) : error;
  }
}

/** What can be said without running an engine. */
async function describe(
  file: string,
  candidates: readonly string[],
  names: { readonly x?: string; readonly y?: string },
): Promise<ModelDescription> {
  const model = await loadModel(file);
  const { summary, input } = model;
  const data: DataDescription[] = [];
  for (const candidate of candidates) data.push(await describeData(candidate, names, model));
  const fingerprint = await fingerprintModel(file, model.files);
  return { model: summary, inputShape: input.shape, classes: input.classes, fingerprint, data };
}

/** Whether a file's samples and labels fit the model, and if not, why. */
async function describeData(
  file: string,
  names: { readonly x?: string; readonly y?: string },
  { input, summary }: LoadedModel,
): Promise<DataDescription> {
  try {
    const data = await openData(file, names);
    const preprocess = inferPreprocess(data);
    // One sample tells of the shape; the labels of all are looked at in any case.
    const selection = { path: file, split: "", samples: 1, sample: "first", seed: 0 } as const;
    const name = path.basename(summary.path);
    const { available } = prepareSamples(data, selection, preprocess, input.shape, input.classes, name);
    const fingerprints: Record<string, string> = {};
    for (const part of data.files) fingerprints[part] = await fingerprintOf(part, "data");
    const fingerprint = fingerprints[file];
    return { path: file, fingerprint, fingerprints, samples: available, names: data.names, preprocess };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { path: file, problem: error.problem };
  }
}

/** The problem of a model that has nothing for a direction to move. */
function immovable({ graph, summary }: LoadedModel): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: "The model's weights cannot be moved",
    message:
      `Of the ${String(graph.parameters.length)} weight tensors of "${path.basename(summary.path)}" none can be moved: ` +
      "all are biases, normalisation, zero, whole numbers, or not finite.",
    advice: "Choose a model whose training did not diverge and whose weights are not quantised.",
    file: summary.path,
  });
}
