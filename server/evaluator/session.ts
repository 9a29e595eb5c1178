import type { Engine, Executable } from "../engines/engine";
import type { Fill, ParameterValues } from "../graph/fill";
import { centreCheck, chanceCheck, exactTolerance } from "../landscape/checks";
import { emptySums, meanOf } from "../landscape/loss";
import { usesClasses } from "../landscape/losses";
import { weightPenalty } from "../landscape/penalty";
import type { WeightPath } from "../landscape/plane";
import { originValues } from "../landscape/values";
import type { Check } from "../protocol/result";
import type { Study } from "../protocol/study";
import { differenceOf } from "./agreement";
import type { Batches } from "./batches";
import { CurvatureWork } from "./curvatureWork";
import { executionText } from "./execution/rule";
import type { Centre, PointSums, Prepared, SampleSubset, SplitSums, Task, TaskAnswer } from "./messages";
import type { LoadedModel } from "./model";
import { openChosen } from "./opening";
import type { ChosenStudy, OpeningOptions } from "./opening";
import { lineEnds } from "./paths";
import { PlaneExecutable } from "./planeExecutable";
import { Recalibration } from "./recalibration";
import type { Split } from "./splits";
import { readWeights } from "./weights";

/** Values of parameters by name. */
type Values = ReadonlyMap<string, Float32Array>;

interface Parts {
  readonly study: Study;
  readonly model: LoadedModel;
  readonly engine: Engine;
  readonly executable: Executable;
  readonly path: WeightPath;
  readonly splits: readonly [Split, ...Split[]];
  /** How many classes there are; 0 for losses that compare numbers. */
  readonly classes: number;
  /** Sums over the first batch with the model's own weights, measured before any others were there. */
  readonly first: PointSums;
  /** Present when running statistics are measured anew at every point. */
  readonly recalibration: Recalibration | undefined;
  /** What the executable computes on, where that is not the CPU. */
  readonly elsewhere?: Engine;
}

/** A first batch that took more seconds tells how long the next one takes; what is quicker is slow at first. */
const warmUp = 0.05;

/** One engine with one model, its samples and the weights of a plane: measures whatever a run asks for. */
export class Session {
  private readonly origin: Values;
  /** Parameters that do not have the model's own values at the moment. */
  private moved: ReadonlySet<string> = new Set();
  private curvature: CurvatureWork | undefined;

  private constructor(private readonly parts: Parts) {
    this.origin = originValues(parts.model.graph.parameters);
  }

  /**
   * Loads everything, and evaluates the first batch with the model's own weights before any other.
   * @param chosen the study, open already; opened here when absent.
   * @throws ProblemError.
   */
  static async open(
    study: Study,
    options: OpeningOptions = {},
    chosen?: ChosenStudy,
  ): Promise<{ readonly session: Session; readonly prepared: Prepared }> {
    const whole = chosen ?? (await openChosen(study, options));
    const { model, path, splits: opened, fingerprints, why } = whole;
    const { engine, execution, executable, elsewhere, division, why: whyExecution } = whole.chosen;
    const [first, ...others] = opened.map((split) => split.inBatchesOf(execution.batchSize)) as [Split, ...Split[]];
    const splits = [first, ...others] as const;
    const classes = usesClasses(study.loss.name)
      ? (model.input.classes ?? (await first.batches.countClasses(executable)))
      : 0;
    // A model that does not say how many classes it has is asked, and the labels are looked at again.
    for (const split of splits) split.requireClasses(classes);
    const recalibration =
      study.batchNorm === "recompute" ? await Recalibration.open(engine, model, first.batches) : undefined;
    const { sums, seconds } = await firstOf(first.batches, executable);
    const samples = splits.reduce((sum, split) => sum + split.samples.x.shape[0]!, 0);
    const session = new Session({
      study,
      model,
      engine,
      executable,
      path,
      splits,
      classes,
      first: sums,
      recalibration,
      ...(elsewhere ? { elsewhere } : {}),
    });
    return {
      session,
      prepared: {
        model: model.summary,
        data: first.summary(classes),
        engine: {
          name: engine.name,
          label: engine.label,
          version: engine.version,
          device: (elsewhere ?? engine).device,
          why: [why, `${executionText(execution)}: ${whyExecution}`, ...(division ? [division.why] : [])].join("; "),
          execution,
        },
        ...(division ? { evaluators: division.evaluators } : {}),
        fingerprints,
        splits: others.map((split) => split.summary(classes)),
        first: sums,
        seconds: (seconds * samples) / first.batches.batches[0]!.count,
      },
    };
  }

  /** Sums of every split at a point of the plane. */
  async evaluate(alpha: number, beta: number): Promise<SplitSums> {
    return this.sums(await this.moveTo(alpha, beta, this.parts.recalibration));
  }

  /** Sums of every split at a point of the plane, over each group of a part of the samples. */
  async evaluateSubset(alpha: number, beta: number, subset: SampleSubset): Promise<readonly SplitSums[]> {
    const { executable, splits } = this.parts;
    const penalty = await this.moveTo(alpha, beta, this.parts.recalibration);
    const bySplit: PointSums[][] = [];
    for (const { subsets } of splits) {
      const sums: PointSums[] = [];
      for (const batches of subsets.groups(subset)) sums.push({ ...(await batches.measure(executable)), ...penalty });
      bySplit.push(sums);
    }
    // A split with few samples has fewer groups; it is told by those that it has.
    return bySplit[0]!.map((_, group) => bySplit.map((sums) => sums[group] ?? { ...emptySums(), ...penalty }));
  }

  /** Does other work than points. */
  async perform(task: Task): Promise<TaskAnswer> {
    switch (task.kind) {
      case "centre":
        return { kind: "centre", centre: await this.centre() };
      case "own":
        return { kind: "own", sums: await this.own() };
      case "checkpoint": {
        const { checkpoint, alpha, beta } = task;
        const { study, model } = this.parts;
        const { files, rename } = study.checkpoints!;
        const own = await this.measure(await readWeights(files[checkpoint]!, model, rename));
        return { kind: "checkpoint", checkpoint, own, inPlane: await this.evaluate(alpha, beta) };
      }
      default: {
        this.curvature ??= new CurvatureWork(this.parts);
        return this.curvature.perform(task);
      }
    }
  }

  async dispose(): Promise<void> {
    const { recalibration, executable, engine, elsewhere } = this.parts;
    await this.curvature?.dispose();
    await recalibration?.dispose();
    await executable.dispose();
    await elsewhere?.dispose();
    await engine.dispose();
  }

  /** The model itself, whatever was measured before it. */
  private async centre(): Promise<Centre> {
    const { study, classes } = this.parts;
    const began = performance.now();
    const sums = await this.own();
    const seconds = (performance.now() - began) / 1000;
    const [own] = sums as [PointSums, ...PointSums[]];
    const isCompared = study.loss.name === "crossEntropy";
    const checks = [
      await this.zeroCheck(own),
      ...(isCompared ? [chanceCheck(meanOf({ ...own, penalty: 0 }).loss, classes)] : []),
    ];
    return { sums, checks, seconds };
  }

  /** Sums of the model with its own weights. */
  private own(): Promise<SplitSums> {
    return this.measure(new Map());
  }

  /** Sums of every split with `values` in place of the model's own; what they do not name has its own values. */
  private async measure(values: ParameterValues, recalibration?: Recalibration): Promise<SplitSums> {
    return this.sums(await this.move(values, recalibration));
  }

  /** Sums of every split with the weights that the executable has. */
  private async sums(penalty: Pick<PointSums, "penalty">): Promise<SplitSums> {
    const { executable, splits } = this.parts;
    const sums: PointSums[] = [];
    for (const { batches } of splits) sums.push({ ...(await batches.measure(executable)), ...penalty });
    return sums;
  }

  /** Gives the model the weights of a point of the plane; otherwise as `move`. */
  private async moveTo(
    alpha: number,
    beta: number,
    recalibration?: Recalibration,
  ): Promise<Pick<PointSums, "penalty">> {
    const { executable, path } = this.parts;
    if (!(executable instanceof PlaneExecutable)) return this.move(path.fills(alpha, beta), recalibration);
    executable.moveTo(alpha, beta);
    return {};
  }

  /** Gives the model `values` in place of its own, and tells weight decay's part of the loss with them. */
  private async move(values: ParameterValues, recalibration?: Recalibration): Promise<Pick<PointSums, "penalty">> {
    const { study, model, executable } = this.parts;
    const set = new Map<string, Float32Array | Fill>(values);
    for (const name of this.moved) if (!set.has(name)) set.set(name, this.origin.get(name)!);
    const statistics = await recalibration?.statistics(values);
    for (const [name, measured] of statistics ?? []) set.set(name, measured);
    if (set.size > 0 || executable instanceof PlaneExecutable) await executable.setParameters(set);
    this.moved = new Set([...values.keys(), ...(statistics?.keys() ?? [])]);

    const { weightDecay = 0 } = study.loss;
    return weightDecay > 0 ? { penalty: weightPenalty(weightDecay, model.graph.parameters, values) } : {};
  }

  /**
   * Whether the plane begins where it should: at the model, or at the first end of a line between two. Where one batch has
   * the same loss to the last bit with the weights that were written there and with the model's own, so have all: engines
   * compute the same from the same.
   * @param centre measured just now, with the model's own weights; these may have been written anew.
   */
  private async zeroCheck(centre: PointSums): Promise<Check> {
    const { study, model, first } = this.parts;
    const restored = await this.firstBatch();
    if (!(differenceOf(restored, first) <= exactTolerance))
      return centreCheck(meanOf(restored).loss, meanOf(first).loss);
    const found = await this.moveTo(0, 0);
    if (study.directions.kind !== "between" && differenceOf(await this.firstBatch(), first) === 0) {
      const { loss } = meanOf(centre);
      return centreCheck(loss, loss);
    }
    const [sums] = await this.sums(found);
    const ends = study.directions.kind === "between" ? await lineEnds(study, model) : undefined;
    const [expected] = ends ? await this.measure(ends[0]) : [centre];
    return centreCheck(meanOf(sums!).loss, meanOf(expected!).loss);
  }

  /** Sums over the first batch of the first split, with the weights that the executable has. */
  private firstBatch(): Promise<PointSums> {
    const { executable, splits } = this.parts;
    return splits[0].batches.measureFirst(executable);
  }
}

/** Sums over the first batch, and how long it takes. */
async function firstOf(
  batches: Batches,
  executable: Executable,
): Promise<{ readonly sums: PointSums; readonly seconds: number }> {
  const timed = async (): Promise<{ readonly sums: PointSums; readonly seconds: number }> => {
    const began = performance.now();
    const sums = await batches.measureFirst(executable);
    return { sums, seconds: (performance.now() - began) / 1000 };
  };
  const cold = await timed();
  return cold.seconds > warmUp ? cold : timed();
}
