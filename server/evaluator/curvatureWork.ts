import { evaluatorMemory, shareOf, thisMachine } from "../formats/limits";
import type { Machine } from "../formats/limits";
import type { Engine } from "../engines/engine";
import type { WeightPath } from "../landscape/plane";
import type { CurvatureSpec, Study } from "../protocol/study";
import { curvatureAt, densityProbe, sharpnessAt, traceProbe } from "./curvature";
import { Derivatives, mostKept } from "./derivatives";
import { derivativeBatchSize } from "./execution/rule";
import type { Task, TaskAnswer } from "./messages";
import { weightsOf } from "./model";
import type { LoadedModel } from "./model";
import { selectSplit } from "./splits";

/** Work that needs derivatives of the loss. */
export type CurvatureTask = Extract<Task, { kind: "curvature" | "trace" | "density" | "sharpness" }>;

export interface CurvatureParts {
  readonly study: Study;
  readonly model: LoadedModel;
  readonly engine: Engine;
  readonly path: WeightPath;
}

/** Does a study's work with derivatives. The graphs are made when they are first needed. */
export class CurvatureWork {
  private hessian: Derivatives | undefined;
  private ascent: Derivatives | undefined;

  constructor(private readonly parts: CurvatureParts) {}

  /** @throws ProblemError `operator-unsupported` when the model has an operator without a derivative here. */
  async perform(task: CurvatureTask): Promise<TaskAnswer> {
    const { study, path } = this.parts;
    if (task.kind === "sharpness") {
      const spec = study.sharpness!;
      this.ascent ??= await openDerivatives(this.parts, spec.samples, "kernels");
      return { kind: "sharpness", values: await sharpnessAt(this.ascent, spec) };
    }
    const spec = study.curvature!;
    this.hessian ??= await openDerivatives(this.parts, spec.samples, spec.parameters);
    switch (task.kind) {
      case "curvature": {
        const { index, alpha, beta } = task;
        const point = await curvatureAt(this.hessian, path.at(alpha, beta), spec);
        return { kind: "curvature", point: { index, ...point }, parameters: this.hessian.size };
      }
      case "trace":
        return { kind: "trace", probe: task.probe, value: await traceProbe(this.hessian, task.probe) };
      case "density":
        return { kind: "density", probe: task.probe, density: await densityProbe(this.hessian, task.probe) };
    }
  }

  async dispose(): Promise<void> {
    await this.hessian?.dispose();
    await this.ascent?.dispose();
  }
}

/**
 * Derivatives of a study's loss on samples of its first split.
 * @throws ProblemError `operator-unsupported`.
 */
export async function openDerivatives(
  { study, model, engine }: Omit<CurvatureParts, "path">,
  samples: number,
  parameters: CurvatureSpec["parameters"],
): Promise<Derivatives> {
  return new Derivatives({
    engine,
    model,
    samples: await selectSplit(study, model, samples),
    loss: model.loss,
    batchSize: study.compute.batchSize > 0 ? study.compute.batchSize : derivativeBatchSize,
    parameters,
    memory: keptBytes(study, model),
  });
}

/**
 * Bytes that may be kept between Hessian products: half of what an evaluator's share of the memory leaves beside the
 * model, and no more than pays. What does not fit is computed for every product again, with the same result.
 */
export function keptBytes(
  { compute }: Pick<Study, "compute">,
  { graph }: Pick<LoadedModel, "graph">,
  machine: Machine = thisMachine(),
): number {
  const room = shareOf(machine, compute.evaluators) - evaluatorMemory(weightsOf(graph));
  return Math.max(0, Math.min(mostKept, room / 2));
}
