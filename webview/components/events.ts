import type { PanelMessage, ViewState } from "../protocol/messages";

/** Names and details of the events that components send upwards. */
export interface PanelEvents {
  /** For the host; the panel element passes it on. */
  "panel-message": PanelMessage;
  /** A change of how things are shown. */
  "view-change": Partial<ViewState>;
}

declare global {
  interface HTMLElementEventMap {
    "panel-message": CustomEvent<PanelMessage>;
    "view-change": CustomEvent<Partial<ViewState>>;
  }
}

/** Sends an event that crosses shadow roots up to the panel. */
export function emit<K extends keyof PanelEvents>(from: HTMLElement, name: K, detail: PanelEvents[K]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
