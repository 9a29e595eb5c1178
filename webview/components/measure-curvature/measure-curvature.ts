import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Problem } from "../../../server/protocol/problem";
import type { ForeseeResult, StudyChange } from "../../../server/protocol/requests";
import type { CurvatureSpec } from "../../../server/protocol/study";
import { formatDuration } from "../../charts/format";
import { curvatureObstacle } from "../../state/derivatives";
import type { RunData } from "../../state/model";
import { curvatureStrings as strings } from "../../strings/curvature";
import { shared } from "../../styles/shared";
import { ask, AskError } from "../ask";
import { emit } from "../events";

const mapSizes = [1, 3, 5, 7, 11, 15, 21] as const;
const sampleCounts = [64, 128, 256, 500, 1000] as const;
const densityCounts = [0, 1, 2, 4, 8] as const;
const traceCounts = [0, 8, 16, 32, 64] as const;
const epsilons = [0, 0.001, 0.005, 0.01] as const;

/** What is chosen in the form; 0 for what is not wanted. */
interface Choice {
  readonly size: number;
  readonly samples: number;
  readonly density: number;
  readonly trace: number;
  readonly epsilon: number;
  readonly parameters: CurvatureSpec["parameters"];
}

const first: Choice = { size: 7, samples: 128, density: 2, trace: 16, epsilon: 0, parameters: "kernels" };

/** What a choice changes in the study of a run. */
export function changeOf({ size, samples, density, trace, epsilon, parameters }: Choice): StudyChange {
  return {
    curvature: {
      points: [size, size],
      samples,
      parameters,
      traceProbes: trace,
      densityProbes: density,
    },
    sharpness: epsilon > 0 ? { epsilon, samples } : null,
  };
}

/**
 * How to measure curvature: what it would show, what it needs and costs, and the button that does it. With `again` it
 * stands below a map that is there already.
 * @fires measure-cancel the form is not wanted any more
 */
@customElement("measure-curvature")
export class MeasureCurvature extends LitElement {
  static override styles = [
    shared,
    css`
      section {
        padding: 24px 16px;
        max-width: 620px;
      }

      :host([again]) section {
        border-top: 1px solid var(--ll-rule);
        padding: 12px 16px;
        max-width: none;
      }

      h2 {
        font-size: 16px;
        font-weight: 600;
        line-height: 24px;
      }

      p {
        color: var(--ll-muted);
        margin-top: 6px;
      }

      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(136px, 1fr));
        gap: 12px 16px;
        margin-top: 16px;
        max-width: 520px;
      }

      .fields label {
        display: grid;
        gap: 4px;
        font-size: 12px;
        color: var(--ll-muted);
      }

      vscode-single-select {
        width: 100%;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        margin-top: 16px;
      }

      .cost {
        font-size: 12px;
        line-height: 18px;
        color: var(--ll-muted);
        min-height: 18px;
      }

      .problem {
        display: flex;
        gap: 6px;
        font-size: 12px;
        line-height: 18px;
        margin-top: 12px;
      }

      .problem vscode-icon {
        margin-top: 1px;
      }

      vscode-button {
        height: 26px;
      }

      :host([narrow]) section {
        padding-left: 12px;
        padding-right: 12px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @property({ attribute: false }) found: readonly string[] = [];
  @property({ type: Boolean, reflect: true }) again = false;
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private choice: Choice = first;
  @state() private foreseen?: ForeseeResult;
  @state() private obstacle?: Problem;
  #question = 0;
  #askedFor = "";

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (!changed.has("run") || before?.header.id === this.run.header.id) return;
    const { curvature, sharpness } = this.run.header.study;
    const { available } = this.run.header.data;
    this.choice = curvature
      ? {
          size: Math.max(...curvature.points),
          samples: curvature.samples,
          density: curvature.densityProbes,
          trace: curvature.traceProbes,
          epsilon: sharpness?.epsilon ?? 0,
          parameters: curvature.parameters,
        }
      : { ...first, samples: Math.min(first.samples, available) };
  }

  protected override updated(): void {
    if (curvatureObstacle(this.found)) return;
    const wanted = JSON.stringify([this.run.header.id, this.choice]);
    if (wanted === this.#askedFor) return;
    this.#askedFor = wanted;
    void this.#foresee();
  }

  async #foresee(): Promise<void> {
    const question = ++this.#question;
    try {
      const result = await ask(this, "foresee", changeOf(this.choice));
      if (question !== this.#question) return;
      this.foreseen = result;
      this.obstacle = result.kind === "problem" ? result.problem : undefined;
    } catch (error) {
      if (question !== this.#question || !(error instanceof AskError)) return;
      this.foreseen = undefined;
      this.obstacle = error.problem;
    }
  }

  override render() {
    const impossible = curvatureObstacle(this.found);
    return html`
      <section aria-label=${strings.measure}>
        ${
          this.again
            ? nothing
            : html`<h2>${strings.emptyTitle}</h2>
                <p>${strings.emptyText}</p>`
        }
        ${impossible ? this.#problem(impossible) : this.#form()}
      </section>
    `;
  }

  #problem(message: string) {
    return html`<div class="problem" role="status" data-problem>
      <vscode-icon class="warning" name="warning"></vscode-icon><span>${message}</span>
    </div>`;
  }

  #form() {
    const { available } = this.run.header.data;
    const counts = [...sampleCounts.filter((count) => count < available), Math.min(available, 1000)];
    const samples = [...new Set([...counts, this.choice.samples])].sort((a, b) => a - b);
    const isBlocked = this.foreseen?.kind === "problem";
    const { choice } = this;
    return html`
      ${this.again ? nothing : html`<p>${strings.emptyNeeds}</p>`}
      <div class="fields">
        ${this.#field("size", strings.mapSize, mapSizes, strings.mapPoints)}
        ${this.#field("samples", strings.samplesField, samples, (count) =>
          count === available ? strings.allSamples(count) : String(count),
        )}
        ${this.#field("density", strings.densityField, densityCounts, (count) =>
          count === 0 ? strings.none : strings.vectors(count),
        )}
        ${this.#field("trace", strings.traceField, traceCounts, (count) =>
          count === 0 ? strings.none : strings.probes(count),
        )}
        ${this.#field("epsilon", strings.sharpnessField, epsilons, (value) =>
          value === 0 ? strings.none : strings.epsilon(String(value)),
        )}
        <label>
          <span aria-hidden="true">${strings.parametersField}</span>
          <vscode-single-select
            label=${strings.parametersField}
            data-field="parameters"
            .options=${[
              { value: "kernels", label: strings.kernels },
              { value: "all", label: strings.allParameters },
            ]}
            .value=${choice.parameters}
            @change=${(event: Event) => this.#choose({ parameters: valueOf(event) as Choice["parameters"] })}
          ></vscode-single-select>
        </label>
      </div>
      ${this.obstacle ? this.#problem(this.obstacle.message) : nothing}
      <div class="actions">
        <vscode-button data-action="measure" ?disabled=${isBlocked} @click=${() => this.#start()}
          >${strings.start}</vscode-button
        >
        ${
          this.again
            ? html`<vscode-button secondary @click=${() => this.dispatchEvent(new CustomEvent("measure-cancel"))}
                >${strings.cancel}</vscode-button
              >`
            : nothing
        }
        <span class="cost" role="status">${this.obstacle ? nothing : this.#cost()}</span>
      </div>
    `;
  }

  #cost(): string {
    const { foreseen } = this;
    if (foreseen?.kind !== "ready") return strings.foreseeing;
    const { evaluations, products } = foreseen;
    const cost = evaluations === 0 ? strings.costProducts(products) : strings.cost(evaluations, products);
    return foreseen.seconds === undefined
      ? strings.costUnknownTime(cost)
      : strings.costTime(cost, formatDuration(foreseen.seconds));
  }

  #field(
    name: Exclude<keyof Choice, "parameters">,
    label: string,
    values: readonly number[],
    written: (value: number) => string,
  ) {
    const all = [...new Set([...values, this.choice[name]])].sort((a, b) => a - b);
    return html`<label>
      <span aria-hidden="true">${label}</span>
      <vscode-single-select
        label=${label}
        data-field=${name}
        .options=${all.map((value) => ({ value: String(value), label: written(value) }))}
        .value=${String(this.choice[name])}
        @change=${(event: Event) => this.#choose({ [name]: Number(valueOf(event)) })}
      ></vscode-single-select>
    </label>`;
  }

  #choose(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
    this.foreseen = undefined;
    this.obstacle = undefined;
  }

  #start(): void {
    emit(this, "panel-message", { kind: "run-changed", change: changeOf(this.choice) });
  }
}

const valueOf = (event: Event): string => (event.target as HTMLElement & { value: string }).value;

declare global {
  interface HTMLElementTagNameMap {
    "measure-curvature": MeasureCurvature;
  }
}
