import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { RunData } from "../../state/model";
import { changeOf, formOf, isDrawn } from "../../state/runForm";
import type { FormField, RunForm } from "../../state/runForm";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import { emit } from "../events";
import { Foresight } from "../foresight";

const engines = [
  { value: "onnxruntime", label: "ONNX Runtime" },
  { value: "tensorflow", label: "TensorFlow" },
  { value: "wasm", label: "WebAssembly" },
];

/** The settings that a run may be measured again with, what that would cost, and the button that does it. */
@customElement("run-form")
export class RunFormElement extends LitElement {
  static override styles = [
    shared,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(152px, 1fr));
        gap: 12px 16px;
        max-width: 680px;
      }

      .field {
        display: grid;
        gap: 4px;
        align-content: start;
      }

      .name {
        color: var(--ll-muted);
      }

      .pair {
        display: flex;
        align-items: center;
        gap: 6px;
      }

      .pair > * {
        flex: 1;
        min-width: 0;
      }

      .pair > .between {
        flex: none;
        color: var(--ll-muted);
      }

      vscode-textfield,
      vscode-single-select {
        width: 100%;
        min-width: 0;
      }

      vscode-button {
        height: 26px;
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px 12px;
        grid-column: 1 / -1;
        min-height: 26px;
      }

      .cost {
        display: flex;
        gap: 6px;
        flex: 1 1 200px;
        line-height: 18px;
        color: var(--ll-muted);
        font-variant-numeric: tabular-nums;
      }

      .cost vscode-icon {
        margin-top: 1px;
      }
    `,
  ];

  @property({ attribute: false }) run!: RunData;
  @state() private form!: RunForm;
  #foresight = new Foresight(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    if (changed.has("run") && before?.header.id !== this.run.header.id) this.form = formOf(this.run);
    this.#foresight.about(changeOf(this.run, this.form).change, this.run.header.id);
  }

  override render() {
    const { study, data } = this.run.header;
    const isLines = study.grid.lines === true;
    const { change, invalid } = changeOf(this.run, this.form);
    return html`
      <form aria-label=${strings.formLabel} @submit=${this.#onSubmit}>
        ${this.#range("α", "xFrom", "xTo")} ${isLines ? nothing : this.#range("β", "yFrom", "yTo")}
        ${this.#group(
          strings.points,
          html`<div class="pair">
            ${this.#text("columns", strings.pointsAlong("α"))}
            ${isLines ? nothing : html`<span class="between">×</span>${this.#text("rows", strings.pointsAlong("β"))}`}
          </div>`,
        )}
        ${this.#group(
          strings.samples,
          html`<div class="pair">
            ${this.#text("samples", strings.samples)}
            <span class="between">${strings.samplesOf(data.available)}</span>
          </div>`,
        )}
        ${isDrawn(study) ? this.#drawn() : nothing}
        ${this.#group(
          strings.tolerance,
          this.#text("refine", strings.tolerance, strings.everyPoint, strings.toleranceHint),
        )}
        ${this.#group(strings.engine, this.#select("engine", strings.engine, engines))}
        ${change !== undefined || invalid !== undefined ? this.#actions(invalid) : nothing}
      </form>
    `;
  }

  #drawn() {
    const options = Object.entries(strings.normalisations).map(([value, label]) => ({ value, label }));
    return html`
      ${this.#group(
        strings.seed,
        html`<div class="pair">
          ${this.#text("seed", strings.seed)}
          <vscode-button secondary data-action="another-seed" @click=${this.#anotherSeed}
            >${strings.anotherSeed}</vscode-button
          >
        </div>`,
      )}
      ${this.#group(strings.normalise, this.#select("normalise", strings.normalise, options))}
    `;
  }

  #actions(invalid: FormField | undefined) {
    const { problem, ready, text } = this.#foresight;
    const wrong = invalid === undefined ? problem : strings.notANumber(this.#nameOf(invalid));
    return html`
      <div class="actions">
        <vscode-button data-action="run" ?disabled=${wrong !== undefined || ready === undefined} @click=${this.#start}
          >${strings.run}</vscode-button
        >
        <vscode-button secondary data-action="reset" @click=${this.#reset}>${strings.reset}</vscode-button>
        <span class="cost" role="status"
          >${wrong === undefined ? nothing : html`<vscode-icon class="warning" name="warning"></vscode-icon>`}<span
            >${wrong ?? text}</span
          ></span
        >
      </div>
    `;
  }

  #nameOf(field: FormField): string {
    const names: Readonly<Partial<Record<FormField, string>>> = {
      xFrom: strings.from("α"),
      xTo: strings.to("α"),
      yFrom: strings.from("β"),
      yTo: strings.to("β"),
      columns: strings.pointsAlong("α"),
      rows: strings.pointsAlong("β"),
      samples: strings.samples,
      seed: strings.seed,
      refine: strings.tolerance,
    };
    return names[field] ?? field;
  }

  #range(axis: string, from: FormField, to: FormField) {
    return this.#group(
      strings.rangeOf(axis),
      html`<div class="pair">${this.#text(from, strings.from(axis))} ${this.#text(to, strings.to(axis))}</div>`,
    );
  }

  #group(name: string, content: unknown) {
    return html`<div class="field"><span class="name" aria-hidden="true">${name}</span>${content}</div>`;
  }

  #text(field: FormField, label: string, placeholder = "", hint = "") {
    return html`<vscode-textfield
      data-field=${field}
      .label=${label}
      title=${hint || nothing}
      placeholder=${placeholder}
      .value=${this.form[field]}
      @input=${(event: Event) => this.#set({ [field]: valueOf(event) })}
      @keydown=${this.#onKey}
    ></vscode-textfield>`;
  }

  #select(field: FormField, label: string, options: readonly { readonly value: string; readonly label: string }[]) {
    return html`<vscode-single-select
      data-field=${field}
      label=${label}
      .options=${options}
      .value=${this.form[field]}
      @change=${(event: Event) => this.#set({ [field]: valueOf(event) })}
    ></vscode-single-select>`;
  }

  #set(change: Partial<RunForm>): void {
    this.form = { ...this.form, ...change };
  }

  #anotherSeed = () => {
    // Seeds that are easy to say: the next one tells as much as any other.
    const seed = Number(this.form.seed);
    this.#set({ seed: String(Number.isInteger(seed) && seed >= 0 ? (seed + 1) % 2 ** 32 : 0) });
  };

  #reset = () => {
    this.form = formOf(this.run);
  };

  #onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") this.#start();
  };

  #onSubmit = (event: Event) => event.preventDefault();

  #start = () => {
    const { change } = changeOf(this.run, this.form);
    if (change && this.#foresight.ready) emit(this, "panel-message", { kind: "run-changed", change });
  };
}

const valueOf = (event: Event): string => (event.target as HTMLElement & { value: string }).value;

declare global {
  interface HTMLElementTagNameMap {
    "run-form": RunFormElement;
  }
}
