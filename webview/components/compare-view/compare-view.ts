import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { RunSummary } from "../../../server/protocol/requests";
import { formatCoordinate } from "../../charts/format";
import type { Camera } from "../../charts/surface/camera";
import type { ComparingRun, ViewState } from "../../protocol/messages";
import { compareOptions, mostRuns } from "../../state/compared-runs";
import type { CompareOptions } from "../../state/compared-runs";
import { comparedSplit, drawnSplit } from "../../state/comparison";
import type { ComparedSplit } from "../../state/comparison";
import type { Cursor } from "../../state/cursor";
import { measuresOf } from "../../state/measures";
import type { RunData } from "../../state/model";
import { heldView } from "../../state/splits";
import { gridStep } from "../../state/summary";
import { defaultView, withOptions } from "../../state/view";
import type { PlaneWindow } from "../../state/window";
import { windowText } from "../../state/window-text";
import { compareStrings } from "../../strings/compare";
import { strings } from "../../strings/strings";
import { shared } from "../../styles/shared";
import type { Pictured } from "../../views/view";
import { Copier } from "../copier";
import { emit } from "../events";
import { OtherRuns } from "../other-runs";
import "../figure-tools/figure-tools";
import type { FigureOption } from "../figure-tools/figure-tools";
import { captionOf, pictureTheme } from "../picture";
import type { PictureType } from "../picture";
import { SizeController } from "../size-controller";
import "../run-list/add-runs";
import "../run-list/run-list";
import "./compare-figure";
import "./compare-surfaces";
import "./compare-table";
import { viewStyles } from "./compare-view.styles";
import { partOf, slotsOf } from "./slots";
import { comparedOf } from "./compared";
import type { Compared } from "./compared";
import { comparedPicture, comparedSurfaces } from "./picture";
import { firstCamera, isWhole } from "./surfaces";
import { movedRuns } from "./order";
import type { TileWish } from "./order";
import { tileReading } from "./tiles";
import { legendOf, notesOf, spokenOf, summaryOf } from "./words";

const figureOptions: readonly FigureOption[] = ["scale", "fill", "clip", "colours", "points"];

/** Width from which all tools stand in one row. */
const roomForTools = 680;

/** Maps of several runs side by side, and a table of their measures. */
@customElement("compare-view")
export class CompareView extends LitElement implements Pictured {
  static override styles = [shared, viewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) comparing: readonly ComparingRun[] = [];
  @property({ attribute: false }) view = defaultView;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private cursor?: Cursor;
  @state() private window?: PlaneWindow;
  /** From where surfaces are seen, once they have been turned. */
  @state() private camera?: Camera;
  @state() private status = "";
  /** There is no room for all tools in one row. */
  @state() private isTight = false;
  /** The user's own names of runs, as far as they are known. */
  @state() private named: Readonly<Record<string, string>> = {};

  #copier = new Copier(this);
  protected readonly size = new SizeController(this, () => (this.isTight = this.clientWidth < roomForTools));
  #others = new OtherRuns(this);
  /** Of the other runs, when they were last looked at. */
  #version = -1;
  #refreshed = new Map<string, number>();
  #compared: Compared = comparedOf([], {
    view: defaultView,
    split: "difference",
    options: { sameScale: true, difference: false },
    named: {},
  });

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (before && before.header.id !== this.run.header.id) {
      this.cursor = undefined;
      this.window = undefined;
    }
    const onlyCursor = [...changed.keys()].every((key) =>
      ["cursor", "window", "camera", "status", "isTight", "narrow"].includes(String(key)),
    );
    const { version } = this.#others;
    if (version === this.#version && onlyCursor && this.#compared.slots.length > 0) return;
    this.#version = version;
    this.#open();
    this.#compared = comparedOf(slotsOf(this.run, this.#options.runs, this.#others, this.comparing), {
      view: this.#held,
      split: this.#split,
      options: this.#options,
      named: this.named,
    });
  }

  get #options(): CompareOptions {
    return compareOptions(this.view);
  }

  /** What is compared: the split of the run that is shown. */
  get #split(): ComparedSplit {
    return comparedSplit(this.run, this.view.split);
  }

  /** The view with a metric and a split that the run has. */
  get #held(): ViewState {
    return heldView(this.run, this.view);
  }

  /** Opens what is not there yet, and again what is being made, a tenth of it at a time. */
  #open(): void {
    for (const journal of this.#options.runs) {
      const making = this.comparing.find((each) => each.journal === journal);
      const part = partOf(making);
      const isOpening = this.#others.get(journal)?.kind === "opening";
      const afresh = making !== undefined && this.#refreshed.get(journal) !== part;
      if (!isOpening && afresh) this.#refreshed.set(journal, part);
      this.#others.open(journal, afresh);
    }
  }

  /** Copies the figure as an image and says whether that worked. */
  copyImage(): Promise<void> {
    return this.#copier.copy(this.picture("png"));
  }

  /** All tiles with their names, a caption of provenance for each, and what must be said of them; a cursor appears in them only when it is pinned. */
  async picture(type: PictureType): Promise<Blob> {
    const theme = await pictureTheme(type);
    const cursor = this.cursor?.pinned ? this.cursor : undefined;
    const { entrants, comparison, drawing } = this.#compared;
    const { sameScale } = this.#options;
    const picture = {
      drawing,
      captions: [
        ...entrants.flatMap(({ name, run }, index) =>
          comparison.refusals[index] === undefined
            ? [compareStrings.captionOf(name, captionOf(run, drawnSplit(run, this.#split)))]
            : [],
        ),
        ...comparison.warnings,
        ...notesOf(this.#compared, this.#options),
      ],
      view: this.#held,
      window: this.window ?? comparison.window,
      sameScale,
      theme,
      cursor,
    };
    return this.#isSolid
      ? comparedSurfaces(type, picture, this.camera ?? firstCamera(drawing.contents))
      : comparedPicture(type, picture);
  }

  override render() {
    if (this.#compared.slots.length < 2) return this.#empty();
    const { sameScale } = this.#options;
    const measures = measuresOf(this.#compared.entrants, this.#compared.comparison, this.#split);
    return html`
      ${this.#tools()} ${this.#lines(this.#compared.comparison.warnings, "warning")}
      <div class="figure" @tile-wish=${(event: CustomEvent<TileWish>) => this.#grant(event.detail)}>
        ${this.#isSolid ? this.#surfaces(sameScale) : this.#maps(sameScale)}
      </div>
      ${this.#readOut()} ${this.#lines(notesOf(this.#compared, this.#options), "info")}
      <compare-table
        .names=${this.#compared.entrants.map(({ name }) => name)}
        .measures=${measures}
        ?narrow=${this.narrow}
      ></compare-table>
      <p class="legend">${legendOf(this.#compared, measures, this.#split)}</p>
      <span class="spoken" role="status" aria-live="polite">${this.status}</span>
    `;
  }

  #maps(sameScale: boolean) {
    return html`<compare-figure
      .contents=${this.#compared.drawing.contents}
      .whole=${this.#compared.comparison.window}
      .view=${this.#held}
      .sameScale=${sameScale}
      .cursor=${this.cursor}
      .window=${this.window}
      .label=${summaryOf(this.#compared, this.view.metric, sameScale)}
      @figure-cursor=${(event: CustomEvent<Cursor | undefined>) => this.#setCursor(event.detail ?? undefined)}
      @figure-window=${(event: CustomEvent<PlaneWindow | undefined>) => (this.window = event.detail ?? undefined)}
      @figure-copy=${() => this.copyImage()}
    ></compare-figure>`;
  }

  #surfaces(sameScale: boolean) {
    const { contents } = this.#compared.drawing;
    return html`<compare-surfaces
      .contents=${contents}
      .whole=${this.#compared.comparison.window}
      .view=${this.#held}
      .sameScale=${sameScale}
      .camera=${this.camera ?? firstCamera(contents)}
      .cursor=${this.cursor}
      .label=${summaryOf(this.#compared, this.view.metric, sameScale)}
      @figure-cursor=${(event: CustomEvent<Cursor | undefined>) => this.#setCursor(event.detail ?? undefined)}
      @camera-turned=${(event: CustomEvent<Camera | undefined>) => (this.camera = event.detail ?? undefined)}
    ></compare-surfaces>`;
  }

  /** Whether surfaces take the place of maps. */
  get #isSolid(): boolean {
    return this.#options.surfaces && this.#isWhole;
  }

  get #isWhole(): boolean {
    return isWhole(this.#compared.drawing.contents, this.#compared.comparison.window);
  }

  #empty() {
    return html`<section class="empty">
      <h2>${compareStrings.emptyTitle}</h2>
      <p>${compareStrings.emptyText}</p>
      <run-list active .shown=${[this.run.journal]} @run-chosen=${this.#onChosen}></run-list>
    </section>`;
  }

  #change(change: Partial<ViewState>): void {
    emit(this, "view-change", change);
  }

  #setOptions(options: Partial<CompareOptions>): void {
    this.#change(withOptions(this.view, "compare", options as Record<string, string | boolean | readonly string[]>));
  }

  #tools() {
    const { sameScale, difference, surfaces } = this.#options;
    const button = (icon: string, label: string, press: () => void) =>
      html`<vscode-toolbar-button
        slot="actions"
        icon=${icon}
        label=${label}
        title=${label}
        @click=${press}
      ></vscode-toolbar-button>`;
    return html`
      <figure-tools
        .run=${this.run}
        .view=${this.#held}
        .levels=${this.#compared.drawing.levels}
        .options=${figureOptions}
        ?narrow=${this.narrow}
      >
        ${this.#flag("sameScale", sameScale)}
        ${this.#compared.subtractable?.kind === "ready" ? this.#flag("difference", difference) : nothing}
        ${this.#isWhole ? this.#flag("surfaces", surfaces) : nothing}
        <span slot="actions" class="status" role="status">${this.#copier.status}</span>
        ${this.window ? button("screen-normal", strings.resetZoom, () => (this.window = undefined)) : nothing}
        <add-runs
          slot="actions"
          .shown=${this.#compared.slots.map(({ id }) => id)}
          .most=${mostRuns}
          @run-chosen=${this.#onChosen}
        ></add-runs>
        ${this.narrow ? nothing : button(this.#copier.copied ? "check" : "copy", strings.copyImage, () => void this.copyImage())}
      </figure-tools>
    `;
  }

  #flag(name: "sameScale" | "difference" | "surfaces", value: boolean) {
    // Where there is little room they stand among the display options.
    return html`<vscode-checkbox
      slot=${this.isTight ? "options" : "controls"}
      data-option=${name}
      label=${compareStrings[name]}
      .checked=${value}
      @change=${(event: Event) =>
        this.#setOptions({ [name]: (event.target as HTMLElement & { checked: boolean }).checked })}
    ></vscode-checkbox>`;
  }

  #lines(lines: readonly string[], level: "warning" | "info") {
    if (lines.length === 0) return nothing;
    return html`<ul class="lines" data-level=${level}>
      ${lines.map(
        (line) => html`<li><vscode-icon name=${level} class=${level}></vscode-icon><span>${line}</span></li>`,
      )}
    </ul>`;
  }

  #readOut() {
    const { x, y } = this.run.header;
    const place = this.cursor ?? { alpha: 0, beta: 0 };
    const entry = (name: string, label: string, at: number, nodes: readonly number[]) =>
      html`<div>
        <dt>${label}</dt>
        <dd data-read=${name} data-value=${String(at)}>${formatCoordinate(at, gridStep(nodes))}</dd>
      </div>`;
    const interpolated = this.#compared.drawing.contents.some(
      (content) => tileReading(content, this.cursor)?.interpolated,
    );
    return html`<div class="read-out">
      <dl>${entry("alpha", strings.alpha, place.alpha, x)} ${entry("beta", strings.beta, place.beta, y)}</dl>
      ${interpolated ? html`<span class="muted">≈ ${strings.interpolated}</span>` : nothing}
      ${this.cursor?.pinned ? html`<vscode-icon name="pinned" title=${strings.pinned}></vscode-icon>` : nothing}
      <span class="range">${windowText(this.window ?? this.#compared.comparison.window)}</span>
    </div>`;
  }

  #setCursor(cursor: Cursor | undefined): void {
    this.cursor = cursor;
    if (!cursor?.spoken) return;
    this.status = spokenOf(this.#compared, this.run, cursor);
  }

  #onChosen = (event: CustomEvent<RunSummary>) => {
    const { journal, name, model } = event.detail;
    if (name) this.named = { ...this.named, [journal]: name };
    const { runs } = this.#options;
    if (!runs.includes(journal) && this.#compared.slots.length < mostRuns)
      this.#setOptions({ runs: [...runs, journal] });
    this.status = compareStrings.added(name ?? model.name);
  };

  #grant(wish: TileWish): void {
    const { runs } = this.#options;
    this.#setOptions({ runs: movedRuns(runs, wish) });
    const { id } = wish;
    if (wish.wish !== "remove") return;
    const made = this.comparing.find(({ source, journal }) => source === id || journal === id);
    if (made) emit(this, "panel-message", { kind: "stop-comparing", source: made.source });
    this.status = compareStrings.removed(this.#compared.slots.find((slot) => slot.id === id)?.title ?? "");
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "compare-view": CompareView;
  }
}
