import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Problem, ProblemReason, Remedy } from "../../../server/protocol/problem";
import { strings } from "../../strings/strings";
import type { PanelMessage } from "../../protocol/messages";
import { shared, statement } from "../../styles/shared";
import { emit } from "../events";

interface Fix {
  readonly label: string;
  readonly message: PanelMessage;
}

const tryAgain: Fix = { label: strings.tryAgain, message: { kind: "run-again" } };
const showLog: Fix = { label: strings.showLog, message: { kind: "show-log" } };
const chooseData: Fix = { label: strings.chooseData, message: { kind: "choose-data" } };
const showEngines: Fix = { label: strings.showEngines, message: { kind: "show-engines" } };

const firstFix: Partial<Record<ProblemReason, Fix>> = {
  "data-missing": chooseData,
  "data-mismatch": chooseData,
  "labels-mismatch": chooseData,
  "operator-unsupported": showEngines,
  "engine-unavailable": showEngines,
  "engine-wrong": showEngines,
  internal: showLog,
};

const remedyFix = (remedy: Remedy): Fix => ({
  label: strings.remedies[remedy],
  message: { kind: "remedy", remedy },
});

/** What can be done about a problem, the likeliest first: what the extension does by itself, then one thing or two. */
export function fixesOf({ remedy, ...problem }: Problem): readonly Fix[] {
  return [...(remedy === undefined ? [] : [remedyFix(remedy)]), ...othersOf(problem)];
}

function othersOf(problem: Problem): readonly Fix[] {
  const { snippet } = problem;
  if (snippet !== undefined)
    return [{ label: strings.copySnippet, message: { kind: "copy-text", text: snippet } }, tryAgain];
  const first = firstFix[problem.reason];
  if (first) return [first, tryAgain];
  const missing = problem.reason === "file-missing";
  const show: Fix[] =
    problem.file && !missing ? [{ label: strings.showFile, message: { kind: "reveal", path: problem.file } }] : [];
  return [tryAgain, ...show];
}

/** What is wrong, the facts that conflict, and what to do next. */
@customElement("problem-state")
export class ProblemState extends LitElement {
  static override styles = [
    shared,
    statement,
    css`
      .snippet {
        white-space: pre-wrap;
      }

      /* Above a picture that stays: as wide as the panel and without the air around it. */
      :host([inline]) {
        padding: 12px 16px;
        max-width: 760px;
        margin: 0;
      }

      :host([inline]) .rows {
        margin-top: 8px;
      }

      :host([inline]) .rows li {
        flex-wrap: wrap;
        border-bottom: 0;
        padding-bottom: 0;
      }

      :host([inline]) .text {
        flex-basis: 200px;
      }

      :host([inline]) h2 {
        font-size: 13px;
        line-height: 20px;
      }

      :host([inline]) h2 vscode-icon {
        margin-top: 2px;
      }
    `,
  ];

  @property({ attribute: false }) problem!: Problem;
  /** A picture is shown below. */
  @property({ type: Boolean, reflect: true }) inline = false;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { problem } = this;
    const [first, ...others] = fixesOf(problem);
    const log = [first, ...others].includes(showLog) ? [] : [showLog];
    const rest = [...others, ...log].map((fix) => this.#button(fix, true));
    return html`
      <section role="alert" data-reason=${problem.reason}>
        <h2>
          ${
            problem.reason === "cancelled"
              ? html`<vscode-icon name="circle-slash"></vscode-icon>`
              : html`<vscode-icon class="error" name="error"></vscode-icon>
                  <span class="spoken">${strings.problemIcon}:</span>`
          }
          <span>${problem.title}</span>
        </h2>
        <p class="message">${problem.message}</p>
        ${problem.facts?.length ? html`<div class="facts">${problem.facts.join(" · ")}</div>` : nothing}
        ${problem.snippet === undefined ? nothing : html`<div class="facts snippet">${problem.snippet}</div>`}
      </section>
      <ul class="rows">
        <li>
          <vscode-icon name="lightbulb"></vscode-icon>
          <span class="text advice">${problem.advice}</span>
          ${first ? this.#button(first, false) : nothing} ${this.inline ? rest : nothing}
        </li>
      </ul>
      ${this.inline ? nothing : html`<div class="actions">${rest}</div>`}
    `;
  }

  #button(fix: Fix, secondary: boolean) {
    return html`<vscode-button ?secondary=${secondary} @click=${() => emit(this, "panel-message", fix.message)}
      >${fix.label}</vscode-button
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "problem-state": ProblemState;
  }
}
