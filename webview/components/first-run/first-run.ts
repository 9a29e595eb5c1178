import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Study } from "../../../server/protocol/study";
import { baseName, formatTick } from "../../charts/format";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import { Foresight } from "../foresight";

/** Before the first run of a model: what would be measured, what it takes, and the button that does it. */
@customElement("first-run")
export class FirstRun extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        padding: 24px 16px;
        max-width: 560px;
        border-top: 1px solid var(--ll-rule);
      }

      h2 {
        font-size: 16px;
        font-weight: 600;
        line-height: 24px;
        overflow-wrap: anywhere;
      }

      p {
        margin-top: 6px;
        color: var(--ll-muted);
      }

      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 4px 16px;
        margin: 16px 0;
        font-size: 12px;
        line-height: 20px;
      }

      dt {
        color: var(--ll-muted);
      }

      dd {
        overflow-wrap: anywhere;
        font-variant-numeric: tabular-nums;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }

      vscode-button {
        height: 26px;
      }

      :host([narrow]) section {
        padding: 24px 12px;
      }
    `,
  ];

  @property({ attribute: false }) study!: Study;
  @property({ type: Boolean, reflect: true }) narrow = false;
  #foresight = new Foresight(this);

  protected override willUpdate(): void {
    this.#foresight.about({}, JSON.stringify(this.study), 0);
  }

  override render() {
    const { model, data } = this.study;
    const name = baseName(model.weights ?? model.path);
    const rows: readonly (readonly [string, string, string?])[] = [
      [strings.model, name, model.weights ?? model.path],
      [strings.data, strings.dataFact(this.#data(), data.samples), data.path],
      [strings.grid, this.#grid()],
      [strings.costName, this.#foresight.text],
    ];
    return html`
      <section>
        <h2>${strings.firstTitle(name)}</h2>
        <p>${strings.firstText}</p>
        <dl>
          ${rows.map(
            ([term, value, hint = ""]) => html`
              <dt>${term}</dt>
              <dd title=${hint}>${value}</dd>
            `,
          )}
        </dl>
        <div class="actions">
          <vscode-button data-action="visualize" @click=${() => emit(this, "panel-message", { kind: "run-again" })}
            >${strings.visualize}</vscode-button
          >
          <vscode-button
            secondary
            data-action="choose-data"
            @click=${() => emit(this, "panel-message", { kind: "choose-data" })}
            >${strings.chooseData}</vscode-button
          >
        </div>
      </section>
    `;
  }

  /** The file, and the split where its name does not say it. */
  #data(): string {
    const { path, split } = this.study.data;
    const name = baseName(path);
    return name.replace(/\..*$/, "") === split ? name : `${name} ${split}`;
  }

  #grid(): string {
    const { grid, checkpoints } = this.study;
    const points = `${grid.points[0]} × ${grid.points[1]}`;
    if (grid.fit === true) return `${points}, ${strings.pathOf(checkpoints?.files.length ?? 0)}`;
    const [from, to] = grid.x.map((end) => formatTick(end));
    return `${points}, α ${from} … ${to}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "first-run": FirstRun;
  }
}
