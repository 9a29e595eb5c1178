import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Problem } from "../../../server/protocol/problem";
import type { WeightsFigure } from "../../../server/protocol/weights";
import { weightBins } from "../../state/weights";
import { ask, AskError } from "../ask";

/** Figures that were read in this session, by run and files; the newest last. */
const kept = new Map<string, WeightsFigure>();
const mostKept = 6;

/** How the weights of a set of files are distributed: read when asked for, kept for the session. */
export class FigureStore implements ReactiveController {
  /** Why the last question had no answer. */
  problem?: Problem;
  #asked = "";

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#asked = "";
  }

  /** The figure of these files, if it is there; otherwise it is asked for. @param run what tells files of one run from those of another. */
  of(run: string, files: readonly string[]): WeightsFigure | undefined {
    const key = JSON.stringify([run, files]);
    const known = kept.get(key);
    if (!known && this.#asked !== key) void this.#load(key, files);
    return known;
  }

  /** Asks again for what could not be read. */
  retry(): void {
    this.#asked = "";
    this.problem = undefined;
    this.host.requestUpdate();
  }

  async #load(key: string, files: readonly string[]): Promise<void> {
    this.#asked = key;
    this.problem = undefined;
    try {
      const figure = await ask(this.host, "weights", { files, bins: weightBins });
      kept.set(key, figure);
      for (const old of [...kept.keys()].slice(0, -mostKept)) kept.delete(old);
    } catch (error) {
      // An answer to what is no longer asked is nobody's.
      if (this.#asked === key) this.problem = problemOf(error);
    }
    this.host.requestUpdate();
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof AskError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return { reason: "internal", title: message, message, advice: "" };
}
