import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { formatLoss } from "../../charts/format";
import type { Levels } from "../../charts/levels";
import type { ViewState } from "../../protocol/messages";
import type { RunData } from "../../state/model";
import { metricsOf, splitName, splitsOf } from "../../state/splits";
import { defaultView } from "../../state/view";
import { strings as figure } from "../../strings/figure";
import { strings } from "../../strings/strings";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import "../pop-up/pop-up";
import { toolsStyles } from "./figure-tools.styles";

/** An option that figures of several views share. */
export type FigureOption = "scale" | "fill" | "clip" | "colours" | "profiles" | "points" | "table";

interface Choice {
  readonly value: string;
  readonly label: string;
}

const fills: readonly Choice[] = (["filled", "lines"] as const).map((value) => ({ value, label: figure.fills[value] }));
const colourMaps: readonly Choice[] = Object.entries(strings.colours).map(([value, label]) => ({ value, label }));
const scaleChoices = (["log", "linear"] as const).map((automatic): readonly Choice[] => [
  { value: "auto", label: figure.automatic[automatic] },
  ...(["log", "linear", "paper"] as const).map((value) => ({ value, label: figure.scales[value] })),
]);

/**
 * The row of tools above a figure: what is shown (metric and split; the scale where there is one split only) on the
 * left, everything else that the view says it has in "Display options". Every change is a `view-change`.
 * @slot controls - further controls on the left
 * @slot actions - buttons before Display options
 * @slot options - further display options
 */
@customElement("figure-tools")
export class FigureTools extends LitElement {
  static override styles = [shared, toolsStyles];

  @property({ attribute: false }) run!: RunData;
  /** As `heldView` has it for the run. */
  @property({ attribute: false }) view = defaultView;
  /** The levels that are drawn, which tell the scale and the natural upper end. */
  @property({ attribute: false }) levels?: Levels;
  /** Which of the shared options the figure has. */
  @property({ attribute: false }) options: readonly FigureOption[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private clipProblem = "";

  override render() {
    const { view } = this;
    const scaleInFront = splitsOf(this.run).length === 1;
    return html`
      <div class="tools">
        ${this.#metric()} ${scaleInFront ? this.#scale() : this.#split()}
        ${this.#has("profiles") && !this.narrow ? this.#flag("profiles", strings.profiles) : nothing}
        <slot name="controls"></slot>
        <span class="grow"></span>
        <slot name="actions"></slot>
        <pop-up icon="settings" label=${strings.displayOptions}>
          <div class="options">
            ${scaleInFront ? nothing : this.#row(figure.scaleLabel, this.#scale())}
            ${this.#has("fill") ? this.#row(figure.fillLabel, this.#select("fill", figure.fillLabel, fills)) : nothing}
            ${this.#clip()}
            ${
              this.#has("colours") && view.split !== "difference"
                ? this.#row(strings.colourMap, this.#select("colours", strings.colourMap, colourMaps))
                : nothing
            }
            ${this.#has("points") ? this.#flag("measuredPoints", strings.measuredPoints) : nothing}
            <slot name="options"></slot>
            ${this.#has("table") || view.table ? this.#flag("table", strings.showAsTable) : nothing}
          </div>
        </pop-up>
      </div>
    `;
  }

  /** In place of the figure its table is shown, which has none of the figure's options. */
  #has(option: FigureOption): boolean {
    return this.options.includes(option) && (option === "table" || !this.view.table);
  }

  #change(change: Partial<ViewState>): void {
    emit(this, "view-change", change);
  }

  #row(label: string, control: unknown) {
    return control === nothing
      ? nothing
      : html`<div class="row"><span aria-hidden="true">${label}</span>${control}</div>`;
  }

  #metric() {
    const metrics = metricsOf(this.run);
    if (metrics.length < 2) return nothing;
    const choices = metrics.map((value) => ({ value, label: strings.metric(value) }));
    // An upper end of one metric means nothing to another one.
    return this.#choose(strings.metricLabel, choices, this.view.metric, (value) =>
      this.#change({ metric: value as ViewState["metric"], clip: undefined }),
    );
  }

  #split() {
    const splits = splitsOf(this.run).map(({ name }, k) => ({ value: String(k), label: name }));
    const choices = [...splits, { value: "difference", label: splitName(this.run, "difference") }];
    const { split } = this.view;
    const chosen = (value: string) => {
      const next = value === "difference" ? value : Number(value);
      const other = (next === "difference") !== (split === "difference");
      this.#change({ split: next, ...(other ? { clip: undefined } : {}) });
    };
    return this.#choose(figure.splitLabel, choices, String(split), chosen, "split");
  }

  #scale() {
    const { metric, split, scale } = this.view;
    if (!this.#has("scale") || metric !== "loss" || split === "difference") return nothing;
    const automatic = this.levels?.scale === "linear" && scale === "auto" ? 1 : 0;
    return this.#select("scale", figure.scaleLabel, scaleChoices[automatic]!);
  }

  #clip() {
    const { levels, view } = this;
    if (!this.#has("clip") || !levels) return nothing;
    const { clip } = view;
    const natural = formatLoss(levels.natural);
    const label = levels.signed ? figure.clipSizeLabel : figure.clipLabel;
    return html`
      <div class="row">
        <span aria-hidden="true">${label}</span>
        <vscode-textfield
          label=${label}
          .label=${label}
          title=${figure.clipHint(natural)}
          placeholder=${natural}
          .value=${clip === undefined ? "" : String(clip)}
          ?invalid=${this.clipProblem !== ""}
          @change=${this.#onClip}
        ></vscode-textfield>
      </div>
      <p class="problem" role="alert" ?hidden=${this.clipProblem === ""}>${this.clipProblem}</p>
    `;
  }

  #onClip = (event: Event) => {
    const text = (event.target as HTMLElement & { value: string }).value.trim();
    const low = this.levels?.signed ? 0 : (this.levels?.low ?? 0);
    const clip = text === "" ? undefined : Number(text);
    const valid = clip === undefined || (Number.isFinite(clip) && clip > low);
    this.clipProblem = valid ? "" : figure.clipInvalid(formatLoss(low));
    if (valid) this.#change({ clip });
  };

  #flag(name: "profiles" | "measuredPoints" | "table", label: string) {
    return html`<vscode-checkbox
      label=${label}
      .checked=${this.view[name]}
      @change=${(event: Event) =>
        this.#change({ [name]: (event.target as HTMLElement & { checked: boolean }).checked })}
    ></vscode-checkbox>`;
  }

  #select(name: "scale" | "fill" | "colours", label: string, choices: readonly Choice[]) {
    return this.#choose(label, choices, this.view[name], (value) => this.#change({ [name]: value }));
  }

  #choose(
    label: string,
    choices: readonly Choice[],
    value: string,
    chosen: (value: string) => void,
    name: string = label,
  ) {
    return html`<vscode-single-select
      data-choice=${name}
      label=${label}
      .options=${this.#kept(label, choices)}
      .value=${value}
      @change=${(event: Event) => chosen((event.target as HTMLElement & { value: string }).value)}
    ></vscode-single-select>`;
  }

  #choices = new Map<string, readonly Choice[]>();

  /** The same list as before where nothing in it has changed, so that the select is not built again. */
  #kept(name: string, choices: readonly Choice[]): readonly Choice[] {
    const before = this.#choices.get(name);
    const same =
      before?.length === choices.length &&
      choices.every(({ value, label }, k) => value === before[k]!.value && label === before[k]!.label);
    if (before && same) return before;
    this.#choices.set(name, choices);
    return choices;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "figure-tools": FigureTools;
  }
}
