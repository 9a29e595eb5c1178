import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { curvatureStrings as strings } from "../../strings/curvature";
import type { Box } from "../../../server/drawing/box";
import { cellAt, cellBox, curvatureElements, cursorElements, scaleNumbersWidth } from "../../charts/curvature-map";
import type { CurvatureFigureInput } from "../../charts/curvature-map";
import { curvatureScale } from "../../charts/curvature-scale";
import { figureLayout } from "../../charts/layout";
import type { FigureLayout, NumberWidths } from "../../charts/layout";
import { sceneOf } from "../../charts/scene";
import type { FigureTheme } from "../../charts/theme";
import type { ViewState } from "../../protocol/messages";
import { cellWindow, curvatureMapOf } from "../../state/curvature";
import type { CurvatureMap, Quantity } from "../../state/curvature";
import { fieldOf } from "../../state/field";
import type { RunData } from "../../state/model";
import { defaultView } from "../../state/view";
import { canvasStyles } from "../../styles/canvas";
import { shared } from "../../styles/shared";
import { figureIntent } from "../contour-figure/keys";
import { DrawingController } from "../drawing-controller";
import type { Drawing } from "../drawing-controller";
import { ThemeController } from "../theme-controller";

/** The point that the read-out speaks about. */
export interface CellCursor {
  /** Row-major. */
  readonly index: number;
  readonly pinned: boolean;
  /** The keyboard moved it: its values are spoken. */
  readonly spoken: boolean;
}

/** What is to be drawn of a run's curvature. */
export function curvatureInput(parts: {
  readonly run: RunData;
  readonly map: CurvatureMap;
  readonly quantity: Quantity;
  readonly contours: boolean;
  readonly view: ViewState;
  /** Of the canvas, in pixels. */
  readonly width: number;
  readonly theme: FigureTheme;
}): CurvatureFigureInput {
  const { run, map, quantity, contours, view, width, theme } = parts;
  const { kind, axes } = run.header.directions;
  const scale = curvatureScale(map, quantity, view.colours, theme.dark);
  const numbers = { bar: scale ? scaleNumbersWidth(scale, theme) : 0, profile: 0 };
  return {
    map,
    quantity,
    scale,
    loss: contours ? sceneOf(fieldOf(run, "loss"), view) : undefined,
    layout: mapLayout(map, width, numbers),
    theme,
    axes: kind === "random" ? [strings.alphaAxis, strings.betaAxis] : axes,
  };
}

/** Where a map stands on a canvas of this width. */
export function mapLayout(map: CurvatureMap, width: number, numbers?: NumberWidths): FigureLayout {
  const window = cellWindow(map);
  return figureLayout(width, window, window, { profiles: false, numbers });
}

/**
 * The curvature map on a canvas. The cursor comes from outside, and every wish to move it is an event.
 * @fires figure-cell the cursor was moved, pinned or freed (`detail`: CellCursor, or nothing)
 * @fires figure-copy the picture is to be copied
 */
@customElement("curvature-figure")
export class CurvatureFigure extends LitElement {
  static override styles = [
    shared,
    canvasStyles,
    css`
      .canvas[data-inside] > * {
        cursor: crosshair !important;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) view = defaultView;
  @property() quantity: Quantity = "ratio";
  @property({ type: Boolean }) contours = false;
  @property({ attribute: false }) cursor?: CellCursor;
  /** In words, for assistive technology. */
  @property() summary = "";
  @query(".canvas") private canvas!: HTMLElement;

  #theme = new ThemeController(this);
  #key: readonly unknown[] = [];
  #drawing?: Drawing;
  /** Where the map stands on the canvas. */
  #plot?: Box;

  constructor() {
    super();
    new DrawingController(
      this,
      () => this.canvas,
      (width) => this.#draw(width),
      () => this.#cursorElements(),
    );
  }

  get #map(): CurvatureMap {
    return curvatureMapOf(this.run)!;
  }

  #draw(width: number): Drawing {
    const { run, quantity, contours, view } = this;
    const { theme } = this.#theme;
    const key = [run, quantity, contours, view.colours, view.scale, view.clip, theme, width];
    if (this.#drawing && key.every((part, k) => part === this.#key[k])) return this.#drawing;
    this.#key = key;
    const map = this.#map;
    const input = curvatureInput({ run, map, quantity, contours, view, width, theme });
    this.#plot = input.layout.plot;
    const { width: wide, height } = input.layout;
    return (this.#drawing = { width: wide, height, elements: curvatureElements(input) });
  }

  #cursorElements() {
    if (!this.cursor || !this.#plot) return [];
    return cursorElements(cellBox(this.#map, this.#plot, this.cursor.index), this.#theme.theme);
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
      <span id="keys" class="spoken">${strings.mapKeys}</span>
    `;
  }

  #emit(name: "figure-cell" | "figure-copy", detail?: CellCursor): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #cellAt(event: MouseEvent): number | undefined {
    if (!this.#plot) return undefined;
    const box = this.canvas.getBoundingClientRect();
    return cellAt(this.#map, this.#plot, event.clientX - box.left, event.clientY - box.top);
  }

  #onMove = (event: PointerEvent) => {
    const index = this.#cellAt(event);
    this.canvas.toggleAttribute("data-inside", index !== undefined);
    if (this.cursor?.pinned || index === this.cursor?.index) return;
    this.#emit("figure-cell", index === undefined ? undefined : { index, pinned: false, spoken: false });
  };

  #onLeave = () => {
    this.canvas.removeAttribute("data-inside");
    if (this.cursor && !this.cursor.pinned) this.#emit("figure-cell");
  };

  #onClick = (event: MouseEvent) => {
    const index = this.#cellAt(event);
    if (index === undefined) return;
    const isPinned = this.cursor?.pinned === true && this.cursor.index === index;
    this.#emit("figure-cell", { index, pinned: !isPinned, spoken: false });
  };

  #onKey = (event: KeyboardEvent) => {
    const intent = figureIntent(event);
    if (!intent || intent.kind === "zoom" || intent.kind === "reset") return;
    event.preventDefault();
    const { x, y } = this.#map;
    const pinned = this.cursor?.pinned === true;
    const index = this.cursor?.index ?? nearestToCentre(this.#map);
    switch (intent.kind) {
      case "move": {
        const held = (at: number, count: number): number => Math.min(count - 1, Math.max(0, at));
        const column = held((index % x.length) + intent.columns, x.length);
        const row = held(Math.floor(index / x.length) + intent.rows, y.length);
        return this.#emit("figure-cell", { index: row * x.length + column, pinned, spoken: true });
      }
      case "home":
        return this.#emit("figure-cell", { index: nearestToCentre(this.#map), pinned, spoken: true });
      case "pin":
        return this.#emit("figure-cell", { index, pinned: true, spoken: true });
      case "free":
        return this.#emit("figure-cell");
      case "copy":
        return this.#emit("figure-copy");
    }
  };
}

/** The point that lies nearest to the trained weights. */
export function nearestToCentre({ x, y }: CurvatureMap): number {
  const nearest = (nodes: readonly number[]): number =>
    nodes.reduce((best, node, k) => (Math.abs(node) < Math.abs(nodes[best]!) ? k : best), 0);
  return nearest(y) * x.length + nearest(x);
}

declare global {
  interface HTMLElementTagNameMap {
    "curvature-figure": CurvatureFigure;
  }
}
