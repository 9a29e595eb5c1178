import type { Problem } from "../../server/protocol/problem";
import type { AskName, Asks } from "../protocol/asks";

/** A question that could not be answered, as it is told to the user. */
export class AskError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

/** A question on its way to the host. */
export interface PanelAsk<K extends AskName = AskName> {
  readonly ask: K;
  readonly params: Asks[K]["params"];
  readonly resolve: (result: Asks[AskName]["result"]) => void;
  readonly reject: (error: AskError) => void;
}

declare global {
  interface HTMLElementEventMap {
    "panel-ask": CustomEvent<PanelAsk>;
  }
}

/**
 * Asks the host something through the panel element, which `from` must be in.
 * @throws AskError when the host cannot answer; nothing is thrown or resolved when the page goes away before.
 */
export function ask<K extends AskName>(
  from: HTMLElement,
  name: K,
  params: Asks[K]["params"],
): Promise<Asks[K]["result"]> {
  return new Promise((resolve, reject) => {
    const detail: PanelAsk<K> = { ask: name, params, resolve: resolve as PanelAsk["resolve"], reject };
    from.dispatchEvent(new CustomEvent("panel-ask", { detail, bubbles: true, composed: true }));
  });
}
