import { html } from "lit";
import { curvatureStrings as strings } from "../../strings/curvature";
import { formatCoordinate, formatCount, formatLoss } from "../../charts/format";
import type { CurvatureMap } from "../../state/curvature";
import { mapStep, subjectOf } from "../../state/curvature-words";
import type { RunData } from "../../state/model";

/** Every computed point with its numbers; cells carry them in full precision. */
export function curvatureTable(run: RunData, map: CurvatureMap) {
  const cell = (name: string, value: number, text = formatLoss(value)) =>
    html`<td data-name=${name} data-value=${String(value)} title=${String(value)}>${text}</td>`;
  return html`
    <div class="region" role="region" tabindex="0" aria-label=${strings.tableRegion}>
      <table>
        <caption>
          ${strings.tableCaption(subjectOf(run, map))}
        </caption>
        <thead>
          <tr>
            <th scope="col">${strings.alpha}</th>
            <th scope="col">${strings.beta}</th>
            <th scope="col">${strings.columnMax}</th>
            <th scope="col">${strings.columnMin}</th>
            <th scope="col">${strings.columnRatio}</th>
            <th scope="col">${strings.columnResidualMax}</th>
            <th scope="col">${strings.columnResidualMin}</th>
            <th scope="col">${strings.symmetry}</th>
            <th scope="col">${strings.products}</th>
          </tr>
        </thead>
        <tbody>
          ${map.computed.map(
            (point) => html`
              <tr data-index=${point.index} data-state=${point.state}>
                <th scope="row" data-name="alpha" data-value=${String(point.alpha)} title=${String(point.alpha)}>
                  ${formatCoordinate(point.alpha, mapStep(map.x))}
                </th>
                ${cell("beta", point.beta, formatCoordinate(point.beta, mapStep(map.y)))} ${cell("max", point.max)}
                ${cell("min", point.min)} ${cell("ratio", point.ratio)} ${cell("residual-max", point.residual[0])}
                ${cell("residual-min", point.residual[1])} ${cell("symmetry", point.symmetry)}
                ${cell("products", point.products, formatCount(point.products))}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}
