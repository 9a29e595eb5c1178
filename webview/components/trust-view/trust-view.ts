import "@vscode-elements/elements/dist/vscode-icon/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { StudyChange } from "../../../server/protocol/requests";
import { formatDuration } from "../../charts/format";
import type { TrailEntry } from "../../protocol/messages";
import { curvatureObstacle } from "../../state/derivatives";
import { emptyModel } from "../../state/model";
import type { PanelModel, RunData } from "../../state/model";
import { checkRuns, trustRows, verdictOf, withMoreSamples } from "../../state/trust";
import type { OtherRuns, TrustRow } from "../../state/trust";
import { trustStrings as strings } from "../../strings/trust";
import { shared } from "../../styles/shared";
import { ask, AskError } from "../ask";
import { emit } from "../events";
import "../reading-guide/reading-guide";
import "./check-bar";
import { findOthers } from "./find-others";
import { trustEvidence } from "./trust-evidence";
import { trustStyles } from "./trust-view.styles";

const icons = { ok: "pass", warning: "warning", error: "error", "not-run": "circle-large-outline" } as const;

/** Whether to believe the picture: a verdict, every check with its evidence, those that could be made, and a guide. */
@customElement("trust-view")
export class TrustView extends LitElement {
  static override styles = [shared, trustStyles];

  @property({ attribute: false }) run!: RunData;
  /** Runs that led to this one, among which is perhaps one with other directions. */
  @property({ attribute: false }) trail: readonly TrailEntry[] = [];
  /** What was found out about the model before the run. */
  @property({ attribute: false }) found: readonly string[] = [];
  /** Runs that are being made for checks. */
  @property({ attribute: false }) checking = emptyModel.checking;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private others: OtherRuns = {};
  /** Expected seconds of what could be run, by the name of the check. */
  @state() private seconds: ReadonlyMap<string, number> = new Map();
  /** Only then it is known which checks are missing. */
  @state() private hasLooked = false;
  #lookedFor = "";

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (before && before.header.id !== this.run.header.id) {
      this.others = {};
      this.seconds = new Map();
      this.hasLooked = false;
    }
  }

  protected override updated(): void {
    const { run } = this;
    // What has been made since may tell of a check.
    const made = this.#making.flatMap(({ state, journal }) => (state === "done" ? (journal ?? []) : []));
    const wanted = [run.header.id, run.status, ...made].join(" ");
    if (run.status !== "done" || wanted === this.#lookedFor) return;
    this.#lookedFor = wanted;
    void this.#look(run, made);
  }

  get #making(): PanelModel["checking"]["runs"] {
    return this.checking.journal === this.run.journal ? this.checking.runs : [];
  }

  /** Looks for runs that tell of checks, then asks how long those take that could be made. */
  async #look(run: RunData, made: readonly string[]): Promise<void> {
    const looked = this.#lookedFor;
    const isCurrent = (): boolean => this.isConnected && looked === this.#lookedFor;
    const others = await findOthers(this, run, [...made, ...this.trail.map(({ journal }) => journal).reverse()]);
    if (!isCurrent()) return;
    this.others = others;
    this.hasLooked = true;
    const more = withMoreSamples(run);
    const isUnsure = run.checks.some(({ name, level }) => name === "sampling" && level !== "ok");
    const costs = [
      ...this.#rows().flatMap(({ name, change }) => (change ? [{ name, change }] : [])),
      ...(isUnsure && more ? [{ name: "sampling", change: more }] : []),
    ];
    for (const { name, change } of costs) {
      const seconds = await this.#foresee(change);
      if (!isCurrent()) return;
      if (seconds !== undefined) this.seconds = new Map([...this.seconds, [name, seconds]]);
    }
  }

  async #foresee(change: StudyChange): Promise<number | undefined> {
    try {
      const result = await ask(this, "foresee", change);
      return result.kind === "ready" ? result.seconds : undefined;
    } catch (error) {
      if (error instanceof AskError) return undefined;
      throw error;
    }
  }

  #rows(): readonly TrustRow[] {
    return trustRows(this.run, this.others, curvatureObstacle(this.found) === undefined);
  }

  override render() {
    const { run, narrow } = this;
    const rows = this.#rows();
    const verdict = verdictOf(run, rows);
    return html`
      <div class="verdict">
        <h2 data-verdict>${verdict.headline}</h2>
        <p data-verdict-sentence>${verdict.sentence}</p>
      </div>
      ${
        rows.length > 0
          ? html`<table aria-label=${strings.caption}>
              <thead>
                <tr>
                  <th scope="col"><span class="spoken">${strings.stateColumn}</span></th>
                  <th scope="col">${strings.checkColumn}</th>
                  <th scope="col" class="num">${strings.valueColumn}</th>
                  ${narrow ? nothing : html`<th scope="col" class="num">${strings.limitColumn}</th>`}
                </tr>
              </thead>
              ${rows.map((row) => this.#row(row))}
            </table>`
          : nothing
      }
      <check-bar
        .run=${run}
        .runs=${this.hasLooked ? checkRuns(run, rows) : []}
        .checking=${this.#making}
        ?narrow=${narrow}
      ></check-bar>
      ${rows.some(({ change }) => change) ? html`<p class="hint">${strings.runsAgain}</p>` : nothing}
      <reading-guide .run=${run} ?narrow=${narrow}></reading-guide>
    `;
  }

  #row(row: TrustRow) {
    const evidence =
      row.level === "warning" || row.level === "error" || row.name === "second-pair"
        ? trustEvidence(this, this.run, row, this.others.pair, this.#moreSamples(row))
        : undefined;
    const columns = this.narrow ? 2 : 3;
    return html`<tbody>
      <tr data-check=${row.name} data-level=${row.level}>
        <td>
          <vscode-icon class=${row.level} name=${icons[row.level]}></vscode-icon>
          <span class="spoken">${strings.levels[row.level]}</span>
        </td>
        <td><span class="name">${row.title}</span><span class="message">${row.message}</span></td>
        <td class="num" title=${row.exact === undefined ? nothing : String(row.exact)}>
          ${row.change ? this.#runLink(row, row.change) : html`<span class="value">${row.value}</span>`}
          ${row.meaning ? html`<small>${row.meaning}</small>` : nothing}
          ${this.narrow && row.limit ? html`<small class="limit">${strings.limit(row.limit)}</small>` : nothing}
        </td>
        ${this.narrow ? nothing : html`<td class="num limit">${row.limit}</td>`}
      </tr>
      ${
        evidence
          ? html`<tr class="evidence" data-evidence=${row.name}>
              <td></td>
              <td colspan=${columns}>${evidence}</td>
            </tr>`
          : nothing
      }
    </tbody>`;
  }

  /** What makes the sampling error smaller. */
  #moreSamples({ name }: TrustRow) {
    const change = name === "sampling" ? withMoreSamples(this.run) : undefined;
    if (change?.samples === undefined) return undefined;
    const seconds = this.seconds.get(name);
    return html`<button
        class="link"
        type="button"
        data-action="more-samples"
        @click=${() => emit(this, "panel-message", { kind: "run-changed", change })}
      >
        ${strings.moreSamples(change.samples)}
      </button>
      ${seconds === undefined ? nothing : html`<small>${strings.about(formatDuration(seconds))}</small>`}`;
  }

  #runLink(row: TrustRow, change: StudyChange) {
    const seconds = this.seconds.get(row.name);
    return html`<button
        class="link"
        type="button"
        aria-label=${strings.runLabel(row.title)}
        @click=${() => emit(this, "panel-message", { kind: "run-changed", change })}
      >
        ${strings.run}
      </button>
      ${seconds === undefined ? nothing : html`<br /><small>${strings.about(formatDuration(seconds))}</small>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "trust-view": TrustView;
  }
}
