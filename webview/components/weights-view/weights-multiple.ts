import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { LayerWeights } from "../../../server/protocol/weights";
import { formatLoss, formatTick } from "../../charts/format";
import {
  binAt,
  binEnds,
  histogramDrawing,
  multipleHeight,
  multiplePlot,
  normsDrawing,
  rankAt,
} from "../../charts/histograms";
import type { Drawing } from "../../charts/drawing";
import type { FigureTheme } from "../../charts/theme";
import { filterDetails, layerDetails, sortedNorms, withFewerBins } from "../../state/weights";
import { strings } from "../../strings/weights";
import { shared } from "../../styles/shared";
import { drawnMarks } from "../drawn";

export type WeightsMode = "values" | "filters";

/** The drawing of one layer, on the page and in pictures. */
export function layerDrawing(parts: {
  readonly layer: LayerWeights;
  readonly mode: WeightsMode;
  readonly range: readonly [number, number];
  readonly width: number;
  readonly theme: FigureTheme;
  readonly warning: string;
  readonly at?: number;
}): Drawing {
  const { mode, range, width, theme, warning, at } = parts;
  const layer = withFewerBins(parts.layer);
  const { name, shape, from, to, models, filterNorms } = layer;
  const named = { width, theme, title: name, aside: strings.shape(shape) };
  return mode === "values"
    ? histogramDrawing({ ...named, details: layerDetails(layer), from, to, models, range, bin: at })
    : normsDrawing({ ...named, details: filterDetails(layer), norms: filterNorms.map(sortedNorms), warning, rank: at });
}

/**
 * One layer, drawn when it is in sight.
 * @fires layer-reading what is read at the place that is pointed at (`detail`: string, empty when nothing is)
 */
@customElement("weights-multiple")
export class WeightsMultiple extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        min-width: 0;
      }

      svg {
        display: block;
        font-family: var(--vscode-font-family);
      }
    `,
  ];

  @property({ attribute: false }) layer!: LayerWeights;
  @property() mode: WeightsMode = "values";
  @property({ attribute: false }) range: readonly [number, number] = [-1, 1];
  @property({ attribute: false }) names: readonly string[] = [];
  @property({ attribute: false }) theme!: FigureTheme;
  @property() warning = "";
  @property({ type: Number }) width = 0;
  /** Draws however far away it is, for those who ask. */
  @state() private isNear = false;
  /** The bin or the rank that is pointed at. */
  @state() private at?: number;

  #drawing?: Drawing;
  #sight = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) {
        this.isNear = true;
        this.#sight.disconnect();
      }
    },
    { rootMargin: "300px" },
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.style.setProperty("height", `${multipleHeight}px`);
    this.#sight.observe(this);
    this.addEventListener("pointermove", this.#onMove);
    this.addEventListener("pointerleave", this.#onLeave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sight.disconnect();
    this.removeEventListener("pointermove", this.#onMove);
    this.removeEventListener("pointerleave", this.#onLeave);
  }

  /** What is drawn; nothing before it was in sight. */
  get drawing(): Drawing | undefined {
    return this.#drawing;
  }

  /** Moves what is pointed at by bins or ranks; from the middle at first. */
  step(by: number): void {
    const size = this.#size;
    const from = this.at ?? Math.floor(size / 2) - by;
    this.#point(Math.min(size - 1, Math.max(0, from + by)));
  }

  /** Points at nothing. */
  leave(): void {
    if (this.at !== undefined) this.#point(undefined);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("layer") || changed.has("mode")) this.at = undefined;
  }

  override render() {
    const { layer, mode, range, width, theme, warning, at } = this;
    const details = mode === "values" ? layerDetails(layer) : filterDetails(layer);
    this.#drawing =
      this.isNear && width > 0 ? layerDrawing({ layer, mode, range, width, theme, warning, at }) : undefined;
    return html`<svg
      role="img"
      aria-label=${strings.layerLabel(layer.name, details)}
      width=${width}
      height=${multipleHeight}
      viewBox=${`0 0 ${width} ${multipleHeight}`}
    >
      ${this.#drawing ? drawnMarks(this.#drawing.marks) : nothing}
    </svg>`;
  }

  get #size(): number {
    const { mode } = this;
    const layer = withFewerBins(this.layer);
    return mode === "values" ? (layer.models[0]?.bins.length ?? 0) : (layer.filterNorms[0]?.length ?? 0);
  }

  #onMove = (event: PointerEvent) => {
    const x = event.clientX - this.getBoundingClientRect().left;
    const plot = multiplePlot(this.width);
    const at =
      this.mode === "values"
        ? binAt({ ...withFewerBins(this.layer), range: this.range }, plot, x)
        : rankAt(this.#size, plot, x);
    if (at !== this.at) this.#point(at);
  };

  #onLeave = () => this.leave();

  #point(at: number | undefined): void {
    this.at = at;
    this.dispatchEvent(new CustomEvent("layer-reading", { detail: this.#reading(), bubbles: true, composed: true }));
  }

  /** What is read at the place: the counts of a bin, or the norms of a rank, in every file. */
  #reading(): string {
    const { mode, names, at } = this;
    const layer = withFewerBins(this.layer);
    if (at === undefined) return "";
    if (mode === "values") {
      const [from, to] = binEnds(layer, at, this.#size);
      const values = layer.models.map(({ bins }, k) => strings.binValues(bins[at]!, names[k]!));
      const written = (value: number) => formatTick(Number(value.toPrecision(3)));
      return strings.bin(layer.name, written(from), written(to), values.join(", "));
    }
    const values = layer.filterNorms.map((norms, k) =>
      strings.filterValue(formatLoss(sortedNorms(norms)[at]!), names[k]!),
    );
    return strings.filter(layer.name, at + 1, this.#size, values.join(", "));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "weights-multiple": WeightsMultiple;
  }
}
