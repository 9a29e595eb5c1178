import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { baseName, formatCoordinate } from "../../charts/format";
import { linesDrawing } from "../../charts/lines";
import { mostRuns } from "../../charts/line-styles";
import type { ViewState } from "../../protocol/messages";
import { nearest } from "../../state/field";
import { isSurface } from "../../state/kind";
import { addedRuns, cutStops, lineOptions } from "../../state/line-options";
import type { LineOptions } from "../../state/line-options";
import type { RunData } from "../../state/model";
import { runLabels } from "../../state/run-labels";
import { gridStep } from "../../state/summary";
import { defaultView, withOptions } from "../../state/view";
import { strings } from "../../strings/lines";
import { strings as common } from "../../strings/strings";
import { shared } from "../../styles/shared";
import type { Pictured } from "../../views/view";
import { Copier } from "../copier";
import { drawnPicture } from "../drawn";
import { emit } from "../events";
import { OtherRuns } from "../other-runs";
import { toolsStyles } from "../figure-tools/figure-tools.styles";
import "../line-readings/line-readings";
import "../lines-figure/lines-figure";
import type { LineCursor, LineWindow } from "../lines-figure/lines-figure";
import "../lines-table/lines-table";
import { captionOf, pictureTheme, pictureWidth } from "../picture";
import type { PictureType } from "../picture";
import type { RunSummary } from "../../../server/protocol/requests";
import "../run-list/add-runs";
import { linesViewStyles } from "./lines-view.styles";
import { linesSummary, notesOf, panelProvenance } from "./notes";
import { linesInput, shownOf } from "./panels";
import type { Shown, Windows } from "./panels";
import { linesTools } from "./tools";

/** Loss and accuracy along directions: lines as such, the cuts of a surface, several runs together. */
@customElement("lines-view")
export class LinesView extends LitElement implements Pictured {
  static override styles = [shared, toolsStyles, linesViewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  @property({ type: Boolean, reflect: true }) narrow = false;
  /** Whether there are two cuts, which may stand beside each other. */
  @property({ type: Boolean, reflect: true }) cuts = false;
  @state() private cursor?: LineCursor;
  @state() private windows: Windows = [];

  #copier = new Copier(this);
  #others = new OtherRuns(this);
  #shown?: { readonly key: readonly unknown[]; readonly shown: Shown };

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (before && before.header.id !== this.run.header.id) {
      this.cursor = undefined;
      this.windows = [];
    }
    this.cuts = isSurface(this.run);
  }

  /** Copies the figure as an image and says whether that worked. */
  copyImage(): Promise<void> {
    return this.#copier.copy(this.picture("png"));
  }

  /** The figure with a caption of provenance, light on white. */
  async picture(type: PictureType): Promise<Blob> {
    const theme = await pictureTheme(type);
    const { run, view, windows } = this;
    const shown = this.#current();
    const { options, split } = shown;
    const caption = captionOf(run, options.splits === "all" ? 0 : split);
    const input = linesInput(shown, { width: pictureWidth, view, windows, theme, caption });
    return drawnPicture(linesDrawing(input), type, theme.font);
  }

  /** The same object as long as nothing of it has changed, so that drawings can be kept. */
  #current(): Shown {
    const { run, view } = this;
    const others = this.#others.of(addedRuns(lineOptions(view)));
    const key = [run, others, view];
    if (!this.#shown || key.some((part, k) => part !== this.#shown!.key[k])) {
      this.#shown = { key, shown: shownOf(run, others, view) };
    }
    return this.#shown.shown;
  }

  override render() {
    const { view, narrow } = this;
    const shown = this.#current();
    return html`
      ${this.#tools(shown)} ${this.cuts ? this.#sliders(shown) : nothing} ${this.#added(shown)}
      ${
        view.table
          ? html`<lines-table .panels=${shown.panels} .quantities=${shown.quantities} ?narrow=${narrow}></lines-table>`
          : html`<div class="figure">
              <lines-figure
                .shown=${shown}
                .view=${view}
                .windows=${this.windows}
                .cursor=${this.cursor}
                .summary=${linesSummary(shown)}
                @line-cursor=${(event: CustomEvent<LineCursor | null>) => (this.cursor = event.detail ?? undefined)}
                @line-window=${this.#onWindow}
                @figure-copy=${() => this.copyImage()}
              ></lines-figure>
            </div>`
      }
      <div class="below">
        <line-readings
          .panels=${shown.panels}
          .quantities=${shown.quantities}
          .cursor=${view.table ? undefined : this.cursor}
          ?narrow=${narrow}
        ></line-readings>
        <span class="provenance">${[...new Set(shown.panels.map(panelProvenance))].join("; ")}</span>
      </div>
      ${this.#notes(shown)}
    `;
  }

  #change(change: Partial<ViewState>): void {
    emit(this, "view-change", change);
  }

  #options(change: Partial<LineOptions>): void {
    this.#change(withOptions(this.view, "lines", change as Record<string, string | number | boolean>));
  }

  #onWindow = ({ detail }: CustomEvent<LineWindow>) => {
    const windows = [0, 1].map((panel) => (panel === detail.panel ? detail.window : this.windows[panel]));
    this.windows = windows.some((window) => window !== undefined) ? windows : [];
  };

  #tools(shown: Shown) {
    const { view, narrow } = this;
    const canCopy = !narrow && !view.table;
    return linesTools(shown, view, {
      change: (change) => this.#change(change),
      options: (change) => this.#options(change),
      actions: html`
        <span class="status" role="status">${this.#copier.status}</span>
        ${this.windows.length > 0 && !view.table ? this.#button("screen-normal", common.resetZoom, () => (this.windows = [])) : nothing}
        <add-runs
          .shown=${[this.run.journal, ...addedRuns(shown.options)]}
          .most=${mostRuns}
          @run-chosen=${({ detail }: CustomEvent<RunSummary>) =>
            this.#options({ runs: [...addedRuns(shown.options), detail.journal] })}
        ></add-runs>
        ${
          canCopy
            ? this.#button(this.#copier.copied ? "check" : "copy", common.copyImage, () => void this.copyImage())
            : nothing
        }
      `,
    });
  }

  #button(icon: string, label: string, press: () => void) {
    return html`<vscode-toolbar-button
      icon=${icon}
      label=${label}
      title=${label}
      @click=${press}
    ></vscode-toolbar-button>`;
  }

  /** Where the surface is cut. */
  #sliders({ options, panels }: Shown) {
    const isMoved = panels.some(({ cut }) => cut && cut.at !== 0);
    return html`<div class="cuts">
      ${this.#slider("beta", "β", this.run.header.y, panels[0]?.cut?.at ?? 0)}
      ${this.#slider("alpha", "α", this.run.header.x, panels[1]?.cut?.at ?? 0)}
      ${
        isMoved || options.alpha !== 0 || options.beta !== 0
          ? this.#button("discard", strings.resetCut, () => this.#options({ alpha: 0, beta: 0 }))
          : nothing
      }
    </div>`;
  }

  #slider(name: "alpha" | "beta", letter: string, nodes: readonly number[], at: number) {
    const stops = cutStops(nodes);
    const text = at === 0 ? strings.cutCentre(letter) : strings.cutValue(letter, formatCoordinate(at, gridStep(nodes)));
    return html`<div class="cut" data-cut=${name}>
      <label for=${name}>${strings.cutAt(letter)}</label>
      <input
        id=${name}
        type="range"
        min="0"
        max=${stops.length - 1}
        step="1"
        .value=${String(nearest(stops, at))}
        aria-valuetext=${text}
        @input=${(event: Event) =>
          this.#options({ [name]: stops[Number((event.target as HTMLInputElement).value)] ?? 0 })}
      />
      <output>${text}</output>
    </div>`;
  }

  /** The runs beside this one, and how to take them away. */
  #added({ options, others, run }: Shown) {
    const journals = addedRuns(options);
    if (journals.length === 0) return nothing;
    const labels = runLabels([run, ...others]);
    return html`
      <ul class="chosen">
        ${others.map(({ journal }, k) => {
          const label = labels[k + 1]!;
          const rest = journals.filter((each) => each !== journal);
          return html`<li data-journal=${journal}>
            ${label} ${this.#button("close", strings.removeRun(label), () => this.#options({ runs: rest }))}
          </li>`;
        })}
      </ul>
      ${this.#others
        .problemsOf(journals)
        .map(
          ({ journal, problem }) =>
            html`<p class="note" role="alert">${strings.runGone(baseName(journal), problem.message)}</p>`,
        )}
    `;
  }

  #notes(shown: Shown) {
    return notesOf(shown, this.view).map(([name, text]) => html`<p class="note" data-note=${name}>${text}</p>`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "lines-view": LinesView;
  }
}
