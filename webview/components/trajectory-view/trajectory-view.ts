import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { formatAccuracy } from "../../charts/format";
import type { FigureLayout } from "../../charts/layout";
import { sceneOf } from "../../charts/scene";
import type { ViewState } from "../../protocol/messages";
import { fieldOf } from "../../state/field";
import type { RunData } from "../../state/model";
import { formatMetric } from "../../state/summary";
import type { Track } from "../../state/trajectory";
import { trackOf, trackWindow } from "../../state/trajectory";
import { defaultView } from "../../state/view";
import { shared } from "../../styles/shared";
import { strings as common } from "../../strings/strings";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import type { Pictured } from "../../views/view";
import { emit } from "../events";
import "../pop-up/pop-up";
import "./checkpoint-actions";
import type { CheckpointActions } from "./checkpoint-actions";
import "./checkpoint-read-out";
import "./checkpoint-table";
import "./epoch-charts";
import { renderTrack } from "./picture";
import "./trajectory-map";
import type { CheckpointIntent, TrajectoryMap } from "./trajectory-map";
import { viewStyles } from "./trajectory-view.styles";

const scaleOptions = [
  { value: "log", label: common.logScale },
  { value: "linear", label: common.linearScale },
];
const metricOptions = (["loss", "accuracy", "error"] as const).map((value) => ({
  value,
  label: strings.metric(value),
}));
const colourOptions = Object.entries(common.colours).map(([value, label]) => ({ value, label }));
const planeOptions = (["path", "random"] as const).map((value) => ({ value, label: strings.planes[value] }));

/** Time between two epochs when they are played, in milliseconds. */
const playStep = 400;

/** The path of training: its map, what its checkpoints are worth by epoch, and the numbers of the one looked at. */
@customElement("trajectory-view")
export class TrajectoryView extends LitElement implements Pictured {
  static override styles = [shared, viewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  /** How the plane was chosen, where there is a choice. */
  @property({ attribute: false }) plane?: "path" | "random";
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private current?: number;
  @state() private hovered?: number;
  @state() private actions?: number;
  @state() private playing = false;
  @state() private speaks = false;
  @state() private layout?: FigureLayout;
  @query("trajectory-map") private map?: TrajectoryMap;
  @query("checkpoint-actions") private bar?: CheckpointActions;

  #timer?: number;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("checkpoint-intent", this.#onIntent);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("checkpoint-intent", this.#onIntent);
    this.#stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (!before) return;
    const count = this.run.header.trajectory?.checkpoints.length ?? 0;
    const earlier = before.header.trajectory?.checkpoints.length ?? 0;
    const isOther = before.header.id !== this.run.header.id || count < earlier;
    if (isOther) {
      this.#stop();
      this.current = undefined;
      this.hovered = undefined;
      this.actions = undefined;
    }
    // Who looks at the last checkpoint goes with the path as it grows.
    else if (this.current === earlier - 1) this.current = undefined;
  }

  /** The map with the path, on white and with a caption. */
  picture(type: "png" | "svg"): Promise<Blob> {
    return type === "png"
      ? renderTrack(this.run, this.view, this.#track)
      : Promise.reject(new Error("the path is drawn as PNG"));
  }

  get #track(): Track {
    return trackOf(this.run, this.view.metric, this.view.split)!;
  }

  /** The checkpoint that is looked at: the last one, unless another was chosen. */
  get #index(): number {
    const last = this.#track.points.length - 1;
    return Math.min(this.current ?? last, last);
  }

  override render() {
    const { run, view, narrow } = this;
    const track = this.#track;
    return html`
      ${this.#tools()} ${this.#added(track)}
      ${
        view.table
          ? html`<checkpoint-table
              .run=${run}
              .track=${track}
              .metric=${view.metric}
              ?narrow=${narrow}
            ></checkpoint-table>`
          : html`
              <div class="figure">
                <trajectory-map
                  .run=${run}
                  .track=${track}
                  .view=${view}
                  .current=${this.#index}
                  .summary=${this.#summary(track)}
                  @figure-layout=${(event: CustomEvent<FigureLayout>) => (this.layout = event.detail)}
                ></trajectory-map>
                ${this.#actionBar(track)} ${this.#legend()}
                <epoch-charts
                  .track=${track}
                  .metric=${view.metric}
                  .current=${this.#index}
                  .map=${this.layout}
                  ?playing=${this.playing}
                ></epoch-charts>
              </div>
              <checkpoint-read-out
                .run=${run}
                .track=${track}
                .metric=${view.metric}
                .index=${this.hovered ?? this.#index}
                ?speaks=${this.speaks}
                ?narrow=${narrow}
              ></checkpoint-read-out>
            `
      }
      ${this.#notes(track)}
    `;
  }

  #tools() {
    const { view } = this;
    const scale = sceneOf(fieldOf(this.run, view.metric, view.split), view.scale).levels?.scale ?? "log";
    const value = (event: Event) => (event.target as HTMLElement & { value: string }).value;
    const change = (detail: Partial<ViewState>) => emit(this, "view-change", detail);
    return html`
      <div class="tools">
        ${
          this.plane
            ? html`<vscode-single-select
                class="plane"
                label=${strings.plane}
                .options=${planeOptions}
                .value=${this.plane}
                @change=${(event: Event) =>
                  emit(this, "panel-message", { kind: "plane", plane: value(event) as "path" | "random" })}
              ></vscode-single-select>`
            : nothing
        }
        ${
          view.metric === "loss" && !view.table
            ? html`<vscode-single-select
                label=${common.scaleLabel}
                .options=${scaleOptions}
                .value=${scale}
                @change=${(event: Event) => change({ scale: value(event) as ViewState["scale"] })}
              ></vscode-single-select>`
            : nothing
        }
        <span class="grow"></span>
        <pop-up icon="settings" label=${common.displayOptions}>
          <div class="options">
            <label>
              <span aria-hidden="true">${common.metricLabel}</span>
              <vscode-single-select
                label=${common.metricLabel}
                .options=${metricOptions}
                .value=${view.metric}
                @change=${(event: Event) => change({ metric: value(event) as ViewState["metric"] })}
              ></vscode-single-select>
            </label>
            <label>
              <span aria-hidden="true">${common.colourMap}</span>
              <vscode-single-select
                label=${common.colourMap}
                .options=${colourOptions}
                .value=${view.colours}
                @change=${(event: Event) => change({ colours: value(event) as ViewState["colours"] })}
              ></vscode-single-select>
            </label>
            <vscode-checkbox
              label=${common.showAsTable}
              .checked=${view.table}
              @change=${(event: Event) => change({ table: (event.target as HTMLInputElement).checked })}
            ></vscode-checkbox>
          </div>
        </pop-up>
      </div>
    `;
  }

  /** Checkpoints that came after the plane was made are not part of what it was fitted to. */
  #added({ added }: Track) {
    if (added === 0) return nothing;
    return html`<p class="note" role="status" data-note="added">
      <vscode-icon name="info"></vscode-icon>
      <span class="text">${strings.added(added)}</span>
      <vscode-button secondary @click=${() => emit(this, "panel-message", { kind: "run-again" })}
        >${strings.fitAnew}</vscode-button
      >
    </p>`;
  }

  #legend() {
    const point = (hollow: boolean) =>
      html`<svg width="22" height="10" viewBox="0 0 22 10" aria-hidden="true" class=${hollow ? "hollow" : "solid"}>
        <line x1="0" x2="22" y1="5" y2="5"></line>
        <circle cx="11" cy="5" r="3"></circle>
      </svg>`;
    const drops = this.#track.points.some(({ drop }) => drop);
    return html`<div class="legend" aria-hidden="true">
      <span>${point(false)}${strings.checkpoint}</span>
      <span>${point(true)}${strings.projection}</span>
      ${
        drops
          ? html`<span
              ><svg width="12" height="12" viewBox="0 0 12 12" class="drop"><path d="M6 0 12 6 6 12 0 6Z"></path></svg
              >${strings.drop}</span
            >`
          : nothing
      }
    </div>`;
  }

  #actionBar({ points }: Track) {
    const point = this.actions === undefined ? undefined : points[this.actions];
    return point
      ? html`<checkpoint-actions
          class="actions"
          .point=${point}
          @actions-closed=${this.#closeActions}
        ></checkpoint-actions>`
      : nothing;
  }

  /** What a reader of the map must know and could overlook. */
  #notes(track: Track) {
    const { explained } = track;
    const both = explained && this.#percent(explained.shares[0] + explained.shares[1]);
    const walk = explained && this.#percent(explained.walk[0] + explained.walk[1]);
    return html`
      ${
        explained
          ? html`<p class="note" data-note="explained">
              ${explained.isClear ? nothing : html`<vscode-icon name="warning" class="warning"></vscode-icon>`}
              <span
                >${strings.explained(
                  both!,
                  explained.rows,
                  walk!,
                  this.#percent(explained.walk[0]),
                  this.#percent(explained.walk[1]),
                )}
                ${explained.isClear ? nothing : strings.unclear}</span
              >
            </p>`
          : nothing
      }
      ${
        trackWindow(this.run, track).isWidened && !this.view.table
          ? html`<p class="note" data-note="widened"><span>${strings.widened}</span></p>`
          : nothing
      }
      ${this.view.table ? nothing : html`<p class="note"><span>${strings.colourNote}</span></p>`}
    `;
  }

  #percent(share: number): string {
    return formatAccuracy(100 * share);
  }

  /** What the figure shows, in words. */
  #summary({ points, explained }: Track): string {
    const { metric } = this.view;
    const [first, last] = [points[0]!, points.at(-1)!].map(({ own }) =>
      Number.isNaN(own) ? strings.notMeasured : formatMetric(metric, own),
    ) as [string, string];
    const name = strings.metric(metric).toLowerCase();
    const furthest = points
      .filter(({ offPlaneShare }) => Number.isFinite(offPlaneShare))
      .reduce<Track["points"][number] | undefined>(
        (most, point) => (most === undefined || point.offPlaneShare > most.offPlaneShare ? point : most),
        undefined,
      );
    return [
      strings.summary({ count: points.length, first, last, metric: name }),
      ...(explained
        ? [
            strings.summaryExplained(
              this.#percent(explained.shares[0] + explained.shares[1]),
              this.#percent(explained.walk[0] + explained.walk[1]),
            ),
          ]
        : []),
      ...(furthest ? [strings.summaryOff(this.#percent(furthest.offPlaneShare), furthest.label)] : []),
    ].join(" ");
  }

  #onIntent = (event: CustomEvent<CheckpointIntent>) => {
    const { kind, index, spoken = false } = event.detail;
    switch (kind) {
      case "hover":
        this.hovered = index;
        return;
      case "choose":
        this.#stop();
        return this.#choose(index!, spoken);
      case "actions":
        this.#stop();
        this.#choose(index!, spoken);
        return this.#openActions(index!);
      case "play":
        return this.playing ? this.#stop() : this.#play();
    }
  };

  #choose(index: number, spoken: boolean): void {
    this.current = index;
    this.hovered = undefined;
    this.speaks = spoken;
    if (this.actions !== undefined) this.actions = undefined;
  }

  #openActions(index: number): void {
    this.actions = index;
    void this.updateComplete.then(() => this.bar?.focus());
  }

  #closeActions = () => {
    this.actions = undefined;
    this.map?.focus();
  };

  /** From the current epoch to the end, or from the start when it is at the end; at once without motion. */
  #play(): void {
    const last = this.#track.points.length - 1;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.#choose(this.#index === last ? 0 : last, false);
      return;
    }
    this.playing = true;
    this.#choose(this.#index === last ? 0 : this.#index, false);
    this.#timer = window.setInterval(() => {
      const next = this.#index + 1;
      const end = this.#track.points.length - 1;
      if (next <= end) this.#choose(next, false);
      if (next >= end) this.#stop();
    }, playStep);
  }

  #stop(): void {
    window.clearInterval(this.#timer);
    this.playing = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "trajectory-view": TrajectoryView;
  }
}
