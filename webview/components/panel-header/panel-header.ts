import "@vscode-elements/elements/dist/vscode-toolbar-button/index.js";
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { strings } from "../../strings/strings";
import { strings as figure } from "../../strings/figure";
import { accuracyErrorText, baseName, formatAccuracy, formatLoss } from "../../charts/format";
import type { Split } from "../../state/field";
import type { RunData } from "../../state/model";
import { provenance } from "../../state/provenance";
import { splitsIn } from "../../state/splits";
import type { SplitData } from "../../state/splits";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import "../more-menu/more-menu";
import type { MenuItem } from "../more-menu/more-menu";
import { headerStyles } from "./panel-header.styles";

/**
 * Model, engine and actions, and below them the facts of the unperturbed model.
 * @slot actions - further buttons, before the menu
 */
@customElement("panel-header")
export class PanelHeader extends LitElement {
  static override styles = [shared, headerStyles];

  /** What the panel is called before the model is known. */
  @property() heading = "";
  @property({ attribute: false }) run?: RunData;
  /** Whose values are stated. */
  @property({ attribute: false }) split: Split = 0;
  /** Entries of the menu besides those that are always there. */
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  @property({ type: Boolean }) canRunAgain = false;
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const file = this.run ? baseName(this.run.header.model.path) : "";
    const name = this.run?.header.model.name ?? this.heading;
    // A model that has no name of its own is called by its file: once is enough.
    const sameName = file.startsWith(name) && file.length - name.length <= 6;
    return html`
      <header>
        <div class="title">
          <h1 title=${this.run?.header.model.path ?? this.heading}>${sameName ? file : name}</h1>
          ${file && !sameName ? html`<span class="file" title=${this.run!.header.model.path}>${file}</span>` : nothing}
          <span class="grow"></span>
          ${this.run ? this.#badge(this.run) : nothing}
          ${
            this.canRunAgain
              ? html`<vscode-toolbar-button
                  icon="refresh"
                  label=${strings.runAgain}
                  title=${strings.runAgain}
                  @click=${() => emit(this, "panel-message", { kind: "run-again" })}
                ></vscode-toolbar-button>`
              : nothing
          }
          <slot name="actions"></slot>
          <more-menu .items=${this.#items()}></more-menu>
        </div>
        ${this.run ? this.#facts(this.run) : nothing}
      </header>
    `;
  }

  #badge(run: RunData) {
    const { label, version, device, why } = run.header.engine;
    return html`<vscode-toolbar-button
      class="badge"
      label=${strings.engineButton(label)}
      title=${strings.engineHint(label, version, device, why)}
      @click=${() => emit(this, "panel-message", { kind: "show-engines" })}
      ><span>${label}</span></vscode-toolbar-button
    >`;
  }

  /** Facts of the split that is looked at; of a difference those of both splits, each with its name. */
  #facts(run: RunData) {
    const shown = splitsIn(run, this.split);
    const several = shown.length > 1;
    const of = (text: (split: SplitData) => string) =>
      shown.map((split) => (several ? figure.splitFact(text(split), split.name) : text(split))).join(figure.factsJoin);
    const loss = ({ centre }: SplitData) => {
      const written = formatLoss(Number(centre.loss));
      return run.isProvisional ? strings.approximately(written) : written;
    };
    const accuracy = ({ centre, data }: SplitData) => {
      const percent = Number(centre.accuracy);
      if (run.isProvisional) return strings.approximately(formatAccuracy(percent));
      return strings.plusMinus(percent.toFixed(1), accuracyErrorText(percent, data.samples));
    };
    const hint = run.isProvisional ? provenance(run, this.split) : nothing;
    const hasAccuracy = shown.every(({ centre }) => !Number.isNaN(Number(centre.accuracy)));
    return html`
      <dl class="facts">
        <div>
          <dt>${strings.loss}</dt>
          <dd data-fact="loss" title=${hint}>${of(loss)}</dd>
        </div>
        ${
          hasAccuracy
            ? html`<div>
                <dt>${strings.accuracy}</dt>
                <dd data-fact="accuracy" title=${run.isProvisional ? hint : strings.plusMinusHint}>${of(accuracy)}</dd>
              </div>`
            : nothing
        }
        <div>
          <dt>${strings.data}</dt>
          <dd data-fact="data" title=${shown.map(({ data }) => data.path).join("\n")}>
            ${shown
              .map(({ data }) =>
                strings.dataFact(baseName(data.path), data.split, strings.samples(data.samples, data.available)),
              )
              .join(figure.factsJoin)}
          </dd>
        </div>
      </dl>
    `;
  }

  #items(): readonly MenuItem[] {
    const message = (label: string, detail: Parameters<typeof emit<"panel-message">>[2]): MenuItem => ({
      label,
      choose: () => emit(this, "panel-message", detail),
    });
    return [
      ...this.items,
      ...(this.run
        ? [
            message(strings.revealModel, { kind: "reveal", path: this.run.header.model.path }),
            ...(this.run.isProvisional ? [] : [message(strings.revealRun, { kind: "reveal", path: this.run.journal })]),
          ]
        : []),
      message(strings.showEngines, { kind: "show-engines" }),
      message(strings.showLog, { kind: "show-log" }),
    ];
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "panel-header": PanelHeader;
  }
}
