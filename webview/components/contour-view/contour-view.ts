import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { formatCoordinate, formatLoss } from "../../charts/format";
import { sceneOf } from "../../charts/scene";
import type { ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import { fieldOf, lowerThanCentre } from "../../state/field";
import type { RunData } from "../../state/model";
import { gridStep } from "../../state/summary";
import { defaultView } from "../../state/view";
import type { PlaneWindow } from "../../state/window";
import { shared } from "../../styles/shared";
import "../contour-figure/contour-figure";
import "../data-table/data-table";
import { emit } from "../events";
import "../pop-up/pop-up";
import "../read-out/read-out";
import { viewStyles } from "./contour-view.styles";
import { copyPicture, renderPicture } from "./picture";

const metricOptions = (["loss", "accuracy"] as const).map((value) => ({ value, label: strings.metric(value) }));
const scaleOptions = [
  { value: "log", label: strings.logScale },
  { value: "linear", label: strings.linearScale },
];
const colourOptions = Object.entries(strings.colours).map(([value, label]) => ({ value, label }));

/** How long the copy button says that it has copied. */
const copiedFor = 2000;

/** Tools, the figure (or its table) and the read-out. */
@customElement("contour-view")
export class ContourView extends LitElement {
  static override styles = [shared, viewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private cursor?: Cursor;
  @state() private window?: PlaneWindow;
  @state() private copied = false;
  @state() private copyStatus = "";

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (before && before.header.id !== this.run.header.id) {
      this.cursor = undefined;
      this.window = undefined;
    }
  }

  /** Copies the figure as an image and says whether that worked. */
  async copyImage(): Promise<void> {
    try {
      await copyPicture(renderPicture(this.run, this.view, this.window, this.cursor));
      this.copied = true;
      this.copyStatus = strings.copied;
      setTimeout(() => {
        this.copied = false;
        this.copyStatus = "";
      }, copiedFor);
    } catch (error) {
      this.copyStatus = strings.copyFailed(error instanceof Error ? error.message : String(error));
    }
  }

  override render() {
    const { run, view } = this;
    return html`
      ${this.#tools()}
      ${
        view.table
          ? html`<data-table .run=${run} .metric=${view.metric} ?narrow=${this.narrow}></data-table>`
          : html`<div class="figure">
              <contour-figure
                .run=${run}
                .view=${view}
                .cursor=${this.cursor}
                .window=${this.window}
                @figure-cursor=${(event: CustomEvent<Cursor | undefined>) => (this.cursor = event.detail ?? undefined)}
                @figure-window=${(event: CustomEvent<PlaneWindow | undefined>) =>
                  (this.window = event.detail ?? undefined)}
                @figure-copy=${() => this.copyImage()}
              ></contour-figure>
            </div>`
      }
      <read-out .run=${run} .cursor=${view.table ? undefined : this.cursor} ?narrow=${this.narrow}></read-out>
      ${this.#notes()}
    `;
  }

  #change(change: Partial<ViewState>): void {
    emit(this, "view-change", change);
  }

  #tools() {
    const { view } = this;
    const scale = sceneOf(fieldOf(this.run, view.metric), view.scale).levels?.scale ?? "log";
    const value = (event: Event) => (event.target as HTMLElement & { value: string }).value;
    const checked = (event: Event) => (event.target as HTMLElement & { checked: boolean }).checked;
    return html`
      <div class="tools">
        <vscode-single-select
          label=${strings.metricLabel}
          .options=${metricOptions}
          .value=${view.metric}
          @change=${(event: Event) => this.#change({ metric: value(event) as ViewState["metric"] })}
        ></vscode-single-select>
        ${
          view.metric === "loss" && !view.table
            ? html`<vscode-single-select
                label=${strings.scaleLabel}
                .options=${scaleOptions}
                .value=${scale}
                @change=${(event: Event) => this.#change({ scale: value(event) as ViewState["scale"] })}
              ></vscode-single-select>`
            : nothing
        }
        ${
          this.narrow || view.table
            ? nothing
            : html`<vscode-checkbox
                label=${strings.profiles}
                .checked=${view.profiles}
                @change=${(event: Event) => this.#change({ profiles: checked(event) })}
              ></vscode-checkbox>`
        }
        <span class="grow"></span>
        <span class="status" role="status">${this.copyStatus}</span>
        ${this.window && !view.table ? this.#resetButton() : nothing}
        ${this.narrow || view.table ? nothing : this.#copyButton()}
        <pop-up icon="settings" label=${strings.displayOptions}>
          <div class="options">
            ${
              view.table
                ? nothing
                : html`
                    <vscode-checkbox
                      label=${strings.measuredPoints}
                      .checked=${view.measuredPoints}
                      @change=${(event: Event) => this.#change({ measuredPoints: checked(event) })}
                    ></vscode-checkbox>
                    <label>
                      <span aria-hidden="true">${strings.colourMap}</span>
                      <vscode-single-select
                        label=${strings.colourMap}
                        .options=${colourOptions}
                        .value=${view.colours}
                        @change=${(event: Event) => this.#change({ colours: value(event) as ViewState["colours"] })}
                      ></vscode-single-select>
                    </label>
                  `
            }
            <vscode-checkbox
              label=${strings.showAsTable}
              .checked=${view.table}
              @change=${(event: Event) => this.#change({ table: checked(event) })}
            ></vscode-checkbox>
          </div>
        </pop-up>
      </div>
    `;
  }

  #resetButton() {
    return html`<vscode-toolbar-button
      icon="screen-normal"
      label=${strings.resetZoom}
      title=${strings.resetZoom}
      @click=${() => (this.window = undefined)}
    ></vscode-toolbar-button>`;
  }

  #copyButton() {
    return html`<vscode-toolbar-button
      icon=${this.copied ? "check" : "copy"}
      label=${strings.copyImage}
      title=${strings.copyImage}
      @click=${() => this.copyImage()}
    ></vscode-toolbar-button>`;
  }

  /** What a reader of the map must know and could overlook. */
  #notes() {
    const { x, y } = this.run.header;
    const lower = lowerThanCentre(this.run);
    const flat = !this.view.table && (x.length < 2 || y.length < 2);
    return html`
      ${flat ? html`<p class="note">${strings.notAPlane}</p>` : nothing}
      ${
        lower
          ? html`<p class="note" data-note="lower">
              ${strings.lowerPoint(
                formatLoss(lower.value),
                formatCoordinate(lower.alpha, gridStep(x)),
                formatCoordinate(lower.beta, gridStep(y)),
              )}
            </p>`
          : nothing
      }
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "contour-view": ContourView;
  }
}
