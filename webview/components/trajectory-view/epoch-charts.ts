import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { createChart } from "../../charts/chart";
import type { Chart } from "../../charts/chart";
import type { FigureLayout } from "../../charts/layout";
import { epochLayout, epochsOption, timeRange } from "../../charts/trajectory/epochs";
import type { EpochLayout } from "../../charts/trajectory/epochs";
import type { Metric, Split } from "../../state/field";
import { formatMetric } from "../../state/summary";
import type { Track } from "../../state/trajectory";
import { nearestInTime } from "../../state/trajectory";
import { canvasStyles } from "../../styles/canvas";
import { shared } from "../../styles/shared";
import { inSentence } from "../../strings/l10n";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import { SizeController } from "../size-controller";
import { ThemeController } from "../theme-controller";
import { readTrackColours } from "./track-colours";
import type { CheckpointIntent } from "./trajectory-map";

/** Width of the slider's thumb in pixels: it overhangs the chart by half of it on either side. */
const thumb = 16;

/** Room beside charts that do not stand below a map: for numbers and names on the left, for the share on the right. */
const sides = { left: 54, right: 56 } as const;

/**
 * Charts by epoch with the slider below them: left and right edge are those of the map above, so that the thumb stands
 * under its point; without one the charts are as wide as their place.
 * @fires checkpoint-intent a checkpoint is pointed at or chosen, or playing is asked for
 */
@customElement("epoch-charts")
export class EpochCharts extends LitElement {
  static override styles = [
    shared,
    canvasStyles,
    css`
      .charts {
        --ll-track: color-mix(in srgb, var(--vscode-foreground) 40%, var(--vscode-editor-background));
        position: relative;
        width: 100%;
      }

      .canvas {
        height: 100%;
      }

      .slider {
        position: absolute;
        margin: 0;
        height: 20px;
        appearance: none;
        background: none;
        cursor: pointer;
      }

      .slider::-webkit-slider-runnable-track {
        height: 2px;
        /* The line ends where the chart does; the thumb overhangs it by half its width. */
        background: linear-gradient(var(--ll-track), var(--ll-track)) no-repeat 8px 0 / calc(100% - 16px) 2px;
      }

      .slider::-webkit-slider-thumb {
        appearance: none;
        box-sizing: border-box;
        width: 16px;
        height: 16px;
        margin-top: -7px;
        border-radius: 50%;
        background: var(--vscode-charts-blue);
        border: 3px solid var(--vscode-editor-background);
        outline: 1px solid var(--vscode-charts-blue);
      }

      .slider:focus-visible {
        outline: none;
      }

      .slider:focus-visible::-webkit-slider-thumb {
        outline: 2px solid var(--vscode-focusBorder);
      }

      vscode-toolbar-button {
        position: absolute;
      }
    `,
  ];

  @property({ attribute: false }) track!: Track;
  @property({ attribute: false }) metric: Metric = "loss";
  @property({ attribute: false }) split: Split = 0;
  @property({ type: Number }) current = 0;
  @property({ type: Boolean }) playing = false;
  /** Where the map above stands, which the charts follow. */
  @property({ attribute: false }) map?: FigureLayout;
  /** The map is not above but beside them. */
  @property({ type: Boolean }) beside = false;
  @query(".canvas") private canvas!: HTMLElement;
  @query(".charts") private charts!: HTMLElement;
  @query(".slider") private slider!: HTMLInputElement;
  @query("vscode-toolbar-button") private button!: HTMLElement;

  #theme = new ThemeController(this);
  #chart?: Chart;
  #layout?: EpochLayout;
  #framePending = false;
  protected readonly size = new SizeController(this, () => this.requestUpdate());

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chart?.dispose();
    this.#chart = undefined;
  }

  override render() {
    const { points } = this.track;
    const [from, to] = timeRange(points);
    const point = points[this.current]!;
    const value = formatMetric(this.metric, point.own, this.split);
    const name = strings.metric(this.metric);
    return html`
      <div class="charts">
        <div
          class="canvas"
          role="img"
          aria-label=${strings.chartLabel(name)}
          @pointermove=${this.#onMove}
          @pointerleave=${() => this.#send({ kind: "hover" })}
          @click=${this.#onClick}
        ></div>
        <vscode-toolbar-button
          icon=${this.playing ? "debug-pause" : "play"}
          label=${this.playing ? strings.pause : strings.play}
          title=${this.playing ? strings.pause : strings.play}
          @click=${() => this.#send({ kind: "play" })}
        ></vscode-toolbar-button>
        <input
          class="slider"
          type="range"
          aria-label=${strings.epochSlider}
          aria-valuetext=${strings.sliderText(point.label, points.at(-1)!.label, inSentence(name), value)}
          min=${from}
          max=${to}
          step="any"
          .value=${String(point.time)}
          @input=${this.#onInput}
          @change=${this.#onInput}
          @keydown=${this.#onKey}
        />
      </div>
    `;
  }

  get layout(): EpochLayout | undefined {
    return this.#layout;
  }

  protected override updated(): void {
    this.#place();
    // The property of a moved thumb is not written again by a template that has not changed.
    this.slider.value = String(this.track.points[this.current]!.time);
    if (this.#framePending) return;
    this.#framePending = true;
    void document.fonts.ready.then(() =>
      requestAnimationFrame(() => {
        this.#framePending = false;
        this.#draw();
      }),
    );
  }

  /** Where the charts stand: below the map, or in all of their place; undefined before that has a size. */
  #wanted(): EpochLayout | undefined {
    if (!this.beside) return this.map && epochLayout(this.map.width, this.map.plot);
    const width = this.clientWidth;
    const inner = width - sides.left - sides.right;
    return inner > 0 ? epochLayout(width, { x: sides.left, width: inner }) : undefined;
  }

  #place(): void {
    const layout = this.#wanted();
    if (!layout || JSON.stringify(layout) === JSON.stringify(this.#layout)) return;
    const plot = layout.values;
    this.#layout = layout;
    const set = (element: HTMLElement, name: string, pixels: number): void =>
      element.style.setProperty(name, `${pixels}px`);
    set(this.charts, "height", layout.height);
    set(this.slider, "left", plot.x - thumb / 2);
    set(this.slider, "width", plot.width + thumb);
    set(this.slider, "top", layout.slider - 10);
    set(this.button, "left", plot.x - 44);
    set(this.button, "top", layout.slider - 11);
  }

  #draw(): void {
    const layout = this.#layout;
    if (document.hidden || !this.isConnected || !layout) return;
    const { width, height } = layout;
    this.#chart ??= createChart(this.canvas, { width, height });
    const { track, current, metric, split } = this;
    const { theme } = this.#theme;
    this.#chart.resize({ width, height });
    this.#chart.setOption(
      epochsOption({ track, current, metric, split, layout, theme, trackColours: readTrackColours(theme) }),
      true,
    );
  }

  #at(event: MouseEvent): number | undefined {
    const layout = this.#layout;
    if (!layout) return undefined;
    const { left } = this.canvas.getBoundingClientRect();
    const share = (event.clientX - left - layout.values.x) / layout.values.width;
    if (share < -0.03 || share > 1.03) return undefined;
    const [from, to] = timeRange(this.track.points);
    return nearestInTime(this.track.points, from + share * (to - from));
  }

  #send(detail: CheckpointIntent): void {
    this.dispatchEvent(new CustomEvent("checkpoint-intent", { detail, bubbles: true, composed: true }));
  }

  #onMove = (event: PointerEvent) => this.#send({ kind: "hover", index: this.#at(event) });

  #onClick = (event: MouseEvent) => {
    const index = this.#at(event);
    if (index !== undefined) this.#send({ kind: "choose", index });
  };

  /** The thumb stands at checkpoints only. */
  #onInput = () => {
    const index = nearestInTime(this.track.points, Number(this.slider.value));
    this.slider.value = String(this.track.points[index]!.time);
    if (index !== this.current) this.#send({ kind: "choose", index });
  };

  #onKey = (event: KeyboardEvent) => {
    const last = this.track.points.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: this.current - 1,
      ArrowDown: this.current - 1,
      PageDown: this.current - 5,
      ArrowRight: this.current + 1,
      ArrowUp: this.current + 1,
      PageUp: this.current + 5,
      Home: 0,
      End: last,
    };
    const to = steps[event.key];
    if (to !== undefined) this.#send({ kind: "choose", index: Math.min(last, Math.max(0, to)) });
    else if (event.key === " ") this.#send({ kind: "play" });
    else return;
    event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "epoch-charts": EpochCharts;
  }
}
