import type { PanelMessage, ViewState } from "../protocol/messages";

/** Names and details of the events that components send upwards. */
export interface PanelEvents {
  /** For the host; the panel element passes it on. */
  "panel-message": PanelMessage;
  /** A change of how things are shown. */
  "view-change": Partial<ViewState>;
  /** A part of the plane is to be measured on a grid of its own. */
  "measure-region": PlaneRegion;
  /** A place of the plane is to be seen on the map. */
  "show-place": { readonly alpha: number; readonly beta: number };
  /** A place of the plane is to become the centre of a plane of its own. */
  "centre-here": { readonly alpha: number; readonly beta: number };
}

/** A rectangle of the plane: from the lower to the higher coordinate. */
export interface PlaneRegion {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

declare global {
  interface HTMLElementEventMap {
    "panel-message": CustomEvent<PanelMessage>;
    "view-change": CustomEvent<Partial<ViewState>>;
    "measure-region": CustomEvent<PlaneRegion>;
    "show-place": CustomEvent<PanelEvents["show-place"]>;
    "centre-here": CustomEvent<PanelEvents["centre-here"]>;
  }
}

/** Sends an event that crosses shadow roots up to the panel. */
export function emit<K extends keyof PanelEvents>(from: HTMLElement, name: K, detail: PanelEvents[K]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
