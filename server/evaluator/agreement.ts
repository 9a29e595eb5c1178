import type { Study } from "../protocol/study";
import { deferred } from "./deferred";
import type { DirectionsFile, Prepared } from "./messages";
import type { EvaluatorCall } from "./process";

/** What every evaluator of a run is prepared with. */
export interface Preparation {
  readonly study: Study;
  /** What the files must be. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** Where the directions are, unless they follow from the study alone. */
  readonly directions?: DirectionsFile;
}

/** What the evaluators of a run have in common: the first one that is ready decides, the others are held against it. */
export class Agreement {
  private readonly first = deferred<Prepared>();
  private preparation: Preparation | undefined;
  private reference: Prepared | undefined;
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

  /** What the next evaluator has to be asked, so that it comes to the engine of the first one. */
  get call(): Preparation & Extract<EvaluatorCall, { readonly kind: "prepare" }> {
    const { study, fingerprints, directions } = this.preparation!;
    const compute = { ...study.compute, engine: this.reference?.engine.name ?? study.compute.engine };
    return {
      kind: "prepare",
      study: { ...study, compute },
      fingerprints,
      ...(directions ? { directions } : {}),
    };
  }

  /** The engine that all must have. */
  get engine(): string | undefined {
    return this.reference?.engine.name;
  }

  /** Takes what an evaluator tells; false when it has come to another engine and must be asked again. */
  join(prepared: Prepared): boolean {
    this.reference ??= prepared;
    if (this.reference.engine.name !== prepared.engine.name) return false;
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
    this.first.reject(error);
  }
}

/** |a − b| relative to the larger; 0 only for the same bits, ∞ where one of them is not finite. */
export function relativeDifference(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return Number.isNaN(difference) ? Infinity : difference;
}
