import type { EngineInfo } from "../protocol/result";
import type { Study } from "../protocol/study";
import { deferred } from "./deferred";
import type { ChosenDivision } from "./execution/division";
import { isSameExecution } from "./execution/rule";
import type { Workplace } from "./execution/workplace";
import type { DirectionsFile, PointSums, Prepared } from "./messages";
import type { EvaluatorCall } from "./process";

/** What every evaluator of a run is prepared with. */
export interface Preparation {
  readonly study: Study;
  /** What the files must be. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** Where the directions are, unless they follow from the study alone. */
  readonly directions?: DirectionsFile;
  /** What each evaluator may use. */
  readonly workplace?: Workplace;
}

/** What the evaluators of a run have in common: the first one that is ready decides, the others are held against it. */
export class Agreement {
  private readonly first = deferred<Prepared>();
  private preparation: Preparation | undefined;
  private reference: Prepared | undefined;
  private readonly settling = deferred<undefined>();
  private leader: object | undefined;
  private readonly admitted = new Set<object>();
  private isSettled = false;
  private count = 0;
  private difference = 0;

  /** Evaluators that were ready at least once. */
  get prepared(): number {
    return this.count;
  }

  /** Largest relative difference of an evaluator from the first one at the centre; 0 is to the last bit. */
  get disagreement(): number {
    return this.difference;
  }

  /** What the first evaluator that was ready told. */
  get told(): Promise<Prepared> {
    return this.first.promise;
  }

  begin(preparation: Preparation): void {
    this.preparation = preparation;
  }

  /** Resolves when it is decided how the run is measured, or nobody is left who finds out. */
  get settled(): Promise<unknown> {
    return this.settling.promise;
  }

  /** Whether `who` is the one that finds out how the run is measured: the first that asks. */
  leads(who: object): boolean {
    this.leader ??= who;
    return this.leader === who && this.reference === undefined;
  }

  /** `who` takes no part any more: whoever is ready next decides. */
  leave(who: object): void {
    if (this.leader === who) this.release();
  }

  /** Nobody waits any longer for what the leader finds out. */
  release(): void {
    this.isSettled = true;
    this.settling.resolve(undefined);
  }

  /** It is decided how evaluators share the cores; whoever is prepared from now on follows it. */
  divide(division: ChosenDivision): void {
    const { workplace, ...others } = this.preparation!;
    this.preparation = { ...others, workplace: { ...workplace!, division } };
  }

  /** Whether `who` takes part: as many do as there is work for, whoever asks first. */
  admits(who: object): boolean {
    if (!this.admitted.has(who) && this.admitted.size < this.most) this.admitted.add(who);
    return this.admitted.has(who);
  }

  /** How many evaluators of this machine share the work at most. */
  get most(): number {
    // A processor that others would only share is used by one.
    if ((this.reference?.engine.execution?.provider ?? "cpu") !== "cpu") return 1;
    return this.reference?.evaluators ?? this.preparation?.workplace?.division?.evaluators ?? Infinity;
  }

  /** What the next evaluator has to be asked, so that it computes as the first one does. */
  get call(): Preparation & Extract<EvaluatorCall, { readonly kind: "prepare" | "begin" }> {
    const { study, fingerprints, directions, workplace } = this.preparation!;
    const { name: engine = study.compute.engine, execution = study.compute.execution } = this.reference?.engine ?? {};
    const compute = { ...study.compute, engine, ...(execution ? { execution } : {}) };
    return {
      kind: this.isSettled || workplace?.division ? "prepare" : "begin",
      study: { ...study, compute },
      fingerprints,
      ...(directions ? { directions } : {}),
      ...(workplace ? { workplace } : {}),
    };
  }

  /** The engine that all must have. */
  get engine(): string | undefined {
    return this.reference?.engine.name;
  }

  /** Takes what an evaluator tells; false when it computes in another way and must be asked again. */
  join(prepared: Prepared): boolean {
    this.reference ??= prepared;
    this.release();
    if (!isSame(this.reference.engine, prepared.engine)) return false;
    this.count++;
    this.differ(differenceOf(this.reference.first, prepared.first));
    this.first.resolve(this.reference);
    return true;
  }

  /** Takes note of an evaluator's relative difference from the first one. */
  differ(difference: number): void {
    this.difference = Math.max(this.difference, difference);
  }

  /** Nobody is ready, and nobody will be. */
  fail(error: Error): void {
    this.release();
    this.first.reject(error);
  }
}

function isSame(a: EngineInfo, b: EngineInfo): boolean {
  return a.name === b.name && isSameExecution(a.execution, b.execution);
}

/**
 * How far two evaluations of the same samples with the same weights are apart: the larger of the relative differences of the
 * sums of the losses and of their squares, 0 only for the same bits.
 */
export function differenceOf(a: PointSums, b: PointSums): number {
  return Math.max(relativeDifference(a.lossSum, b.lossSum), relativeDifference(a.lossSquareSum, b.lossSquareSum));
}

/** |a − b| relative to the larger; 0 only for the same bits, ∞ where one of them is not finite. */
export function relativeDifference(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return Number.isNaN(difference) ? Infinity : difference;
}
