import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-progress-bar/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { runStrings } from "../../strings/runs";
import { strings } from "../../strings/strings";
import type { PreliminaryFacts } from "../../../server/protocol/result";
import { formatDuration, formatTick } from "../../charts/format";
import type { RunData } from "../../state/model";
import { toNumber } from "../../state/numbers";
import { shared } from "../../styles/shared";
import { emit } from "../events";

/** Shares of the points, in percent, at which progress is spoken. */
const milestones = [25, 50, 75, 100];

/** The row that exists only while something is being prepared or measured. */
@customElement("run-progress")
export class RunProgressRow extends LitElement {
  static override styles = [
    shared,
    css`
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 30px;
        padding: 0 8px 0 16px;
        font-size: 12px;
        font-variant-numeric: tabular-nums;
        border-bottom: 1px solid var(--ll-rule);
      }

      .text {
        display: flex;
        flex: 1;
        flex-wrap: wrap;
        gap: 0 8px;
        min-width: 0;
      }

      .what {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
      }

      .points,
      .left {
        white-space: nowrap;
      }

      .left {
        margin-left: auto;
      }

      vscode-progress-bar::part(indicator) {
        transition-duration: 120ms;
      }

      :host([narrow]) .line {
        padding-left: 12px;
      }
    `,
  ];

  @property({ attribute: false }) run?: RunData;
  /** What is being prepared; absent while points are measured. */
  @property() preparing?: string;
  /** Whether the run waits for others, some of which it may go before. */
  @property({ type: Boolean }) canHurry = false;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private spoken = "";
  #reached = 0;
  #wasPreliminary = false;
  #runId = "";

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("run") && this.run && this.preparing === undefined) this.#speak(this.run);
  }

  /** Speaks at the milestones only; a resumed run starts from where it is. */
  #speak(run: RunData): void {
    const { measured, total } = run.progress;
    const percent = total > 0 ? (100 * measured) / total : 0;
    const reached = milestones.filter((milestone) => percent >= milestone).pop() ?? 0;
    const known = this.#runId === run.header.id;
    this.#runId = run.header.id;
    const preliminary = run.interpolated?.preliminary;
    if (preliminary && !(known && this.#wasPreliminary))
      this.spoken = strings.spokenPreliminary(preliminary.samples, preliminary.of);
    else if (known && this.#wasPreliminary && !preliminary && run.interpolated) this.spoken = strings.spokenFinal;
    this.#wasPreliminary = preliminary !== undefined;
    if (known && reached > this.#reached) this.spoken = strings.spokenProgress(reached, measured, total);
    this.#reached = reached;
  }

  override render() {
    return html`
      <div role="region" aria-label=${strings.run}>
        ${this.preparing !== undefined || !this.run ? this.#preparing() : this.#measuring(this.run)}
        <span class="spoken" role="status" aria-live="polite">${this.spoken}</span>
      </div>
    `;
  }

  #preparing() {
    return html`
      <vscode-progress-bar indeterminate aria-label=${strings.preparing}></vscode-progress-bar>
      <div class="line">
        <span class="text"><span class="what">${this.preparing}</span></span>
        ${
          this.canHurry
            ? html`<vscode-button secondary @click=${() => emit(this, "panel-message", { kind: "hurry" })}
                >${runStrings.hurry}</vscode-button
              >`
            : nothing
        }
        ${this.#cancel()}
      </div>
    `;
  }

  #measuring(run: RunData) {
    const { measured, total, level, secondsLeft } = run.progress;
    const paused = run.status === "paused";
    const preliminary = run.interpolated?.preliminary;
    const what = paused
      ? strings.paused
      : preliminary
        ? preliminaryText(preliminary)
        : run.interpolated || measured === total
          ? strings.measuring(level)
          : strings.firstPicture;
    return html`
      <vscode-progress-bar .value=${measured} .max=${total} aria-label=${strings.run}></vscode-progress-bar>
      <div class="line">
        ${paused ? html`<vscode-icon name="debug-pause"></vscode-icon>` : nothing}
        <span class="text">
          <span class="what">${what}</span>
          <span class="points muted">${strings.points(measured, total)}</span>
          ${
            !paused && secondsLeft !== undefined
              ? html`<span class="left">${strings.left(formatDuration(secondsLeft))}</span>`
              : nothing
          }
        </span>
        ${paused ? this.#button("play", strings.goOn, false) : this.#button("debug-pause", strings.pause, true)}
        ${this.#cancel()}
      </div>
    `;
  }

  #button(icon: string, label: string, paused: boolean) {
    return html`<vscode-toolbar-button
      icon=${icon}
      label=${label}
      title=${label}
      @click=${() => emit(this, "panel-message", { kind: "pause", paused })}
    ></vscode-toolbar-button>`;
  }

  #cancel() {
    return html`<vscode-toolbar-button
      icon="close"
      label=${strings.cancel}
      title=${strings.cancel}
      @click=${() => emit(this, "panel-message", { kind: "cancel" })}
    ></vscode-toolbar-button>`;
  }
}

function preliminaryText({ samples, of, error }: PreliminaryFacts): string {
  const relative = toNumber(error);
  if (!(relative > 0 && relative < Infinity)) return strings.preliminary(samples, of);
  return strings.preliminaryError(samples, of, formatTick(Number((100 * relative).toPrecision(1))));
}

declare global {
  interface HTMLElementTagNameMap {
    "run-progress": RunProgressRow;
  }
}
