import type { PropertyValues } from "lit";
import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { redraw } from "../../charts/chart";
import type { Chart } from "../../charts/chart";
import { figureOption, numberWidths } from "../../charts/figure";
import { figureLayout, projection } from "../../charts/layout";
import type { FigureLayout } from "../../charts/layout";
import { fieldOf } from "../../state/field";
import type { RunData } from "../../state/model";
import type { Track } from "../../state/trajectory";
import { trackWindow } from "../../state/trajectory";
import { defaultView } from "../../state/view";
import { canvasStyles } from "../../styles/canvas";
import { shared } from "../../styles/shared";
import { trajectoryStrings as strings } from "../../strings/trajectory";
import { ChartController } from "../chart-controller";
import { ThemeController } from "../theme-controller";
import { trackFigure } from "./input";
import { readTrackColours } from "./track-colours";

/** A checkpoint is meant within this many pixels of its point. */
const reach = 14;

/** What happens to a checkpoint on a map or chart: `index` is undefined when none is meant any more. */
export interface CheckpointIntent {
  readonly kind: "hover" | "choose" | "actions" | "play";
  readonly index?: number;
  /** The keyboard meant it: its values are spoken. */
  readonly spoken?: boolean;
}

declare global {
  interface HTMLElementEventMap {
    "checkpoint-intent": CustomEvent<CheckpointIntent>;
  }
}

/**
 * The map of the plane with the path of training. It keeps nothing but its drawing.
 * @fires checkpoint-intent a checkpoint is pointed at, chosen, or asked for its actions
 * @fires figure-layout where the plot stands has changed (`detail`: FigureLayout)
 */
@customElement("trajectory-map")
export class TrajectoryMap extends LitElement {
  static override styles = [
    shared,
    canvasStyles,
    css`
      .canvas[data-over] > * {
        cursor: pointer !important;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) track!: Track;
  @property({ attribute: false }) view = defaultView;
  @property({ type: Number }) current = 0;
  /** The sentence that says what the figure shows. */
  @property() summary = "";
  @query(".canvas") private canvas!: HTMLElement;

  #theme = new ThemeController(this);
  #chart = new ChartController(this, () => this.canvas, {
    size: () => this.#layout,
    draw: (chart) => this.#draw(chart, this.#layout!),
  });
  #layout?: FigureLayout;

  get layout(): FigureLayout | undefined {
    return this.#layout;
  }

  override render() {
    return html`
      <div
        class="canvas"
        role="img"
        tabindex="0"
        aria-label=${this.summary}
        aria-describedby="keys"
        @pointermove=${this.#onMove}
        @pointerleave=${this.#onLeave}
        @click=${this.#onClick}
        @keydown=${this.#onKey}
      ></div>
      <span id="keys" class="spoken">${strings.keys}</span>
    `;
  }

  /** Puts the focus on the map, from which the keyboard moves along the path. */
  override focus(): void {
    this.canvas.focus();
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#measure();
    if (changed.size > 0 || this.#chart.exists) this.#chart.request();
  }

  /** Where a checkpoint stands, in pixels of this element. */
  placeOf(index: number): { readonly x: number; readonly y: number } | undefined {
    const point = this.track.points[index];
    if (!this.#layout || !point) return undefined;
    const project = projection(this.#layout.plot, trackWindow(this.run, this.track).window);
    return { x: project.x(point.x), y: project.y(point.y) };
  }

  /** Reserves the height at once, so that what is below does not jump when the drawing comes. */
  #measure(): void {
    const width = this.canvas.clientWidth;
    if (width === 0) return;
    const { window } = trackWindow(this.run, this.track);
    const { metric, split } = this.view;
    const numbers = numberWidths(fieldOf(this.run, metric, split), this.view, this.#theme.theme);
    const layout = figureLayout(width, window, window, { profiles: false, numbers });
    if (this.#layout && JSON.stringify(this.#layout) === JSON.stringify(layout)) return;
    this.#layout = layout;
    this.canvas.style.setProperty("height", `${layout.height}px`);
    this.dispatchEvent(new CustomEvent("figure-layout", { detail: layout }));
  }

  #draw(chart: Chart, layout: FigureLayout): void {
    const { width, height } = layout;
    const { run, view, track, current } = this;
    const { theme } = this.#theme;
    const { window } = trackWindow(run, track);
    const input = trackFigure({
      run,
      view,
      track,
      current,
      layout,
      window,
      theme,
      trackColours: readTrackColours(theme),
    });
    redraw(chart, figureOption(input), { width, height });
  }

  /** The nearest checkpoint within reach of the pointer; of several at one place the current one, else the last. */
  #at(event: MouseEvent): number | undefined {
    const box = this.canvas.getBoundingClientRect();
    let best: { readonly index: number; readonly distance: number } | undefined;
    for (const { index } of this.track.points) {
      const place = this.placeOf(index);
      if (!place) continue;
      const distance = Math.hypot(event.clientX - box.left - place.x, event.clientY - box.top - place.y);
      const preferred = distance - (index === this.current ? 2 : 0);
      if (distance <= reach && (best === undefined || preferred <= best.distance))
        best = { index, distance: preferred };
    }
    return best?.index;
  }

  #send(detail: CheckpointIntent): void {
    this.dispatchEvent(new CustomEvent("checkpoint-intent", { detail, bubbles: true, composed: true }));
  }

  #onMove = (event: PointerEvent) => {
    const index = this.#at(event);
    this.canvas.toggleAttribute("data-over", index !== undefined);
    this.#send({ kind: "hover", index });
  };

  #onLeave = () => {
    this.canvas.removeAttribute("data-over");
    this.#send({ kind: "hover" });
  };

  #onClick = (event: MouseEvent) => {
    const index = this.#at(event);
    if (index !== undefined) this.#send({ kind: "actions", index });
  };

  #onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.track.points.length - 1;
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? last : step && this.current + step;
    if (to !== undefined) this.#send({ kind: "choose", index: Math.min(last, Math.max(0, to)), spoken: true });
    else if (event.key === "Enter") this.#send({ kind: "actions", index: this.current });
    else if (event.key === " ") this.#send({ kind: "play" });
    else return;
    event.preventDefault();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "trajectory-map": TrajectoryMap;
  }
}
