import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { writtenCamera } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import { sheetOf } from "../../charts/surface/sheet";
import type { Scene } from "../../charts/scene";
import type { ViewOption, ViewState } from "../../protocol/messages";
import type { Cursor } from "../../state/cursor";
import type { RunData } from "../../state/model";
import { heldView } from "../../state/splits";
import { formatMetric, summaryOf } from "../../state/summary";
import { defaultView, withOptions } from "../../state/view";
import { strings as contour } from "../../strings/contour";
import { strings } from "../../strings/strings";
import { surfaceStrings } from "../../strings/surface";
import { shared } from "../../styles/shared";
import type { Pictured } from "../../views/view";
import { Copier } from "../copier";
import "../data-table/data-table";
import { emit } from "../events";
import "../figure-tools/figure-tools";
import type { FigureOption } from "../figure-tools/figure-tools";
import { groundNote } from "../ground-note";
import type { PictureType } from "../picture";
import "../read-out/read-out";
import { surfaceScene } from "./input";
import { surfaceOptions } from "./options";
import { surfacePicture } from "./picture";
import { rendererChoices } from "./renderers";
import type { RendererUsed } from "./renderers";
import "./surface-figure";
import type { SurfaceFigureElement } from "./surface-figure";
import { viewStyles } from "./surface-view.styles";

const shownOptions: readonly FigureOption[] = ["scale", "clip", "colours", "table"];
const rendererOptions = rendererChoices.map((value) => ({ value, label: surfaceStrings.renderers[value] }));

/** A camera that moves is kept once it rests. */
const keptAfter = 250;

/** The surface in three dimensions with its tools, or its table, and the read-out. */
@customElement("surface-view")
export class SurfaceView extends LitElement implements Pictured {
  static override styles = [shared, viewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private cursor?: Cursor;
  /** While the camera moves, before it is kept. */
  @state() private moving?: { readonly camera?: Camera };
  @state() private used?: RendererUsed;

  #copier = new Copier(this);
  #keeping?: ReturnType<typeof setTimeout>;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.moving) this.#keep();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (before && before.header.id !== this.run.header.id) this.cursor = undefined;
  }

  /** The surface as it is turned, with a caption of provenance; a place appears in it only when it is pinned. */
  picture(type: PictureType): Promise<Blob> {
    const camera = this.#figure?.shownCamera ?? this.#camera;
    return surfacePicture(type, this.run, this.#held, camera, this.cursor?.pinned ? this.cursor : undefined);
  }

  /** Copies the figure as an image and says whether that worked. */
  copyImage(): Promise<void> {
    return this.#copier.copy(this.picture("png"));
  }

  get #held(): ViewState {
    return heldView(this.run, this.view);
  }

  get #figure(): SurfaceFigureElement | null {
    return this.renderRoot.querySelector<SurfaceFigureElement>("surface-figure");
  }

  get #camera(): Camera | undefined {
    return this.moving ? this.moving.camera : surfaceOptions(this.view).camera;
  }

  override render() {
    const { run, narrow } = this;
    const view = this.#held;
    const { floor, renderer } = surfaceOptions(view);
    const scene = surfaceScene(run, view);
    const summary = summaryOf(run, view.metric, view.split, scene.levels?.scale ?? "linear");
    return html`
      <figure-tools .run=${run} .view=${view} .levels=${scene.levels} .options=${shownOptions} ?narrow=${narrow}>
        ${narrow || view.table ? nothing : this.#floorBox(floor, "controls")}
        <span slot="actions" class="status" role="status">${this.#copier.status}</span>
        ${this.#camera && !view.table ? this.#resetButton() : nothing}
        ${narrow || view.table ? nothing : this.#copyButton()}
        ${narrow && !view.table ? this.#floorBox(floor, "options") : nothing}
        ${view.table ? nothing : this.#rendererOption(renderer)}
      </figure-tools>
      ${
        view.table
          ? html`<data-table .run=${run} .metric=${view.metric} .split=${view.split} ?narrow=${narrow}></data-table>`
          : html`<div class="figure">
                <surface-figure
                  .run=${run}
                  .view=${view}
                  .camera=${this.#camera}
                  .cursor=${this.cursor}
                  .floor=${floor}
                  .renderer=${renderer}
                  .label=${summary}
                  @surface-camera=${(event: CustomEvent<Camera | undefined>) => this.#move(event.detail ?? undefined)}
                  @surface-cursor=${(event: CustomEvent<Cursor | undefined>) => (this.cursor = event.detail ?? undefined)}
                  @surface-renderer=${(event: CustomEvent<RendererUsed>) => (this.used = event.detail)}
                  @surface-copy=${() => this.copyImage()}
                ></surface-figure>
              </div>
              <p class="hint">${narrow ? surfaceStrings.shortHint : surfaceStrings.hint}</p>`
      }
      <read-out
        .run=${run}
        .split=${view.split}
        .cursor=${view.table ? undefined : this.cursor}
        ?narrow=${narrow}
      ></read-out>
      ${view.table ? nothing : this.#notes(scene)}
    `;
  }

  #move(camera: Camera | undefined): void {
    this.moving = { camera };
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), keptAfter);
  }

  #keep(): void {
    clearTimeout(this.#keeping);
    const camera = this.moving?.camera;
    this.#option({ camera: camera ? writtenCamera(camera) : [] });
    this.moving = undefined;
  }

  #option(change: Readonly<Record<string, ViewOption>>): void {
    emit(this, "view-change", withOptions(this.view, "surface", change));
  }

  #floorBox(floor: boolean, slot: "controls" | "options") {
    return html`<vscode-checkbox
      slot=${slot}
      label=${surfaceStrings.floorMap}
      .checked=${floor}
      @change=${(event: Event) => this.#option({ floor: (event.target as HTMLElement & { checked: boolean }).checked })}
    ></vscode-checkbox>`;
  }

  #rendererOption(renderer: string) {
    return html`
      <div slot="options" class="row">
        <span aria-hidden="true">${surfaceStrings.drawnBy}</span>
        <vscode-single-select
          label=${surfaceStrings.drawnBy}
          .options=${rendererOptions}
          .value=${renderer}
          @change=${(event: Event) =>
            this.#option({ renderer: (event.target as HTMLElement & { value: string }).value })}
        ></vscode-single-select>
      </div>
      ${this.#badge()}
    `;
  }

  /** What the surface is drawn with, and why not otherwise. */
  #badge() {
    if (!this.used) return nothing;
    const { by, why } = this.used;
    return html`<p slot="options" class="renderer" data-renderer=${by} data-why=${why}>
      <span class="badge">${surfaceStrings.renderers[by]}</span> ${surfaceStrings.reasons[why]}
    </p>`;
  }

  #resetButton() {
    return html`<vscode-toolbar-button
      slot="actions"
      icon="screen-normal"
      label=${surfaceStrings.resetView}
      title=${surfaceStrings.resetView}
      @click=${() => this.#figure?.reset()}
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

  /** What a reader of the surface must know and could overlook. */
  #notes(scene: Scene) {
    const holes = sheetOf(scene)?.holes ?? 0;
    const { levels, field } = scene;
    const written = (value: number) => formatMetric(field.metric, value, field.split);
    const ground = groundNote(field, levels);
    return html`
      ${ground === undefined ? nothing : html`<p class="note" data-note="ground">${ground}</p>`}
      ${field.columns < 2 || field.rows < 2 ? html`<p class="note">${contour.notAPlane}</p>` : nothing}
      ${holes > 0 ? html`<p class="note" data-note="holes">${surfaceStrings.holes(holes)}</p>` : nothing}
      ${
        levels?.capped
          ? html`<p class="note" data-note="capped">${surfaceStrings.capped(written(levels.high))}</p>`
          : nothing
      }
      ${
        levels?.floored
          ? html`<p class="note" data-note="floored">${surfaceStrings.floored(written(levels.low))}</p>`
          : nothing
      }
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "surface-view": SurfaceView;
  }
}
