import { html, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import { offPlaneDrawing, pairDrawing, pathLossDrawing, samplingDrawing } from "../../charts/evidence";
import { parseColour } from "../../charts/colours";
import type { Colour } from "../../../server/drawing/colours";
import { formatCoordinate, formatLoss } from "../../charts/format";
import type { FigureTheme } from "../../charts/theme";
import type { ViewName } from "../../protocol/messages";
import { curvatureMapOf } from "../../state/curvature";
import type { CurvatureCell } from "../../state/curvature";
import { mapStep } from "../../state/curvature-words";
import type { RunData } from "../../state/model";
import type { PairComparison } from "../../state/second-pair";
import { pairFactor } from "../../state/second-pair";
import { gridStep } from "../../state/summary";
import { lowestPoints, notFinitePoints, samplingRatios } from "../../state/trust-evidence";
import type { PlacedLoss } from "../../state/trust-evidence";
import { mostNegative, negativeRatio, pathLosses } from "../../state/trust";
import type { TrustRow } from "../../state/trust";
import { trustStrings as strings } from "../../strings/trust";
import "../drawn-figure/drawn-figure";
import { emit } from "../events";

/** Rows of a list of places. */
const mostListed = 4;

/**
 * Why a check has come out as it has; undefined where its sentence says all.
 * @param action what could be done about it.
 */
export function trustEvidence(
  host: HTMLElement,
  run: RunData,
  row: TrustRow,
  pair: PairComparison | undefined,
  action: TemplateResult | undefined,
): TemplateResult | undefined {
  switch (row.name) {
    case "path-loss":
      return pathLoss(host, run);
    case "off-plane":
      return offPlane(host, run);
    case "sampling":
      return sampling(run, action);
    case "lowest":
      return places(host, run, lowestPoints(run), strings.lowestCaption, true);
    case "finite":
      return places(host, run, notFinitePoints(run), strings.notFinitePlaces, false);
    case "centre-convexity":
      return row.by ? undefined : html`${show(host, "curvature", strings.showCurvature)}`;
    case "away-convexity":
      return curvaturePlaces(host, row.by ?? run, mostNegative(row.by ?? run), strings.negativePlaces, "ratio", row.by);
    case "curvature-residual": {
      const open = curvatureMapOf(run)?.computed.filter(({ state }) => state === "unconverged") ?? [];
      return open.length > 0 ? curvaturePlaces(host, run, open, strings.unconvergedPlaces, "residual") : undefined;
    }
    case "second-pair":
      return pair && secondPair(pair);
    default:
      return undefined;
  }
}

/** The warning colour of the page, for drawings on a canvas. */
function warningColour(): Colour {
  const written = getComputedStyle(document.documentElement).getPropertyValue("--vscode-charts-yellow");
  return parseColour(written) ?? [204, 167, 0];
}

function pathLoss(host: HTMLElement, run: RunData): TemplateResult | undefined {
  const losses = pathLosses(run);
  if (losses.length === 0) return undefined;
  const over = losses.filter(({ difference }) => difference > 0.1).length;
  const key = (shape: TemplateResult, text: string) =>
    html`<span><svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">${shape}</svg>${text}</span>`;
  return html`
    <div class="keys">
      ${key(svg`<circle class="filled" cx="6" cy="6" r="4"></circle>`, strings.checkpointKey)}
      ${key(svg`<circle class="hollow" cx="6" cy="6" r="4"></circle>`, strings.planeKey)}
      ${key(svg`<line class="gap" x1="6" x2="6" y1="1" y2="11"></line>`, strings.overLimitKey)}
    </div>
    <drawn-figure
      .data=${run.extras}
      .draw=${(width: number, theme: FigureTheme) => pathLossDrawing(losses, width, theme, warningColour())}
      .summary=${strings.pathLossFigure(over, losses.length)}
    ></drawn-figure>
    ${show(host, "trajectory", strings.showTrajectory)}
  `;
}

function offPlane(host: HTMLElement, run: RunData): TemplateResult {
  const limit = 0.5;
  const shares = (run.header.trajectory?.checkpoints ?? []).map(({ epoch, distance, offPlane: off }, k) => ({
    name: String(epoch ?? k + 1),
    value: distance === 0 ? 0 : off / distance,
  }));
  const over = shares.filter(({ value }) => value > limit).length;
  return html`
    <drawn-figure
      .data=${run.header}
      .draw=${(width: number, theme: FigureTheme) => offPlaneDrawing(shares, limit, width, theme, warningColour())}
      .summary=${strings.offPlaneFigure(over, shares.length)}
    ></drawn-figure>
    ${show(host, "trajectory", strings.showTrajectory)}
  `;
}

function sampling(run: RunData, action: TemplateResult | undefined): TemplateResult | undefined {
  const ratios = samplingRatios(run);
  if (ratios.length === 0) return action;
  return html`<drawn-figure
      .data=${run.measured}
      .draw=${(width: number, theme: FigureTheme) => samplingDrawing(ratios, 0.5, width, theme)}
      .summary=${strings.samplingFigure}
    ></drawn-figure>
    ${action ?? nothing}`;
}

function secondPair(pair: PairComparison): TemplateResult {
  const { here, there, seeds } = pair;
  const radii = strings.pairRadii(formatLoss(here.mean), String(seeds[0]), formatLoss(there.mean), String(seeds[1]));
  const words = strings.pairFigure(pairFactor, radii);
  return html`<p class="message">${words}</p>
    <drawn-figure
      .data=${pair}
      .draw=${(width: number, theme: FigureTheme) => pairDrawing(pair, width, theme)}
      .summary=${words}
    ></drawn-figure>`;
}

function places(
  host: HTMLElement,
  run: RunData,
  points: readonly PlacedLoss[],
  caption: string,
  withDifference: boolean,
): TemplateResult | undefined {
  if (points.length === 0) return undefined;
  const { x, y } = run.header;
  const centre = Number(run.header.centre.loss);
  return html`
    <table class="facts">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${strings.alpha}</th>
          <th scope="col">${strings.beta}</th>
          <th scope="col">${strings.loss}</th>
          ${withDifference ? html`<th scope="col">${strings.belowCentre}</th>` : nothing}
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${points.slice(0, mostListed).map(
          ({ index, alpha, beta, loss }) =>
            html`<tr data-place=${index}>
              <td>${formatCoordinate(alpha, gridStep(x))}</td>
              <td>${formatCoordinate(beta, gridStep(y))}</td>
              <td>${formatLoss(loss)}</td>
              ${withDifference ? html`<td>${formatLoss(centre - loss)}</td>` : nothing}
              <td>
                <button
                  class="link"
                  type="button"
                  data-show="contour"
                  @click=${() => emit(host, "show-place", { alpha, beta })}
                >
                  ${strings.showMap}
                </button>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more(points.length)}
  `;
}

function curvaturePlaces(
  host: HTMLElement,
  run: RunData,
  cells: readonly CurvatureCell[],
  caption: string,
  last: "ratio" | "residual",
  by?: RunData,
): TemplateResult | undefined {
  const map = curvatureMapOf(run);
  if (!map) return undefined;
  return html`
    <table class="facts">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${strings.alpha}</th>
          <th scope="col">${strings.beta}</th>
          <th scope="col">${strings.lambdaMin}</th>
          <th scope="col">${strings.lambdaMax}</th>
          <th scope="col">${last === "ratio" ? strings.ratioColumn : strings.residual}</th>
        </tr>
      </thead>
      <tbody>
        ${cells.slice(0, mostListed).map(
          (cell) =>
            html`<tr data-place=${cell.index}>
              <td>${formatCoordinate(cell.alpha, mapStep(map.x))}</td>
              <td>${formatCoordinate(cell.beta, mapStep(map.y))}</td>
              <td>${formatLoss(cell.min)}</td>
              <td>${formatLoss(cell.max)}</td>
              <td>${formatLoss(last === "ratio" ? negativeRatio(cell) : Math.max(...cell.residual))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${more(cells.length)} ${by ? nothing : show(host, "curvature", strings.showCurvature)}
  `;
}

const more = (count: number) =>
  count > mostListed ? html`<span class="message">${strings.andMore(count - mostListed)}</span>` : nothing;

/** A link to the view that shows it. */
function show(host: HTMLElement, view: ViewName, text: string): TemplateResult {
  return html`<button
    class="link"
    type="button"
    data-show=${view}
    @click=${() => emit(host, "view-change", { shown: view })}
  >
    ${text}
  </button>`;
}
