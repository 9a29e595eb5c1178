import { css, html, LitElement, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { readChartColours } from "../../charts/line-styles";
import { linesDrawing, wholeOf } from "../../charts/lines";
import type { LinesDrawing, LinesInput } from "../../charts/lines";
import { cursorMarks, dragMark } from "../../charts/lines-cursor";
import { contains } from "../../charts/layout";
import { nearest, origin } from "../../state/field";
import { defaultView } from "../../state/view";
import { strings } from "../../strings/lines";
import { canvasStyles } from "../../styles/canvas";
import { shared } from "../../styles/shared";
import { figureIntent } from "../contour-figure/keys";
import { drawnMarks } from "../drawn";
import { linesInput } from "../lines-view/panels";
import type { Shown, Windows } from "../lines-view/panels";
import { ThemeController } from "../theme-controller";

/** A place on one of the panels. */
export interface LineCursor {
  readonly panel: number;
  readonly at: number;
  readonly pinned: boolean;
  /** The keyboard moved it: its values are spoken. */
  readonly spoken: boolean;
}

/** A change of what a panel shows; the whole without a window. */
export interface LineWindow {
  readonly panel: number;
  readonly window?: readonly [number, number];
}

/** No zoom shows less than this share of a panel, and a drag shorter than this many pixels is a click. */
const smallestShare = 1 / 64;
const smallestDrag = 6;

/**
 * The lines as a drawing. Cursor and windows come from outside, and every wish to change them is an event.
 * @fires line-cursor the cursor was moved, pinned or freed (`detail`: LineCursor or null)
 * @fires line-window a zoom (`detail`: LineWindow)
 * @fires figure-copy the picture is to be copied
 */
@customElement("lines-figure")
export class LinesFigure extends LitElement {
  static override styles = [
    shared,
    canvasStyles,
    css`
      .canvas {
        min-height: 200px;
      }

      .canvas[data-inside] {
        cursor: crosshair;
      }

      svg {
        display: block;
        font-family: var(--vscode-font-family);
      }
    `,
  ];

  @property({ attribute: false }) shown!: Shown;
  @property({ attribute: false }) view = defaultView;
  @property({ attribute: false }) windows: Windows = [];
  @property({ attribute: false }) cursor?: LineCursor;
  /** What the figure shows, in a sentence. */
  @property() summary = "";
  @query(".canvas") private canvas!: HTMLElement;
  @state() private width = 0;
  @state() private drag?: { readonly panel: number; readonly from: number; readonly to: number };

  #theme = new ThemeController(this);
  #resize = new ResizeObserver(() => (this.width = this.canvas.clientWidth));
  #drawn?: { readonly key: readonly unknown[]; readonly input: LinesInput; readonly drawing: LinesDrawing };
  #press?: { readonly panel: number; readonly x: number };

  override connectedCallback(): void {
    super.connectedCallback();
    // Text that is measured before its font has arrived stays at the wrong width.
    void document.fonts.ready.then(() => {
      this.#drawn = undefined;
      this.requestUpdate();
    });
    if (this.hasUpdated) this.#resize.observe(this.canvas);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  /** What is drawn, for those who ask what it says. */
  get drawing(): LinesDrawing | undefined {
    return this.#drawn?.drawing;
  }

  protected override firstUpdated(): void {
    this.#resize.observe(this.canvas);
    this.width = this.canvas.clientWidth;
  }

  override render() {
    const drawn = this.width > 0 ? this.#draw() : undefined;
    return html`
      <div
        class="canvas"
        role="img"
        tabindex="0"
        aria-label=${this.summary}
        aria-describedby="keys"
        @pointermove=${this.#onMove}
        @pointerleave=${this.#onLeave}
        @pointerdown=${this.#onPress}
        @pointerup=${this.#onRelease}
        @pointercancel=${this.#onAbort}
        @dblclick=${this.#onDoubleClick}
        @keydown=${this.#onKey}
      >
        ${
          drawn
            ? html`<svg
                width=${drawn.drawing.width}
                height=${drawn.drawing.height}
                viewBox=${`0 0 ${drawn.drawing.width} ${drawn.drawing.height}`}
                aria-hidden="true"
              >
                ${drawnMarks(drawn.drawing.marks)} ${this.#over(drawn.drawing)}
              </svg>`
            : html``
        }
      </div>
      <span id="keys" class="spoken">${strings.keys}</span>
    `;
  }

  #draw() {
    const { shown, view, windows, width } = this;
    const { theme } = this.#theme;
    const key = [shown, view, windows, width, theme];
    if (this.#drawn && key.every((part, k) => part === this.#drawn!.key[k])) return this.#drawn;
    const input = linesInput(shown, { width, view, windows, theme, page: readChartColours() });
    this.#drawn = { key, input, drawing: linesDrawing(input) };
    return this.#drawn;
  }

  /** What follows the pointer. */
  #over({ panels }: LinesDrawing) {
    const { cursor, drag } = this;
    const { theme } = this.#theme;
    const marks = [
      ...(drag ? [dragMark(panels[drag.panel]!, drag.from, drag.to, theme)] : []),
      ...(cursor && panels[cursor.panel]
        ? cursorMarks(panels[cursor.panel]!, cursor.at, this.#valuesAt(cursor), theme)
        : []),
    ];
    return svg`<g class="over">${drawnMarks(marks, "over")}</g>`;
  }

  #valuesAt({ panel, at }: LineCursor) {
    return this.#drawn!.input.panels[panel]!.curves.flatMap(({ x, values, origins, axis, style }) => {
      const k = nearest(x, at);
      if (x[k] !== at || origins[k] === origin.unknown) return [];
      return [{ axis, value: values[k]!, colour: style.colour, isMeasured: origins[k] === origin.measured }];
    });
  }

  #emit(name: "line-cursor" | "line-window" | "figure-copy", detail?: LineCursor | LineWindow): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #pixel(event: MouseEvent): { readonly x: number; readonly y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #panelAt({ x, y }: { readonly x: number; readonly y: number }): number {
    return (this.drawing?.panels ?? []).findIndex(({ plot }) => contains(plot, x, y));
  }

  #whole(panel: number): readonly [number, number] {
    return wholeOf(this.#drawn!.input.panels[panel]!);
  }

  #window(panel: number): readonly [number, number] {
    return this.windows[panel] ?? this.#whole(panel);
  }

  #placeAt(panel: number, x: number): number {
    const { plot, window } = this.drawing!.panels[panel]!;
    const share = Math.min(1, Math.max(0, (x - plot.x) / plot.width));
    return window[0] + share * (window[1] - window[0]);
  }

  /** Places of the first line of a panel, at which the cursor stands. */
  #nodes(panel: number): readonly number[] {
    return this.shown.panels[panel]?.rows[0]?.curves[0]?.x ?? [];
  }

  #cursorAt(panel: number, at: number): LineCursor {
    const nodes = this.#nodes(panel);
    return { panel, at: nodes[nearest(nodes, at)] ?? at, pinned: false, spoken: false };
  }

  #onMove = (event: PointerEvent) => {
    const pixel = this.#pixel(event);
    if (this.#press) {
      const { panel, x } = this.#press;
      this.drag = Math.abs(pixel.x - x) >= smallestDrag ? { panel, from: x, to: pixel.x } : undefined;
      return;
    }
    const panel = this.#panelAt(pixel);
    this.canvas.toggleAttribute("data-inside", panel >= 0);
    if (this.cursor?.pinned) return;
    if (panel >= 0) this.#emit("line-cursor", this.#cursorAt(panel, this.#placeAt(panel, pixel.x)));
    else if (this.cursor) this.#emit("line-cursor");
  };

  #onLeave = () => {
    this.canvas.removeAttribute("data-inside");
    if (!this.#press && this.cursor && !this.cursor.pinned) this.#emit("line-cursor");
  };

  #onPress = (event: PointerEvent) => {
    const pixel = this.#pixel(event);
    const panel = this.#panelAt(pixel);
    if (event.button !== 0 || panel < 0) return;
    this.#press = { panel, x: pixel.x };
    this.canvas.setPointerCapture(event.pointerId);
  };

  #onRelease = (event: PointerEvent) => {
    const [press, drag] = [this.#press, this.drag];
    this.#onAbort();
    if (!press) return;
    if (!drag) {
      if (event.detail < 2) {
        this.#emit("line-cursor", {
          ...this.#cursorAt(press.panel, this.#placeAt(press.panel, press.x)),
          pinned: true,
        });
      }
      return;
    }
    const ends = [this.#placeAt(drag.panel, drag.from), this.#placeAt(drag.panel, drag.to)].sort((a, b) => a - b);
    this.#zoom(drag.panel, ends[0]!, ends[1]!);
  };

  #onAbort = () => {
    this.#press = undefined;
    this.drag = undefined;
  };

  /** The first of its two clicks has pinned the cursor; that is taken back. */
  #onDoubleClick = (event: MouseEvent) => {
    const panel = this.#panelAt(this.#pixel(event));
    this.#emit("line-cursor");
    if (panel >= 0) this.#emit("line-window", { panel });
  };

  /** Shows a part of a panel, held inside the whole. */
  #zoom(panel: number, from: number, to: number): void {
    const whole = this.#whole(panel);
    const span = whole[1] - whole[0];
    const size = Math.max(to - from, span * smallestShare);
    if (size >= span * (1 - 1e-9)) return this.#emit("line-window", { panel });
    const start = Math.min(Math.max((from + to - size) / 2, whole[0]), whole[1] - size);
    this.#emit("line-window", { panel, window: [start, start + size] });
  }

  #onKey = (event: KeyboardEvent) => {
    const intent = figureIntent(event);
    if (!intent || !this.#drawn) return;
    event.preventDefault();
    const panel = this.cursor?.panel ?? 0;
    const nodes = this.#nodes(panel);
    const from = this.cursor ?? { ...this.#cursorAt(panel, 0), spoken: true };
    switch (intent.kind) {
      case "move": {
        if (intent.rows !== 0) return this.#toPanel(from, intent.rows < 0 ? 1 : -1);
        const next = Math.min(nodes.length - 1, Math.max(0, nearest(nodes, from.at) + intent.columns));
        return this.#place({ ...from, at: nodes[next] ?? from.at, spoken: true });
      }
      case "home":
        return this.#place({ ...this.#cursorAt(panel, 0), pinned: from.pinned, spoken: true });
      case "pin":
        return this.#emit("line-cursor", { ...from, pinned: true, spoken: true });
      case "free":
        return this.#emit("line-cursor");
      case "zoom": {
        const window = this.#window(panel);
        const half = ((window[1] - window[0]) * intent.factor) / 2;
        return this.#zoom(panel, from.at - half, from.at + half);
      }
      case "reset":
        return this.#emit("line-window", { panel });
      case "copy":
        return this.#emit("figure-copy");
    }
  };

  /** Up and down lead to the other cut. */
  #toPanel(from: LineCursor, by: number): void {
    const panel = Math.min(this.shown.panels.length - 1, Math.max(0, from.panel + by));
    this.#place({ ...this.#cursorAt(panel, from.at), pinned: from.pinned, spoken: true });
  }

  /** A cursor moved by the keyboard stays in sight. */
  #place(cursor: LineCursor): void {
    this.#emit("line-cursor", cursor);
    const window = this.windows[cursor.panel];
    if (!window) return;
    const shift = Math.min(0, cursor.at - window[0]) + Math.max(0, cursor.at - window[1]);
    if (shift !== 0) this.#zoom(cursor.panel, window[0] + shift, window[1] + shift);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "lines-figure": LinesFigure;
  }
}
