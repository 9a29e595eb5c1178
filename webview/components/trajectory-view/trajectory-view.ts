import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import type { PropertyValues } from "lit";
import { html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { captionHeight } from "../../charts/caption";
import { figureOption, numberWidths } from "../../charts/figure";
import { formatAccuracy } from "../../charts/format";
import { figureLayout } from "../../charts/layout";
import type { FigureLayout } from "../../charts/layout";
import { sceneOf } from "../../charts/scene";
import type { ViewState } from "../../protocol/messages";
import { fieldOf } from "../../state/field";
import type { RunData } from "../../state/model";
import { hasSplits, heldView, splitName } from "../../state/splits";
import { formatMetric } from "../../state/summary";
import type { Track } from "../../state/trajectory";
import { trackOf, trackWindow, trajectoryOptions } from "../../state/trajectory";
import { defaultView, withOptions } from "../../state/view";
import { shared } from "../../styles/shared";
import { inSentence } from "../../strings/l10n";
import { strings as figure } from "../../strings/figure";
import { strings as common } from "../../strings/strings";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import type { Pictured } from "../../views/view";
import { Copier } from "../copier";
import { emit } from "../events";
import "../figure-tools/figure-tools";
import type { FigureOption } from "../figure-tools/figure-tools";
import { captionOf, pictureOf, pictureTheme, pictureWidth } from "../picture";
import type { PictureType } from "../picture";
import "./checkpoint-actions";
import type { CheckpointActions } from "./checkpoint-actions";
import "./checkpoint-read-out";
import "./checkpoint-table";
import "./epoch-charts";
import { trackFigure } from "./input";
import { Player } from "./player";
import { paperTrackColours } from "./track-colours";
import { trackLegend } from "./track-legend";
import "./trajectory-map";
import type { CheckpointIntent, TrajectoryMap } from "./trajectory-map";
import { viewStyles } from "./trajectory-view.styles";

const options: readonly FigureOption[] = ["scale", "fill", "clip", "colours", "table"];
const planeOptions = (["path", "random"] as const).map((value) => ({ value, label: strings.planes[value] }));

/** The path of training: its map, what its checkpoints are worth by epoch, and the numbers of the one looked at. */
@customElement("trajectory-view")
export class TrajectoryView extends LitElement implements Pictured {
  static override styles = [shared, viewStyles];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  /** How the plane was chosen, where there is a choice. */
  @property({ attribute: false }) plane?: "path" | "random";
  @property({ type: Boolean, reflect: true }) narrow = false;
  /** The charts by epoch stand beside the map. */
  @property({ type: Boolean, reflect: true }) wide = false;
  @state() private current?: number;
  @state() private hovered?: number;
  @state() private actions?: number;
  @state() private speaks = false;
  @state() private layout?: FigureLayout;
  @query("trajectory-map") private map?: TrajectoryMap;
  @query("checkpoint-actions") private bar?: CheckpointActions;

  #copier = new Copier(this);
  #player = new Player(this, {
    at: () => this.#index,
    last: () => this.#track.points.length - 1,
    choose: (index) => this.#choose(index, false),
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener("checkpoint-intent", this.#onIntent);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener("checkpoint-intent", this.#onIntent);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (!before) return;
    const count = this.run.header.trajectory?.checkpoints.length ?? 0;
    const earlier = before.header.trajectory?.checkpoints.length ?? 0;
    const isOther = before.header.id !== this.run.header.id || count < earlier;
    if (isOther) {
      this.#player.stop();
      this.current = undefined;
      this.hovered = undefined;
      this.actions = undefined;
    }
    // Who looks at the last checkpoint goes with the path as it grows.
    else if (this.current === earlier - 1) this.current = undefined;
  }

  /** Copies the figure as an image and says whether that worked. */
  copyImage(): Promise<void> {
    return this.#copier.copy(this.picture("png"));
  }

  /** The map with the whole path, on white and with a caption of provenance. */
  async picture(type: PictureType): Promise<Blob> {
    const { run } = this;
    const view = this.#view;
    const track = this.#track;
    const theme = await pictureTheme(type);
    const { window } = trackWindow(run, track);
    const numbers = numberWidths(fieldOf(run, view.metric, view.split), view, theme);
    const layout = figureLayout(pictureWidth, window, window, { profiles: false, numbers });
    const current = track.points.length - 1;
    const input = trackFigure({ run, view, track, current, layout, window, theme, trackColours: paperTrackColours });
    const caption = [captionOf(run, view.split), this.#explainedText(track)].filter(Boolean).join(" ");
    return pictureOf(type, {
      width: layout.width,
      height: layout.height + captionHeight(caption, layout.width - layout.plot.x - 12, theme),
      option: figureOption({ ...input, caption }),
    });
  }

  /** The view with a metric and a split that the run has. */
  get #view(): ViewState {
    return heldView(this.run, this.view);
  }

  get #track(): Track {
    const { metric, split } = this.#view;
    return trackOf(this.run, metric, split)!;
  }

  /** The checkpoint that is looked at: the last one, unless another was chosen. */
  get #index(): number {
    const last = this.#track.points.length - 1;
    return Math.min(this.current ?? last, last);
  }

  override render() {
    const { run, narrow } = this;
    const view = this.#view;
    const track = this.#track;
    if (view.table) {
      return html`
        ${this.#tools(view)} ${this.#added(track)}
        <checkpoint-table
          .run=${run}
          .track=${track}
          .metric=${view.metric}
          .split=${view.split}
          ?narrow=${narrow}
        ></checkpoint-table>
        ${this.#notes(track)}
      `;
    }
    return html`<div class="columns">
      <div>
        ${this.#tools(view)} ${this.#added(track)}
        <div class="figure">
          <div class="stage">
            <trajectory-map
              .run=${run}
              .track=${track}
              .view=${view}
              .current=${this.#index}
              .summary=${this.#summary(track)}
              @figure-layout=${(event: CustomEvent<FigureLayout>) => (this.layout = event.detail)}
            ></trajectory-map>
            ${this.#actionBar(track)}
          </div>
        </div>
      </div>
      <div class="course">
        <div class="figure">
          ${trackLegend(track)}
          <epoch-charts
            .track=${track}
            .metric=${view.metric}
            .split=${view.split}
            .current=${this.#index}
            .map=${this.layout}
            ?beside=${this.wide}
            ?playing=${this.#player.isPlaying}
          ></epoch-charts>
        </div>
        <checkpoint-read-out
          .run=${run}
          .track=${track}
          .metric=${view.metric}
          .split=${view.split}
          .index=${this.hovered ?? this.#index}
          ?speaks=${this.speaks}
          ?narrow=${narrow}
        ></checkpoint-read-out>
        ${this.#notes(track)}
      </div>
    </div>`;
  }

  #tools(view: ViewState) {
    const { run, narrow } = this;
    const { levels } = sceneOf(fieldOf(run, view.metric, view.split), view);
    const chosen = (event: Event) => (event.target as HTMLElement & { value: string }).value as "path" | "random";
    return html`
      <figure-tools .run=${run} .view=${view} .levels=${levels} .options=${options} ?narrow=${narrow}>
        ${
          this.plane
            ? html`<vscode-single-select
                slot="controls"
                class="plane"
                label=${strings.plane}
                .options=${planeOptions}
                .value=${this.plane}
                @change=${(event: Event) => emit(this, "panel-message", { kind: "plane", plane: chosen(event) })}
              ></vscode-single-select>`
            : nothing
        }
        <vscode-checkbox
          slot="options"
          data-option="follow"
          label=${strings.follow}
          title=${strings.followHint}
          .checked=${trajectoryOptions(this.view).follow}
          @change=${this.#onFollow}
        ></vscode-checkbox>
        <span slot="actions" class="status" role="status">${this.#copier.status}</span>
        ${
          narrow || view.table
            ? nothing
            : html`<vscode-toolbar-button
                slot="actions"
                icon=${this.#copier.copied ? "check" : "copy"}
                label=${common.copyImage}
                title=${common.copyImage}
                @click=${() => this.copyImage()}
              ></vscode-toolbar-button>`
        }
      </figure-tools>
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
    return html`
      ${
        explained
          ? html`<p class="note" data-note="explained">
              ${explained.isClear ? nothing : html`<vscode-icon name="warning" class="warning"></vscode-icon>`}
              <span>${this.#explainedText(track)} ${explained.isClear ? nothing : strings.unclear}</span>
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

  /** How much of the path the plane holds, beside chance; empty for planes of other directions. */
  #explainedText({ explained }: Track): string {
    if (!explained) return "";
    const { shares, walk, rows } = explained;
    const both = this.#percent(shares[0] + shares[1]);
    return strings.explained(
      both,
      rows,
      this.#percent(walk[0] + walk[1]),
      this.#percent(walk[0]),
      this.#percent(walk[1]),
    );
  }

  #percent(share: number): string {
    return formatAccuracy(100 * share);
  }

  /** What the figure shows, in words. */
  #summary({ points, explained }: Track): string {
    const { metric, split } = this.#view;
    const [first, last] = [points[0]!, points.at(-1)!].map(({ own, isMeasured }) =>
      isMeasured ? formatMetric(metric, own, split) : strings.notMeasured,
    ) as [string, string];
    const own = inSentence(strings.metric(metric));
    const name = hasSplits(this.run) ? figure.splitOf(own, splitName(this.run, split)) : own;
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

  /** The host goes on or stops; the page remembers which. */
  #onFollow = (event: Event) => {
    const { checked: follow } = event.target as HTMLElement & { checked: boolean };
    emit(this, "view-change", withOptions(this.view, "trajectory", { follow }));
    emit(this, "panel-message", { kind: "follow-training", on: follow });
  };

  #onIntent = (event: CustomEvent<CheckpointIntent>) => {
    const { kind, index, spoken = false } = event.detail;
    switch (kind) {
      case "hover":
        this.hovered = index;
        return;
      case "choose":
        this.#player.stop();
        return this.#choose(index!, spoken);
      case "actions":
        this.#player.stop();
        this.#choose(index!, spoken);
        return this.#openActions(index!);
      case "play":
        return this.#player.isPlaying ? this.#player.stop() : this.#player.play();
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
}

declare global {
  interface HTMLElementTagNameMap {
    "trajectory-view": TrajectoryView;
  }
}
