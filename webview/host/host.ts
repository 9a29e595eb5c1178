import type { HostMessage, PanelMessage, PanelState } from "../protocol/messages";
import { readPanelState } from "../state/view";

interface VsCodeApi {
  postMessage(message: PanelMessage): void;
  getState(): unknown;
  setState(state: PanelState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The extension host as the panel sees it. */
export interface Host {
  post(message: PanelMessage): void;
  /** What an earlier session of this panel kept. */
  load(): PanelState | undefined;
  save(state: PanelState): void;
  /** Calls `listener` with each message; the result stops that. */
  listen(listener: (message: HostMessage) => void): () => void;
}

/** The connection to the host. VS Code lets a page ask for it once only. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    load: () => readPanelState(api.getState()),
    save: (state) => api.setState(state),
    listen(listener) {
      const onMessage = (event: MessageEvent<HostMessage>) => listener(event.data);
      window.addEventListener("message", onMessage);
      return () => window.removeEventListener("message", onMessage);
    },
  };
}
