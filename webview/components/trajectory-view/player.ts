import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Time between two epochs, in milliseconds. */
const step = 400;

/** The path that is played: its checkpoints by their index. */
export interface Played {
  at(): number;
  last(): number;
  choose(index: number): void;
}

/** Goes through the checkpoints of a path one after another, until the end or until it is stopped. */
export class Player implements ReactiveController {
  isPlaying = false;
  #timer?: number;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly path: Played,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
  }

  /** From the current one to the end, or from the start when it is at the end; at once without motion. */
  play(): void {
    const { path } = this;
    const isAtEnd = path.at() === path.last();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return path.choose(isAtEnd ? 0 : path.last());
    this.#set(true);
    path.choose(isAtEnd ? 0 : path.at());
    this.#timer = window.setInterval(() => {
      const next = path.at() + 1;
      if (next <= path.last()) path.choose(next);
      if (next >= path.last()) this.stop();
    }, step);
  }

  stop(): void {
    window.clearInterval(this.#timer);
    this.#set(false);
  }

  #set(isPlaying: boolean): void {
    if (isPlaying === this.isPlaying) return;
    this.isPlaying = isPlaying;
    this.host.requestUpdate();
  }
}
