import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { html, LitElement, nothing, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { LayerWeights, WeightsFigure } from "../../../server/protocol/weights";
import { baseName } from "../../charts/format";
import { overallDrawing, overallHeight } from "../../charts/histograms";
import { mostRuns, runStyle } from "../../charts/line-styles";
import { narrowWidth } from "../../charts/layout";
import type { RunData } from "../../state/model";
import { defaultView, optionsOf, withOptions } from "../../state/view";
import { drawnRanges, fileNames, initialWeights, layersOf, weightFiles, weightsSummary } from "../../state/weights";
import type { WeightFile } from "../../state/weights";
import { strings as common } from "../../strings/strings";
import { strings } from "../../strings/weights";
import { shared } from "../../styles/shared";
import type { Pictured } from "../../views/view";
import { ask } from "../ask";
import { Copier } from "../copier";
import { drawnMarks, drawnPicture } from "../drawn";
import { emit } from "../events";
import { toolsStyles } from "../figure-tools/figure-tools.styles";
import { pictureTheme, pictureWidth } from "../picture";
import type { PictureType } from "../picture";
import "../pop-up/pop-up";
import { SizeController } from "../size-controller";
import { ThemeController } from "../theme-controller";
import { FigureStore } from "./figure-store";
import { weightsPicture } from "./picture";
import "./weights-multiple";
import type { WeightsMultiple } from "./weights-multiple";
import "./weights-table";
import { weightsViewStyles } from "./weights-view.styles";

const defaults = {
  mode: "values",
  layers: "kernels",
  initial: true,
  shared: true,
  files: [] as readonly (string | number)[],
};
const words = { mode: ["values", "filters"], layers: ["kernels", "all"] };
const modeChoices = (["values", "filters"] as const).map((value) => ({ value, label: strings.modes[value] }));
const layerChoices = (["kernels", "all"] as const).map((value) => ({ value, label: strings.layers[value] }));

const columnGap = 16;

/** Weights as the view shows them: what was read last, of these files. */
interface Read {
  readonly figure: WeightsFigure;
  readonly files: readonly WeightFile[];
}

/** Columns of layers on wide panels, and the width from which on there is one more. */
const mostColumns = 5;
const columnWidth = 262;
/** The histogram of all layers is no wider than this, in pixels. */
const widestOverall = 786;

/** How the weights of the model are distributed, beside its initial ones and those of other files. */
@customElement("weights-view")
export class WeightsView extends LitElement implements Pictured {
  static override styles = [shared, toolsStyles, weightsViewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  /** Files that have changed since the run was measured. */
  @property({ attribute: false }) stale: readonly string[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private width = 0;
  /** The layer that the keyboard reaches. */
  @state() private current = 0;
  @query(".reading") private reading?: HTMLElement;

  #theme = new ThemeController(this);
  #store = new FigureStore(this);
  #copier = new Copier(this);
  protected readonly size = new SizeController(this, () => (this.width = this.clientWidth));
  #read?: Read & { readonly run: string };

  override connectedCallback(): void {
    super.connectedCallback();
    void document.fonts.ready.then(() => this.requestUpdate());
  }

  protected override updated(): void {
    this.style.setProperty("--columns", String(this.#columns));
  }

  /** Copies the figure as an image and says whether that worked. */
  copyImage(): Promise<void> {
    return this.#copier.copy(this.picture("png"));
  }

  /** The whole figure with all layers, light on white. */
  async picture(type: PictureType): Promise<Blob> {
    const read = this.#read;
    if (!read) throw new Error(this.#store.problem?.message ?? strings.reading(baseName(this.#files()[0]!.path)));
    const theme = await pictureTheme(type);
    const { mode, layers, shared: isShared } = this.#options();
    const names = fileNames(read.files);
    const drawing = weightsPicture({
      figure: read.figure,
      layers: this.#layers(read.figure, mode, layers),
      ranges: drawnRanges(read.figure, isShared),
      mode: mode as WeightsMultiple["mode"],
      names,
      theme,
      width: pictureWidth,
    });
    return drawnPicture(drawing, type, theme.font);
  }

  #options() {
    return optionsOf(this.view, "weights", defaults, words);
  }

  #set(change: Partial<typeof defaults>): void {
    emit(this, "view-change", withOptions(this.view, "weights", change));
  }

  get #added(): readonly string[] {
    return this.#options().files.filter((file): file is string => typeof file === "string");
  }

  #files(): readonly WeightFile[] {
    return weightFiles(this.run, this.#options().initial, this.#added).slice(0, mostRuns);
  }

  /** Filters are those of kernels. */
  #layers(figure: WeightsFigure, mode: string, which: string): readonly LayerWeights[] {
    return layersOf(figure, mode === "filters" || which === "kernels" ? "kernels" : "all");
  }

  override render() {
    const files = this.#files();
    const { header } = this.run;
    const key = [header.id, ...this.stale].join(" ");
    const figure = this.#store.of(
      key,
      files.map(({ path }) => path),
    );
    if (figure) this.#read = { figure, files, run: header.id };
    const read = this.#read?.run === header.id ? this.#read : undefined;
    const { problem } = this.#store;
    return html`
      ${this.#tools(read)} ${this.#fileList(files)} ${problem && !figure ? this.#problem() : nothing}
      ${
        read
          ? this.#figure(read)
          : problem
            ? nothing
            : html`<p class="reading-file" role="status">${strings.reading(baseName(files[0]!.path))}</p>`
      }
    `;
  }

  #problem() {
    const { message, advice } = this.#store.problem!;
    return html`<div class="problem" role="alert">
      <p><span class="error">${message}</span> ${advice}</p>
      <div class="actions">
        <vscode-button secondary @click=${() => this.#store.retry()}>${strings.again}</vscode-button>
        ${
          this.#added.length > 0
            ? html`<vscode-button secondary @click=${() => this.#set({ files: [] })}>${strings.without}</vscode-button>`
            : nothing
        }
      </div>
    </div>`;
  }

  #tools(read: Read | undefined) {
    const { mode, layers, initial, shared: isShared } = this.#options();
    const { view, narrow } = this;
    const value = (event: Event) => (event.target as HTMLElement & { value: string }).value;
    return html`<div class="tools">
      <vscode-single-select
        label=${strings.modeLabel}
        .options=${modeChoices}
        .value=${mode}
        @change=${(event: Event) => this.#set({ mode: value(event) })}
      ></vscode-single-select>
      ${
        mode === "values"
          ? html`<vscode-single-select
              label=${strings.layersLabel}
              .options=${layerChoices}
              .value=${layers}
              @change=${(event: Event) => this.#set({ layers: value(event) })}
            ></vscode-single-select>`
          : nothing
      }
      <span class="grow"></span>
      <span class="status" role="status">${this.#copier.status}</span>
      ${this.#button("add", strings.compare, () => void this.#compare())}
      ${
        read && !narrow && !view.table
          ? this.#button(this.#copier.copied ? "check" : "copy", common.copyImage, () => void this.copyImage())
          : nothing
      }
      <pop-up icon="settings" label=${common.displayOptions}>
        <div class="options">
          ${
            initialWeights(this.run) === undefined
              ? nothing
              : this.#flag(strings.initial, initial, (on) => this.#set({ initial: on }))
          }
          ${mode === "values" ? this.#flag(strings.sharedRange, isShared, (on) => this.#set({ shared: on })) : nothing}
          ${this.#flag(common.showAsTable, view.table, (on) => emit(this, "view-change", { table: on }))}
        </div>
      </pop-up>
    </div>`;
  }

  #button(icon: string, label: string, press: () => void) {
    return html`<vscode-toolbar-button
      icon=${icon}
      label=${label}
      title=${label}
      @click=${press}
    ></vscode-toolbar-button>`;
  }

  #flag(label: string, isOn: boolean, set: (on: boolean) => void) {
    return html`<vscode-checkbox
      label=${label}
      .checked=${isOn}
      @change=${(event: Event) => set((event.target as HTMLElement & { checked: boolean }).checked)}
    ></vscode-checkbox>`;
  }

  async #compare(): Promise<void> {
    const chosen = await ask(this, "pick-models", {}).catch((): readonly string[] => []);
    if (chosen.length > 0) this.#set({ files: [...new Set([...this.#added, ...chosen])] });
  }

  /** The legend: what is filled, what is drawn as an outline, and how to take it away. */
  #fileList(files: readonly WeightFile[]) {
    const names = fileNames(files);
    const { theme } = this.#theme;
    return html`<ul class="files">
      ${files.map(({ path, kind }, k) => {
        const { colour, dash } = runStyle(k, false, theme);
        return html`<li data-file=${path}>
          <svg width="18" height="12" aria-hidden="true">
            ${
              k === 0
                ? svg`<rect x="0.5" y="1.5" width="17" height="9" fill=${colour} fill-opacity="0.45" stroke=${colour}></rect>`
                : svg`<path d="M0 6h18" stroke=${colour} stroke-width="2" stroke-dasharray=${dash?.join(" ") ?? nothing}></path>`
            }
          </svg>
          <span>${names[k]}</span>
          ${
            kind === "own"
              ? nothing
              : this.#button("close", strings.remove(names[k]!), () =>
                  this.#set(
                    kind === "initial" ? { initial: false } : { files: this.#added.filter((file) => file !== path) },
                  ),
                )
          }
        </li>`;
      })}
      ${this.#added.length + 2 > mostRuns ? html`<li class="muted">${strings.full(mostRuns)}</li>` : nothing}
    </ul>`;
  }

  #figure({ figure, files }: Read) {
    const { view, narrow } = this;
    const names = fileNames(files);
    const { mode, layers: which, shared: isShared } = this.#options();
    const layers = this.#layers(figure, mode, which);
    const summary = weightsSummary(figure, names, layers.length);
    return html`
      ${view.table || mode === "filters" ? nothing : this.#overall(figure, summary)}
      <weights-table .overall=${figure.overall.models} .names=${names} ?narrow=${narrow}></weights-table>
      ${
        view.table
          ? html`<weights-table .layers=${layers} .names=${names} ?narrow=${narrow}></weights-table>`
          : this.#multiples(figure, layers, mode as WeightsMultiple["mode"], isShared, names)
      }
      <p class="note">${strings.note}</p>
    `;
  }

  get #inner(): number {
    return Math.max(0, this.width - (this.narrow ? 24 : 32));
  }

  #overall({ overall }: WeightsFigure, summary: string) {
    const { from, to, models } = overall;
    const width = Math.min(this.#inner, widestOverall);
    const drawing = overallDrawing(
      { width, theme: this.#theme.theme, title: "", aside: "", details: "", from, to, models, range: [from, to] },
      strings.count,
    );
    return html`<div class="overall">
      <svg
        role="img"
        aria-label=${summary}
        width=${width}
        height=${overallHeight}
        viewBox=${`0 0 ${width} ${overallHeight}`}
      >
        ${width > 0 ? drawnMarks(drawing.marks) : nothing}
      </svg>
    </div>`;
  }

  #multiples(
    figure: WeightsFigure,
    layers: readonly LayerWeights[],
    mode: WeightsMultiple["mode"],
    isShared: boolean,
    names: readonly string[],
  ) {
    if (layers.length === 0) return html`<p class="note">${strings.noLayers}</p>`;
    const ranges = drawnRanges(figure, isShared);
    const { theme } = this.#theme;
    const columns = this.#columns;
    const width = Math.floor((this.#inner - (columns - 1) * columnGap) / columns);
    const warning = getComputedStyle(this).getPropertyValue("--ll-warning").trim() || "currentColor";
    const reached = Math.min(this.current, layers.length - 1);
    return html`
      <div
        class="grid"
        role="group"
        aria-label=${strings.hint}
        @keydown=${this.#onKey}
        @layer-reading=${this.#onReading}
      >
        ${layers.map(
          (layer, k) =>
            html`<weights-multiple
              tabindex=${k === reached ? 0 : -1}
              data-layer=${layer.name}
              .layer=${layer}
              .mode=${mode}
              .range=${ranges.get(layer)!}
              .names=${names}
              .theme=${theme}
              .warning=${warning}
              .width=${width}
              @focus=${() => (this.current = k)}
            ></weights-multiple>`,
        )}
      </div>
      <p class="reading" role="status" aria-live="polite">${strings.hint}</p>
    `;
  }

  get #columns(): number {
    if (this.narrow || this.width < narrowWidth) return 1;
    return Math.min(mostColumns, Math.max(3, Math.floor(this.width / columnWidth)));
  }

  /** Written past the template: hundreds of histograms need not be looked at for it. */
  #onReading = ({ detail }: CustomEvent<string>) => {
    if (!this.reading) return;
    this.reading.textContent = detail || strings.hint;
    this.reading.toggleAttribute("data-read", detail !== "");
  };

  #onKey = (event: KeyboardEvent) => {
    const multiples = [...this.renderRoot.querySelectorAll("weights-multiple")];
    const at = Math.min(this.current, multiples.length - 1);
    const columns = this.#columns;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      Home: -multiples.length,
      End: multiples.length,
    };
    const step = steps[event.key];
    if (event.key === "Escape") return multiples[at]?.leave();
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.shiftKey && Math.abs(step) === 1) return multiples[at]?.step(step);
    multiples[at]?.leave();
    const next = Math.min(multiples.length - 1, Math.max(0, at + step));
    this.current = next;
    multiples[next]?.focus();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "weights-view": WeightsView;
  }
}
