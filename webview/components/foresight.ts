import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ForeseeResult, StudyChange } from "../../server/protocol/requests";
import { samplesOf } from "../state/runForm";
import { runStrings as strings } from "../strings/runs";
import { ask, AskError } from "./ask";

/** How long nothing may be typed before the worker is asked, in milliseconds. */
const pause = 250;

type Ready = Extract<ForeseeResult, { readonly kind: "ready" }>;

/** What a run would cost, in words. */
export function costOf({ study, evaluations, products, seconds }: Ready): string {
  if (evaluations + products === 0) return strings.asBefore;
  return strings.cost(evaluations, samplesOf(study), products, seconds);
}

/** Asks what a changed run would be, once nothing is being changed any more; the latest question counts. */
export class Foresight implements ReactiveController {
  /** What the run would be; undefined while nobody knows. */
  ready: Ready | undefined;
  /** Why it cannot be run. */
  problem: string | undefined;
  #asked = "";
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#question++;
    this.#asked = "";
  }

  /**
   * Asks about a change, unless it is the one that was asked about last.
   * @param run what the change is about.
   */
  about(change: StudyChange | undefined, run: string, delay: number = pause): void {
    const asked = change === undefined ? "" : JSON.stringify([run, change]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.ready = undefined;
    this.problem = undefined;
    clearTimeout(this.#timer);
    const question = ++this.#question;
    if (change !== undefined) this.#timer = setTimeout(() => void this.#ask(change, question), delay);
  }

  /** In words: the problem, the cost, or that it is not known yet. */
  get text(): string {
    if (this.problem !== undefined) return this.problem;
    return this.ready === undefined ? strings.foreseeing : costOf(this.ready);
  }

  async #ask(change: StudyChange, question: number): Promise<void> {
    try {
      const result = await ask(this.host, "foresee", change);
      if (question !== this.#question) return;
      if (result.kind === "ready") this.ready = result;
      else this.problem = result.problem.message;
    } catch (error) {
      if (question !== this.#question || !(error instanceof AskError)) return;
      this.problem = error.problem.message;
    }
    this.host.requestUpdate();
  }
}
