import type { HostMessage } from "../protocol/messages";
import { emptyModel } from "./model";
import type { PanelModel } from "./model";
import { reduce } from "./reducer";

/** Points are shown at most this often; everything else in the next frame. */
const pointsInterval = 100;

/** How the store waits; replaced in tests. */
export interface Clock {
  now(): number;
  frame(callback: () => void): void;
  later(callback: () => void, milliseconds: number): void;
}

const browserClock: Clock = {
  now: () => performance.now(),
  frame: (callback) => requestAnimationFrame(callback),
  later: (callback, milliseconds) => setTimeout(callback, milliseconds),
};

/**
 * The single owner of the model. Messages are reduced at once; listeners hear of the newest model in an
 * animation frame, so that a burst of points is drawn once. A hidden page gets no frames and draws nothing.
 */
export class Store {
  #model: PanelModel = emptyModel;
  #listeners = new Set<(model: PanelModel) => void>();
  #framePending = false;
  #delayPending = false;
  #lastShown = -Infinity;

  constructor(private readonly clock: Clock = browserClock) {}

  get model(): PanelModel {
    return this.#model;
  }

  /** Calls `listener` with each new model; the result stops that. */
  subscribe(listener: (model: PanelModel) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(message: HostMessage): void {
    const next = reduce(this.#model, message);
    if (next === this.#model) return;
    this.#model = next;
    const wait = message.kind === "points" ? this.#lastShown + pointsInterval - this.clock.now() : 0;
    if (wait <= 0) this.#requestFrame();
    else if (!this.#delayPending) {
      this.#delayPending = true;
      this.clock.later(() => {
        this.#delayPending = false;
        this.#requestFrame();
      }, wait);
    }
  }

  #requestFrame(): void {
    if (this.#framePending) return;
    this.#framePending = true;
    this.clock.frame(() => {
      this.#framePending = false;
      this.#lastShown = this.clock.now();
      for (const listener of this.#listeners) listener(this.#model);
    });
  }
}
