import "../../../webview/app/main";
import type { RunResult } from "../../../server/protocol/result";
import type { PanelMessage, PanelState } from "../../../webview/protocol/messages";
import { defaultView } from "../../../webview/state/view";
import { answerOf } from "../support/answers";
import { storiesOf } from "../support/stories";
import type { Story } from "../support/stories";
import { oracleSurface } from "../support/surface";
import type { Surface } from "../support/surface";
import { themes } from "../themes/all";
import { applyTheme } from "../themes/theme";

/**
 * One state of the panel in one theme: `?story=running&theme=dark`; `&font=NAME` writes it in another font. The numbers
 * are those of `run.json` (what the command line writes with --json) where the server has one, else the oracle's on
 * `&points=51` rows and columns.
 */
const query = new URLSearchParams(location.search);

async function surfaceOfRun(): Promise<Surface> {
  const answer = await fetch("run.json");
  if (!answer.ok) return oracleSurface(Number(query.get("points") ?? 51));
  const { surfaces } = (await answer.json()) as RunResult;
  const { x, y, loss, accuracy } = surfaces[0]!;
  return { x, y, loss: loss.flat().map(Number), accuracy: accuracy.flat().map(Number) };
}

const stories: Record<string, Story> = storiesOf(await surfaceOfRun());
const story = stories[query.get("story") ?? "done"] ?? stories.done!;
const theme = Object.entries(themes).find(([name]) => name === query.get("theme"))?.[1] ?? themes.dark;
const font = query.get("font");
applyTheme(font ? { ...theme, variables: { ...theme.variables, "font-family": font } } : theme);

let kept: PanelState = { version: 1, source: "", view: { ...defaultView, ...story.view } };
const violations: string[] = [];
document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));

Object.assign(window, {
  violations,
  acquireVsCodeApi: () => ({
    getState: () => kept,
    setState: (state: PanelState) => {
      kept = state;
    },
    postMessage: (message: PanelMessage) => {
      const answer = message.kind === "ask" ? answerOf(story, message) : undefined;
      if (answer) window.postMessage(answer);
      if (message.kind === "ready") for (const answer of story.messages) window.postMessage(answer);
    },
  }),
});

// Only now: the panel asks for its host as soon as it is on the page.
document.body.append(document.createElement("loss-landscape-panel"));
