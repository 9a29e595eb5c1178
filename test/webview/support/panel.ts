import codicons from "@vscode/codicons/dist/codicon.css?url";
import { onTestFinished } from "vitest";
import "../../../webview/app/main";
import type { LossLandscapePanel } from "../../../webview/app/panel";
import type { HostMessage, PanelMessage, PanelState, ViewState } from "../../../webview/protocol/messages";
import { defaultView } from "../../../webview/state/view";
import { themes } from "../themes/all";
import type { ThemeName } from "../themes/all";
import { applyTheme } from "../themes/theme";
import { answerOf } from "./answers";
import type { Story } from "./stories";

/** A panel on the page with a host of the test's own. */
export interface Mounted {
  readonly panel: LossLandscapePanel;
  /** What the panel has sent, in order. */
  readonly posted: readonly PanelMessage[];
  /** What the panel keeps for a reload. */
  kept(): PanelState | undefined;
  /** Sends messages and waits until they are shown and drawn. */
  send(...messages: readonly HostMessage[]): Promise<void>;
  resize(width: number): Promise<void>;
  /** The first match in any shadow root of the panel; fails when there is none. */
  find<T extends Element = HTMLElement>(selector: string): T;
  /** All matches in any shadow root of the panel. */
  all<T extends Element = HTMLElement>(selector: string): readonly T[];
  /** The text of the first match with its spaces tidied. */
  text(selector: string): string;
}

function installIcons(): void {
  if (document.getElementById("vscode-codicon-stylesheet")) return;
  const link = document.createElement("link");
  link.id = "vscode-codicon-stylesheet";
  link.rel = "stylesheet";
  link.href = codicons;
  document.head.append(link);
}

/** Waits until everything requested so far has been rendered and drawn. */
export async function settled(): Promise<void> {
  await document.fonts.ready;
  for (let frame = 0; frame < 4; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
}

/** Every match below `root`, through all open shadow roots, in document order. */
export function allDeep<T extends Element>(root: ParentNode, selector: string): T[] {
  const found: T[] = [];
  for (const element of root.querySelectorAll("*")) {
    if (element.matches(selector)) found.push(element as T);
    if (element.shadowRoot) found.push(...allDeep<T>(element.shadowRoot, selector));
  }
  return found;
}

export function tidy(text: string | null | undefined): string {
  return (text ?? "").replace(/\s+/g, " ").trim();
}

/** Puts a panel on the page and tells it a story; it is taken away when the test has finished. */
export async function mountPanel(
  story: Story,
  options: { readonly theme?: ThemeName; readonly width?: number; readonly kept?: PanelState } = {},
): Promise<Mounted> {
  installIcons();
  applyTheme(themes[options.theme ?? "dark"]);
  const posted: PanelMessage[] = [];
  let kept: PanelState | undefined =
    options.kept ?? (story.view ? { version: 1, source: "file:///x", view: viewWith(story.view) } : undefined);
  Object.assign(window, {
    acquireVsCodeApi: () => ({
      getState: () => kept,
      setState: (state: PanelState) => {
        kept = state;
      },
      postMessage: (message: PanelMessage) => {
        posted.push(message);
        const answer = message.kind === "ask" ? answerOf(story, message) : undefined;
        if (answer) queueMicrotask(() => window.dispatchEvent(new MessageEvent("message", { data: answer })));
      },
    }),
  });
  const frame = document.createElement("div");
  frame.style.width = `${options.width ?? 760}px`;
  document.body.append(frame);
  const panel = document.createElement("loss-landscape-panel");
  frame.append(panel);
  onTestFinished(() => frame.remove());
  const root = () => panel.shadowRoot!;
  const mounted: Mounted = {
    panel,
    posted,
    kept: () => kept,
    async send(...messages) {
      for (const message of messages) window.dispatchEvent(new MessageEvent("message", { data: message }));
      await settled();
    },
    async resize(width) {
      frame.style.width = `${width}px`;
      await settled();
    },
    find<T extends Element>(selector: string): T {
      const [first] = allDeep<T>(root(), selector);
      if (!first) throw new Error(`The panel has no ${selector}`);
      return first;
    },
    all: <T extends Element>(selector: string) => allDeep<T>(root(), selector),
    text: (selector) => tidy(mounted.find(selector).textContent),
  };
  await mounted.send(...story.messages);
  await pictured(mounted);
  return mounted;
}

/** Waits for the first drawing of every chart, which on a busy machine takes more than a few frames. */
async function pictured(mounted: Mounted): Promise<void> {
  const missing = () =>
    mounted.all(".canvas").some((canvas) => canvas.clientWidth > 0 && !canvas.querySelector("canvas, svg"));
  for (let frame = 0; frame < 60 && missing(); frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
}

export function viewWith(change: Partial<ViewState>): ViewState {
  return { ...defaultView, ...change };
}

/** The client coordinates of a place of the plane on a mounted panel's figure. */
export function clientPoint(mounted: Mounted, alpha: number, beta: number): { clientX: number; clientY: number } {
  const figure = mounted.find<HTMLElementTagNameMap["contour-figure"]>("contour-figure");
  const { x, y, width, height } = figure.layout!.plot;
  const box = mounted.find(".canvas").getBoundingClientRect();
  return {
    clientX: box.left + x + ((alpha + 1) / 2) * width,
    clientY: box.top + y + ((1 - beta) / 2) * height,
  };
}

/** Sends a pointer event to the figure at a place of the whole plane. */
export async function point(mounted: Mounted, type: string, alpha: number, beta: number): Promise<void> {
  const at = clientPoint(mounted, alpha, beta);
  mounted
    .find(".canvas")
    .dispatchEvent(
      new PointerEvent(type, { ...at, bubbles: true, composed: true, pointerId: 1, button: 0, detail: 0 }),
    );
  await settled();
}

export async function press(mounted: Mounted, key: string, shiftKey = false): Promise<void> {
  mounted.find(".canvas").dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, composed: true }));
  await settled();
}

/** Pixels of the figure's canvas layers, to tell whether something was drawn differently. */
export function drawn(mounted: Mounted): string {
  return mounted
    .all<HTMLCanvasElement>(".canvas canvas")
    .map((canvas) => canvas.toDataURL())
    .join("\n");
}
