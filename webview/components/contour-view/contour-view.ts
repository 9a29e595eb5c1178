import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { captionHeight } from "../../charts/caption";
import { figureOption, numberWidths } from "../../charts/figure";
import { formatCoordinate, formatLoss } from "../../charts/format";
import { figureLayout } from "../../charts/layout";
import { Overlay } from "../../charts/overlay";
import type { Levels } from "../../charts/levels";
import { levelsIn } from "../../charts/scene";
import type { Cursor } from "../../state/cursor";
import type { ViewState } from "../../protocol/messages";
import { fieldOf, lowerThanCentre, measuredExtremes } from "../../state/field";
import type { Field } from "../../state/field";
import { finerRuns } from "../../state/finer-runs";
import type { FinerRun } from "../../state/finer-runs";
import { markAt, markDefaults, marksIn } from "../../state/marks";
import type { MapMarks, MarkName } from "../../state/marks";
import type { RunData } from "../../state/model";
import { heldView } from "../../state/splits";
import { gridStep } from "../../state/summary";
import { defaultView, optionsOf, withOptions } from "../../state/view";
import { wholePlane } from "../../state/window";
import type { PlaneWindow } from "../../state/window";
import { strings as texts } from "../../strings/contour";
import { strings as figure } from "../../strings/figure";
import { strings } from "../../strings/strings";
import { shared } from "../../styles/shared";
import type { Pictured } from "../../views/view";
import "../contour-figure/contour-figure";
import { figureInput } from "../contour-figure/input";
import { ask, AskError } from "../ask";
import { Copier } from "../copier";
import { emit } from "../events";
import type { PanelEvents } from "../events";
import "../data-table/data-table";
import "../figure-tools/figure-tools";
import type { FigureOption } from "../figure-tools/figure-tools";
import { captionOf, pictureOf, pictureTheme, pictureWidth } from "../picture";
import type { PictureType } from "../picture";
import { groundNote } from "../ground-note";
import "../mark-legend/mark-legend";
import "../read-out/read-out";
import { viewStyles } from "./contour-view.styles";

const options: readonly FigureOption[] = ["scale", "fill", "clip", "colours", "profiles", "points", "table"];

/** Tools, the figure (or its table) and the read-out. */
@customElement("contour-view")
export class ContourView extends LitElement implements Pictured {
  static override styles = [shared, viewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  @property({ type: Boolean, reflect: true }) narrow = false;
  /** A place that is to be pinned, as soon as it is given. */
  @property({ attribute: false }) place?: PanelEvents["show-place"];
  @state() private cursor?: Cursor;
  @state() private window?: PlaneWindow;
  /** Runs that were measured inside of the plane. */
  @state() private finer: readonly FinerRun[] = [];
  #lookedFor = "";

  #copier = new Copier(this);

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (before && before.header.id !== this.run.header.id) {
      this.cursor = undefined;
      this.window = undefined;
      this.finer = [];
    }
    if (changed.has("place") && this.place) this.cursor = { ...this.place, pinned: true, spoken: true };
  }

  protected override updated(): void {
    const { id } = this.run.header;
    if (this.run.status !== "done" || this.#lookedFor === id) return;
    this.#lookedFor = id;
    void this.#look(id);
  }

  /** Where the host does not tell, there are no outlines. */
  async #look(id: string): Promise<void> {
    try {
      const finer = finerRuns(this.run, await ask(this, "runs", {}));
      if (this.run.header.id === id) this.finer = finer;
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
    }
  }

  /** Copies the figure as an image and says whether that worked. */
  copyImage(): Promise<void> {
    return this.#copier.copy(this.picture("png"));
  }

  /** The figure with a caption of provenance; a cursor appears in it only when it is pinned. */
  async picture(type: PictureType): Promise<Blob> {
    const { run } = this;
    const view = heldView(run, this.view);
    const theme = await pictureTheme(type);
    const whole = wholePlane(run.header.x, run.header.y);
    const window = this.window ?? whole;
    const numbers = numberWidths(fieldOf(run, view.metric, view.split), view, theme);
    const layout = figureLayout(pictureWidth, whole, window, { profiles: view.profiles, numbers });
    const cursor = this.cursor?.pinned ? this.cursor : undefined;
    const input = figureInput({ run, view, layout, window, theme, cursor, marks: marksIn(run, view) });
    const caption = captionOf(run, view.split);
    return pictureOf(type, {
      width: layout.width,
      height: layout.height + captionHeight(caption, layout.width - layout.plot.x - 12, theme),
      option: figureOption({ ...input, caption }),
      over: (chart) => new Overlay(chart).draw({ ...input, cursor }),
    });
  }

  override render() {
    const { run, narrow } = this;
    const view = heldView(run, this.view);
    const field = fieldOf(run, view.metric, view.split);
    const levels = levelsIn(field, view);
    const marks = marksIn(run, view);
    const cursor = view.table ? undefined : this.cursor;
    return html`
      <figure-tools .run=${run} .view=${view} .levels=${levels} .options=${options} ?narrow=${narrow}>
        <span slot="actions" class="status" role="status">${this.#copier.status}</span>
        ${this.window && !view.table ? this.#resetButton() : nothing}
        ${narrow || view.table ? nothing : this.#copyButton()} ${view.table ? nothing : this.#markOptions(view)}
      </figure-tools>
      ${
        view.table
          ? html`<data-table .run=${run} .metric=${view.metric} .split=${view.split} ?narrow=${narrow}></data-table>`
          : html`<div class="figure">
              <contour-figure
                .run=${run}
                .view=${view}
                .cursor=${cursor}
                .marks=${marks}
                .window=${this.window}
                .finer=${this.finer}
                @figure-cursor=${(event: CustomEvent<Cursor | undefined>) => (this.cursor = event.detail ?? undefined)}
                @figure-window=${(event: CustomEvent<PlaneWindow | undefined>) =>
                  (this.window = event.detail ?? undefined)}
                @figure-copy=${() => this.copyImage()}
              ></contour-figure>
            </div>`
      }
      <read-out
        .run=${run}
        .split=${view.split}
        .cursor=${cursor}
        .mark=${markAt(view, marks, cursor)}
        ?narrow=${narrow}
      >
        ${cursor?.pinned ? this.#centreButton(cursor) : nothing}
      </read-out>
      ${
        view.table
          ? nothing
          : html`<mark-legend .run=${run} .view=${view} .marks=${marks} ?narrow=${narrow}></mark-legend>`
      }
      ${this.#notes(view, field, levels, marks)}
    `;
  }

  #resetButton() {
    return html`<vscode-toolbar-button
      slot="actions"
      icon="screen-normal"
      label=${strings.resetZoom}
      title=${strings.resetZoom}
      @click=${() => (this.window = undefined)}
    ></vscode-toolbar-button>`;
  }

  #copyButton() {
    return html`<vscode-toolbar-button
      slot="actions"
      icon=${this.#copier.copied ? "check" : "copy"}
      label=${strings.copyImage}
      title=${strings.copyImage}
      @click=${() => this.copyImage()}
    ></vscode-toolbar-button>`;
  }

  #centreButton({ alpha, beta }: Cursor) {
    return html`<vscode-toolbar-button
      slot="actions"
      icon="target"
      label=${texts.centreHere}
      title=${texts.centreHere}
      @click=${() => emit(this, "centre-here", { alpha, beta })}
    ></vscode-toolbar-button>`;
  }

  #markOptions(view: ViewState) {
    const wanted = optionsOf(view, "contour", markDefaults);
    const names = (Object.keys(markDefaults) as MarkName[]).filter(
      (name) => name !== "path" || this.run.header.trajectory,
    );
    return html`<fieldset slot="options">
      <legend>${texts.marks}</legend>
      ${names.map(
        (name) =>
          html`<vscode-checkbox
            label=${texts.markNames[name]}
            title=${name === "saddles" ? texts.saddlesHint : ""}
            .checked=${wanted[name]}
            @change=${(event: Event) => {
              const { checked } = event.target as HTMLElement & { checked: boolean };
              emit(this, "view-change", withOptions(this.view, "contour", { [name]: checked }));
            }}
          ></vscode-checkbox>`,
      )}
    </fieldset>`;
  }

  /** What a reader of the map must know and could overlook. */
  #notes(view: ViewState, field: Field, levels: Levels | undefined, marks: MapMarks) {
    const { x, y } = this.run.header;
    // Said by the legend where it is marked.
    const lower = marks.lowest && view.metric === "loss" ? undefined : lowerThanCentre(this.run, view.split);
    const flat = !view.table && (x.length < 2 || y.length < 2);
    const { lowest, highest } = measuredExtremes(field);
    const missed = view.scale === "paper" && field.metric === "loss" && view.split !== "difference";
    const ground = view.table ? undefined : groundNote(field, levels);
    return html`
      ${flat ? html`<p class="note">${texts.notAPlane}</p>` : nothing}
      ${ground === undefined ? nothing : html`<p class="note" data-note="ground">${ground}</p>`}
      ${
        missed && !view.table && levels && !levels.paper && lowest && highest
          ? html`<p class="note" data-note="paper">
              ${figure.paperLevelsMiss(formatLoss(lowest.value), formatLoss(highest.value))}
            </p>`
          : nothing
      }
      ${
        lower
          ? html`<p class="note" data-note="lower">
              ${texts.lowerPoint(
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
