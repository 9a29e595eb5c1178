import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { language } from "../../strings/l10n";
import { strings } from "../../strings/strings";
import { baseName } from "../../charts/format";
import type { RunData } from "../../state/model";
import { extentText } from "../../state/window-text";
import "../run-form/run-form";
import { disclosure, shared } from "../../styles/shared";

/** Everything that was decided before the first point: closed, with one line of summary. */
@customElement("run-settings")
export class RunSettings extends LitElement {
  static override styles = [
    shared,
    disclosure,
    css`
      run-form {
        margin: 4px 0 16px;
      }

      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 2px 16px;
        line-height: 20px;
      }

      dt {
        color: var(--ll-muted);
      }

      dd {
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private open = false;

  override render() {
    const { header } = this.run;
    return html`
      <details @toggle=${this.#onToggle}>
        <summary>
          <vscode-icon name="chevron-right"></vscode-icon>
          <span>${strings.runSettings}</span>
          <span class="muted">
            ${strings.settingsSummary(this.#points, extentText(header), header.directions.label)}
          </span>
        </summary>
        <div class="body">
          <run-form .run=${this.run} ?open=${this.open}></run-form>
          <dl>
            ${this.#rows().map(
              ([name, value, title]) => html`
                <dt>${name}</dt>
                <dd title=${title ?? nothing}>${value}</dd>
              `,
            )}
          </dl>
        </div>
      </details>
    `;
  }

  #onToggle = (event: Event) => {
    this.open = (event.currentTarget as HTMLDetailsElement).open;
  };

  get #points(): string {
    const { x, y, study } = this.run.header;
    return study.grid.lines === true ? strings.linesOf(y.length, x.length) : strings.gridPoints(x.length, y.length);
  }

  #rows(): readonly (readonly [string, string, string?])[] {
    const { header, journal } = this.run;
    const { study, model, data, engine, directions } = header;
    const names = strings.settings;
    const samples = strings.samples(data.samples, data.available);
    return [
      [names.model, baseName(model.path), model.path],
      ...(study.model.weights === undefined
        ? []
        : [[names.weights, baseName(study.model.weights), study.model.weights] as const]),
      [names.format, model.format],
      [names.parameters, strings.parameterCount(model.parameters, model.tensors)],
      [names.data, baseName(data.path), data.path],
      [names.samples, strings.sampling(samples, study.data.sample, study.data.seed)],
      [names.preprocessing, data.preprocessing || strings.noPreprocessing],
      [names.loss, strings.lossText(study.loss)],
      [names.directions, directions.label],
      ...("ignore" in study.directions ? [[names.kept, strings.ignored[study.directions.ignore]] as const] : []),
      ...(directions.cosine === undefined ? [] : [[names.angle, angleText(directions)] as const]),
      [names.grid, `${this.#points}, ${extentText(header)}`],
      [names.engine, `${engine.label} ${engine.version}, ${engine.device} (${engine.why})`],
      [
        names.evaluators,
        strings.evaluatorCount(
          header.evaluators,
          engine.execution?.threads ?? 1,
          engine.execution?.batchSize ?? study.compute.batchSize,
        ),
      ],
      ...(header.takenOver ? [[names.takenOver, strings.takenOver(header.takenOver)] as const] : []),
      [names.started, new Date(header.started).toLocaleString(language)],
      [names.run, baseName(journal), journal],
    ];
  }
}

function angleText({ cosine = NaN, expectedCosine }: RunData["header"]["directions"]): string {
  return expectedCosine === undefined ? signed(cosine) : strings.cosine(signed(cosine), expectedCosine.toPrecision(2));
}

function signed(value: number): string {
  return value.toPrecision(2).replace("-", "\u2212");
}

declare global {
  interface HTMLElementTagNameMap {
    "run-settings": RunSettings;
  }
}
