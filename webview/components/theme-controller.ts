import type { ReactiveController, ReactiveControllerHost } from "lit";
import { readTheme } from "../charts/theme";
import type { FigureTheme } from "../charts/theme";

/** Keeps the theme of the page and asks its host for an update when VS Code changes it. */
export class ThemeController implements ReactiveController {
  theme: FigureTheme = readTheme();
  #observer = new MutationObserver(() => {
    this.theme = readTheme();
    this.host.requestUpdate();
  });

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    this.theme = readTheme();
    this.#observer.observe(document.body, {
      attributeFilter: ["class", "data-vscode-theme-kind", "data-vscode-theme-id"],
    });
    // The variables themselves are set as styles of the root element.
    this.#observer.observe(document.documentElement, { attributeFilter: ["style", "class"] });
  }

  hostDisconnected(): void {
    this.#observer.disconnect();
  }
}
