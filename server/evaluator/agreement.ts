import type { EngineInfo } from "../protocol/result";
import type { Study } from "../protocol/study";
import { deferred } from "./deferred";
import { isSameExecution } from "./execution/rule";
import type { Workplace } from "./execution/workplace";
import type { DirectionsFile, Prepared } from "./messages";
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
  private count = 0;
  private difference = 0;

  /** Evaluators that were ready at least once. */
  get prepared(): number {
    return this.count;
  }

  /** Largest relative difference of an evaluator's loss at the centre from the first one's; 0 is to the last bit. */
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
    if (this.leader === who) this.settling.resolve(undefined);
  }

  /** What the next evaluator has to be asked, so that it computes as the first one does. */
  get call(): Preparation & Extract<EvaluatorCall, { readonly kind: "prepare" }> {
    const { study, fingerprints, directions, workplace } = this.preparation!;
    const { name: engine = study.compute.engine, execution = study.compute.execution } = this.reference?.engine ?? {};
    const compute = { ...study.compute, engine, ...(execution ? { execution } : {}) };
    return {
      kind: "prepare",
      study: { ...study, compute },
      fingerprints,
      ...(directions ? { directions } : {}),
      ...(workplace ? { workplace } : {}),
    };
  }

  /** Whether one evaluator does all the work of this machine, since it uses a processor that others would only share. */
  get isForOne(): boolean {
    return (this.reference?.engine.execution?.provider ?? "cpu") !== "cpu";
  }

  /** The engine that all must have. */
  get engine(): string | undefined {
    return this.reference?.engine.name;
  }

  /** Takes what an evaluator tells; false when it computes in another way and must be asked again. */
  join(prepared: Prepared): boolean {
    this.reference ??= prepared;
    this.settling.resolve(undefined);
    if (!isSame(this.reference.engine, prepared.engine)) return false;
    this.count++;
    this.differ(relativeDifference(this.reference.centre.lossSum, prepared.centre.lossSum));
    this.first.resolve(this.reference);
    return true;
  }

  /** Takes note of an evaluator's relative difference from the first one. */
  differ(difference: number): void {
    this.difference = Math.max(this.difference, difference);
  }

  /** Nobody is ready, and nobody will be. */
  fail(error: Error): void {
    this.settling.resolve(undefined);
    this.first.reject(error);
  }
}

function isSame(a: EngineInfo, b: EngineInfo): boolean {
  return a.name === b.name && isSameExecution(a.execution, b.execution);
}

/** |a − b| relative to the larger; 0 only for the same bits, ∞ where one of them is not finite. */
export function relativeDifference(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return Number.isNaN(difference) ? Infinity : difference;
}
