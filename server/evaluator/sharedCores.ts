import type { Agreement } from "./agreement";
import { deferred } from "./deferred";
import type { ChosenDivision } from "./execution/division";
import type { EvaluatorProcess } from "./process";
import { tryDivisions, usualPatience } from "./trial";
import type { Question } from "./trial";

/** How the places of a pool come to share the cores: where that is open, the leader's evaluator and all others try it. */
export class SharedCores {
  private readonly present = new Map<object, EvaluatorProcess>();
  private readonly decided = deferred<ChosenDivision>();
  private change = deferred<undefined>();
  private expected: readonly object[] = [];

  constructor(
    private readonly agreement: Agreement,
    private readonly log: (message: string) => void,
    private readonly patience = usualPatience,
  ) {}

  /** Which places there are; nothing is tried before each of them is there or gone. */
  expect(places: readonly object[]): void {
    this.expected = places;
  }

  /** `who` has an evaluator that is ready for whatever comes. */
  arrive(who: object, evaluator: EvaluatorProcess): void {
    this.present.set(who, evaluator);
    this.rouse();
  }

  /** `who` is not to be waited for any more. */
  leave(who: object): void {
    this.expected = this.expected.filter((each) => each !== who);
    this.present.delete(who);
    this.rouse();
  }

  /** Tries it as soon as all are there, for `leader`. What cannot be tried stays as is usual. */
  async conduct(leader: object, question: Omit<Question, "study" | "workplace">): Promise<void> {
    const { log, agreement, patience } = this;
    const { divisions } = question.undivided;
    const [usual] = divisions;
    try {
      while (!this.expected.every((each) => this.present.has(each))) await this.change.promise;
      const evaluators = [leader, ...this.expected.filter((each) => each !== leader)].map((each) =>
        this.present.get(each)!,
      );
      if (evaluators.length < usual.evaluators) throw new Error("not all evaluators are there");
      const { study, workplace } = agreement.call;
      this.decide(await tryDivisions({ ...question, study, workplace: workplace!, evaluators, patience, log }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`how the cores are shared best was not found out: ${reason}`);
      this.decide({ ...usual, why: "it was not found out how the cores are shared best" });
    }
  }

  /** Resolves when it is decided whether and how the cores are shared otherwise. */
  get settled(): Promise<unknown> {
    return Promise.race([this.decided.promise, this.agreement.settled]);
  }

  private decide(division: ChosenDivision): void {
    this.agreement.divide(division);
    this.decided.resolve(division);
  }

  private rouse(): void {
    const { change } = this;
    this.change = deferred<undefined>();
    change.resolve(undefined);
  }
}
