import { html, nothing } from "lit";
import type { Track } from "../../state/trajectory";
import { trajectoryStrings as strings } from "../../strings/trajectory";

/** What the lines and marks of the charts mean. */
export function trackLegend({ points }: Track) {
  const point = (hollow: boolean) =>
    html`<svg width="22" height="10" viewBox="0 0 22 10" aria-hidden="true" class=${hollow ? "hollow" : "solid"}>
      <line x1="0" x2="22" y1="5" y2="5"></line>
      <circle cx="11" cy="5" r="3"></circle>
    </svg>`;
  return html`<div class="legend" aria-hidden="true">
    <span>${point(false)}${strings.checkpoint}</span>
    <span>${point(true)}${strings.projection}</span>
    ${
      points.some(({ drop }) => drop)
        ? html`<span
            ><svg width="12" height="12" viewBox="0 0 12 12" class="drop"><path d="M6 0 12 6 6 12 0 6Z"></path></svg
            >${strings.drop}</span
          >`
        : nothing
    }
  </div>`;
}
