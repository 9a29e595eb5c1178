import type { HostMessage } from "../protocol/messages";
import { largeGrid } from "./large";
import { emptyModel } from "./model";
import type { PanelModel } from "./model";
import { joined, reduce } from "./reducer";
import type { PointsMessage } from "./reducer";

/** Points are shown at most this often, in milliseconds; everything else in the next frame. */
const pointsInterval = 100;

/** The same for a large grid, whose picture takes long to make and changes little from a few points. */
const largeGridInterval = 250;

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
 * The single owner of the model. Listeners hear of the newest model in an animation frame, so that a burst of points is
 * taken in and drawn once. A hidden page gets no frames and draws nothing.
 */
export class Store {
  #model: PanelModel = emptyModel;
  /** Points that the model does not have yet. */
  #points?: PointsMessage;
  #listeners = new Set<(model: PanelModel) => void>();
  #framePending = false;
  #delayPending = false;
  #lastShown = -Infinity;

  constructor(private readonly clock: Clock = browserClock) {}

  get model(): PanelModel {
    if (this.#points) {
      this.#model = reduce(this.#model, this.#points);
      this.#points = undefined;
    }
    return this.#model;
  }

  /** Calls `listener` with each new model; the result stops that. */
  subscribe(listener: (model: PanelModel) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dispatch(message: HostMessage): void {
    if (message.kind === "points") return this.#gather(message);
    const before = this.model;
    this.#model = reduce(before, message);
    if (this.#model !== before) this.#requestFrame();
  }

  #gather(message: PointsMessage): void {
    const { run } = this.#model;
    if (!run) return;
    this.#points = this.#points ? joined(this.#points, message) : message;
    const isLarge = run.header.x.length * run.header.y.length >= largeGrid;
    const wait = this.#lastShown + (isLarge ? largeGridInterval : pointsInterval) - this.clock.now();
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
      const { model } = this;
      for (const listener of this.#listeners) listener(model);
    });
  }
}
