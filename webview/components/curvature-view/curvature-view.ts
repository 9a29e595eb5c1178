import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { strings as panelStrings } from "../../strings/strings";
import { curvatureStrings as strings } from "../../strings/curvature";
import { curvatureMapOf, isMap, quantities } from "../../state/curvature";
import type { CurvatureMap, Quantity } from "../../state/curvature";
import { notesOf, subjectOf, summaryOfMap } from "../../state/curvature-words";
import type { RunData } from "../../state/model";
import { defaultView, optionsOf, withOptions } from "../../state/view";
import { shared } from "../../styles/shared";
import { gridTable } from "../../styles/table";
import "../curvature-figure/curvature-figure";
import type { CellCursor } from "../curvature-figure/curvature-figure";
import type { Pictured } from "../../views/view";
import { Copier } from "../copier";
import { emit } from "../events";
import "../measure-curvature/measure-curvature";
import type { PictureType } from "../picture";
import "../pop-up/pop-up";
import { curvaturePicture } from "./curvature-picture";
import "./curvature-read-out";
import "./curvature-spectrum";
import { curvatureTable } from "./curvature-table";
import { curvatureStyles } from "./curvature-view.styles";

const quantityOptions = quantities.map((value) => ({ value, label: strings.quantities[value] }));

/** What is measured of the Hessian: the map over the plane and the spectrum at θ*, or how to measure them. */
@customElement("curvature-view")
export class CurvatureView extends LitElement implements Pictured {
  static override styles = [shared, gridTable, curvatureStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  /** What was found out about the model before the run. */
  @property({ attribute: false }) found: readonly string[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private cursor?: CellCursor;
  @state() private isMeasuring = false;
  #copier = new Copier(this);

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (before && before.header.id !== this.run.header.id) {
      this.cursor = undefined;
      this.isMeasuring = false;
    }
  }

  get #options(): { quantity: Quantity; contours: boolean } {
    const defaults: { quantity: Quantity; contours: boolean } = { quantity: "ratio", contours: false };
    return optionsOf(this.view, "curvature", defaults, { quantity: quantities });
  }

  #change(change: Partial<{ quantity: Quantity; contours: boolean }>): void {
    emit(this, "view-change", withOptions(this.view, "curvature", change));
  }

  /** Copies the figure as an image and says whether that worked. */
  copyImage(): Promise<void> {
    return this.#copier.copy(this.picture("png"));
  }

  /** The map with its outline, the spectral density below it where it is measured, and a caption. */
  async picture(type: PictureType): Promise<Blob> {
    return curvaturePicture(type, this.run, this.view, this.#options);
  }

  override render() {
    const { run, narrow } = this;
    const map = curvatureMapOf(run);
    if (!map) return html`<measure-curvature .run=${run} .found=${this.found} ?narrow=${narrow}></measure-curvature>`;
    return html`<div class="columns">
      <div>
        <p class="subject">${subjectOf(run, map)}</p>
        ${map.computed.length === 0 ? this.#waiting() : nothing} ${isMap(map) ? this.#map(map) : this.#centreOnly()}
        ${
          this.isMeasuring
            ? html`<measure-curvature
                again
                .run=${run}
                .found=${this.found}
                ?narrow=${narrow}
                @measure-cancel=${() => (this.isMeasuring = false)}
              ></measure-curvature>`
            : nothing
        }
      </div>
      <curvature-spectrum .run=${run} .map=${map} ?narrow=${narrow}></curvature-spectrum>
    </div>`;
  }

  #waiting() {
    const { status } = this.run;
    const isComing = status === "running" || status === "paused";
    return html`<p class="subject" role="status">${isComing ? strings.waiting : strings.ended}</p>`;
  }

  #centreOnly() {
    return html`
      <div class="tools">${this.#againButton()}</div>
      <p class="note">${strings.centreOnly}</p>
    `;
  }

  #map(map: CurvatureMap) {
    const { run, view, narrow } = this;
    const { quantity, contours } = this.#options;
    return html`
      ${this.#tools(quantity, contours)}
      ${
        view.table
          ? curvatureTable(run, map)
          : html`
              <div class="figure">
                <curvature-figure
                  .run=${run}
                  .view=${view}
                  .quantity=${quantity}
                  .contours=${contours}
                  .cursor=${this.cursor}
                  .summary=${summaryOfMap(map, quantity)}
                  @figure-copy=${() => this.copyImage()}
                  @figure-cell=${(event: CustomEvent<CellCursor | null>) => (this.cursor = event.detail ?? undefined)}
                ></curvature-figure>
              </div>
              <curvature-read-out .map=${map} .cursor=${this.cursor} ?narrow=${narrow}></curvature-read-out>
            `
      }
      ${notesOf(map, quantity).map((note) => html`<p class="note" data-note="map">${note}</p>`)}
    `;
  }

  #tools(quantity: Quantity, contours: boolean) {
    const { view } = this;
    return html`
      <div class="tools">
        ${
          view.table
            ? nothing
            : html`
                <vscode-single-select
                  label=${strings.quantityLabel}
                  .options=${quantityOptions}
                  .value=${quantity}
                  @change=${(event: Event) => this.#change({ quantity: valueOf(event) as Quantity })}
                ></vscode-single-select>
                <vscode-checkbox
                  label=${strings.lossContours}
                  .checked=${contours}
                  @change=${(event: Event) => this.#change({ contours: checkedOf(event) })}
                ></vscode-checkbox>
              `
        }
        <span class="grow"></span>
        <span class="status" role="status">${this.#copier.status}</span>
        ${
          view.table || this.narrow
            ? nothing
            : html`<vscode-toolbar-button
                icon=${this.#copier.copied ? "check" : "copy"}
                label=${panelStrings.copyImage}
                title=${panelStrings.copyImage}
                @click=${() => this.copyImage()}
              ></vscode-toolbar-button>`
        }
        ${this.#againButton()}
        <pop-up icon="settings" label=${panelStrings.displayOptions}>
          <div class="options">
            <vscode-checkbox
              label=${panelStrings.showAsTable}
              .checked=${view.table}
              @change=${(event: Event) => emit(this, "view-change", { table: checkedOf(event) })}
            ></vscode-checkbox>
          </div>
        </pop-up>
      </div>
    `;
  }

  #againButton() {
    return html`<vscode-toolbar-button
      icon="edit"
      label=${strings.measureAgain}
      title=${strings.measureAgain}
      @click=${() => (this.isMeasuring = !this.isMeasuring)}
    ></vscode-toolbar-button>`;
  }
}

const valueOf = (event: Event): string => (event.target as HTMLElement & { value: string }).value;
const checkedOf = (event: Event): boolean => (event.target as HTMLElement & { checked: boolean }).checked;

declare global {
  interface HTMLElementTagNameMap {
    "curvature-view": CurvatureView;
  }
}
