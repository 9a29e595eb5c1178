import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { curvatureStrings as strings } from "../../strings/curvature";
import { densityElements, densityLayout } from "../../charts/density-plot";
import { formatAccuracy, formatLoss } from "../../charts/format";
import type { FigureTheme } from "../../charts/theme";
import { curvatureMapOf } from "../../state/curvature";
import type { CurvatureMap } from "../../state/curvature";
import type { RunData } from "../../state/model";
import { toNumber } from "../../state/numbers";
import type { DensityCurve, Estimated, NegativeMass } from "../../state/spectrum";
import { averageDensity, densityCurve, isFiniteDensity, meanOf, negativeMass } from "../../state/spectrum";
import { shared } from "../../styles/shared";
import type { Drawing } from "../drawing-controller";
import "../drawn-figure/drawn-figure";

/** Points at which the density is drawn. */
const curvePoints = 600;

/** What is drawn of a run's spectral density. */
export interface Spectrum {
  readonly curve: DensityCurve;
  /** Smallest and largest eigenvalue: of the map where it has θ*, otherwise Ritz values. */
  readonly ends: readonly [number, number];
  readonly isFromMap: boolean;
  readonly mass: NegativeMass;
  readonly vectors: number;
  readonly values: number;
}

const spectra = new WeakMap<object, Spectrum>();

/** The spectrum at the trained weights; undefined while it is not measured, or not finite. */
export function spectrumOf(run: RunData): Spectrum | undefined {
  const densities = run.extras?.centreCurvature?.densities ?? [];
  if (densities.length === 0 || !densities.every(isFiniteDensity)) return undefined;
  const kept = spectra.get(run);
  if (kept) return kept;
  const average = averageDensity(densities);
  const centre = curvatureMapOf(run)?.centre;
  const isFromMap = centre !== undefined && centre.state !== "not-finite";
  const spectrum: Spectrum = {
    curve: densityCurve(average, curvePoints),
    ends: isFromMap ? [centre.min, centre.max] : [average.values[0]!, average.values[average.values.length - 1]!],
    isFromMap,
    mass: negativeMass(densities),
    vectors: densities.length,
    values: average.values.length,
  };
  spectra.set(run, spectrum);
  return spectrum;
}

/** What is measured of the Hessian at the trained weights: eigenvalues, trace, density, ε-sharpness. */
@customElement("curvature-spectrum")
export class CurvatureSpectrum extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        border-top: 1px solid var(--ll-rule);
        margin-top: 8px;
        padding: 12px 0 4px;
      }

      /* Beside the map, its heading is as high as what the map is of. */
      @media (min-width: 1240px) {
        section {
          border-top: 0;
          margin-top: 0;
          padding-top: 10px;
        }
      }

      h2 {
        font-size: 13px;
        font-weight: 600;
        padding: 0 16px;
      }

      dl {
        display: grid;
        grid-template-columns: max-content max-content minmax(0, 1fr);
        gap: 4px 16px;
        padding: 8px 16px 4px;
        font-size: 12px;
        line-height: 18px;
      }

      dl > div {
        display: contents;
      }

      .value {
        text-align: right;
        font-variant-numeric: tabular-nums;
        font-weight: 600;
      }

      .meaning,
      .note {
        color: var(--ll-muted);
      }

      .note {
        padding: 0 16px 6px;
        font-size: 12px;
        line-height: 18px;
      }

      .figure {
        padding: 4px 0 0 8px;
      }

      :host([narrow]) dl {
        grid-template-columns: max-content minmax(0, 1fr);
      }

      :host([narrow]) .value {
        text-align: left;
      }

      :host([narrow]) .meaning {
        grid-column: 1 / -1;
        padding-bottom: 4px;
      }

      :host([narrow]) h2,
      :host([narrow]) dl,
      :host([narrow]) .note {
        padding-left: 12px;
        padding-right: 12px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) map!: CurvatureMap;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const { run, map } = this;
    const { traceSamples = [], densities = [] } = run.extras?.centreCurvature ?? {};
    const spectrum = spectrumOf(run);
    return html`
      <section aria-label=${strings.spectrum}>
        <h2>${strings.spectrum}</h2>
        <dl>${this.#eigenvalues(map)} ${this.#trace(traceSamples)} ${this.#sharpness()}</dl>
        ${spectrum ? this.#density(spectrum) : nothing}
        ${!spectrum && densities.length > 0 ? html`<p class="note">${strings.densityNotFinite}</p>` : nothing}
      </section>
    `;
  }

  #row(name: string, title: string, value: string, exact: number, ...meaning: readonly string[]) {
    return html`<div>
      <dt>${title}</dt>
      <dd class="value" data-fact=${name} data-value=${String(exact)}>${value}</dd>
      <dd class="meaning">${meaning.join(" ")}</dd>
    </div>`;
  }

  #eigenvalues({ centre }: CurvatureMap) {
    if (!centre) return nothing;
    const below = centre.min < 0 ? strings.minMeaning : strings.minMeaningPositive;
    return [
      this.#row("max", strings.maxName, formatLoss(centre.max), centre.max, strings.maxMeaning),
      this.#row("min", strings.minName, formatLoss(centre.min), centre.min, below),
    ];
  }

  #trace(samples: readonly number[]) {
    if (samples.length === 0) return nothing;
    const trace = meanOf(samples);
    const { size } = this.map;
    const meaning =
      size === undefined ? strings.traceMeaningAlone : strings.traceMeaning(formatLoss(trace.value / size));
    const value = samples.length > 1 ? withError(trace, formatLoss) : formatLoss(trace.value);
    return this.#row(
      "trace",
      strings.traceName,
      value,
      trace.value,
      meaning,
      `${strings.traceProbes(samples.length)}.`,
    );
  }

  #sharpness() {
    const values = this.run.extras?.sharpness;
    if (!values) return nothing;
    const sharpness = toNumber(values.sharpness);
    const meaning = strings.sharpnessMeaning(
      String(values.epsilon),
      formatLoss(toNumber(values.centre)),
      formatLoss(toNumber(values.largest)),
    );
    const value = strings.sharpnessValue(formatLoss(sharpness));
    return this.#row("sharpness", strings.sharpnessName, value, sharpness, meaning);
  }

  #density(spectrum: Spectrum) {
    const { curve, ends, mass, vectors, values } = spectrum;
    const percent = (share: Estimated): string => {
      const whole = { ...share, value: 100 * share.value, error: 100 * share.error };
      return Number.isFinite(whole.error) && whole.error > 0
        ? withError(whole, (value) => value.toFixed(1)) + "\u00a0%"
        : formatAccuracy(whole.value);
    };
    const words =
      mass.belowZero.value > 0
        ? strings.negativeMass(percent(mass.belowZero), percent(mass.beyond))
        : strings.noNegativeMass;
    return html`
      <div class="figure">
        <drawn-figure
          .data=${spectrum}
          .draw=${(width: number, theme: FigureTheme) => densityDrawing(spectrum, width, theme)}
          .summary=${strings.densityLabel(formatLoss(ends[0]), formatLoss(ends[1]), vectors)}
        ></drawn-figure>
      </div>
      <p class="note" data-note="mass">${words}</p>
      <p class="note" data-note="method">
        ${strings.densityMethod(vectors, values, formatLoss(curve.width))}
        ${spectrum.isFromMap ? nothing : strings.ritzNote}
      </p>
    `;
  }
}

function densityDrawing({ curve, ends }: Spectrum, width: number, theme: FigureTheme): Drawing {
  const { plot, height } = densityLayout(width);
  return { width, height, elements: densityElements({ curve, ends, plot, theme }) };
}

function withError({ value, error }: Estimated, written: (value: number) => string): string {
  return strings.withError(written(value), written(error));
}

declare global {
  interface HTMLElementTagNameMap {
    "curvature-spectrum": CurvatureSpectrum;
  }
}
