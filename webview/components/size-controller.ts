import type { LitElement, ReactiveController } from "lit";

/** Tells of a host's size: when the host comes into the page, and whenever it changes from then on. */
export class SizeController implements ReactiveController {
  #resize = new ResizeObserver(() => this.measure());

  constructor(
    private readonly host: LitElement,
    private readonly measure: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#resize.observe(this.host);
    this.measure();
  }

  hostDisconnected(): void {
    this.#resize.disconnect();
  }
}
