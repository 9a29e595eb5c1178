import "@vscode-elements/elements/dist/vscode-button/index.js";
import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-icon/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import "@vscode-elements/elements/dist/vscode-textfield/index.js";
import type { PropertyValues } from "lit";
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { SplitChoice } from "../../../server/protocol/study";
import { baseName } from "../../charts/format";
import type { RunData } from "../../state/model";
import { changeOf, formOf, isDrawn, measuredSplits } from "../../state/runForm";
import type { FormField, RunForm, TextField } from "../../state/runForm";
import { runStrings as strings } from "../../strings/runs";
import { shared } from "../../styles/shared";
import { ask, AskError } from "../ask";
import { emit } from "../events";
import { Foresight } from "../foresight";

const engines = [
  { value: "onnxruntime", label: "ONNX Runtime" },
  { value: "tensorflow", label: "TensorFlow" },
  { value: "wasm", label: "WebAssembly" },
  { value: "webgpu", label: "WebGPU" },
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
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
      }

      .pair > * {
        flex: 1;
        min-width: 0;
      }

      .pair > vscode-textfield {
        min-width: 40px;
      }

      .pair > vscode-button {
        flex: none;
      }

      .pair > .between {
        flex: none;
        color: var(--ll-muted);
      }

      fieldset {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 16px;
        grid-column: 1 / -1;
        margin: 0;
        padding: 0;
        border: 0;
      }

      legend {
        padding: 0 0 4px;
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
  /** Whether it is in sight: only then the host is asked which splits there are. */
  @property({ type: Boolean }) open = false;
  @state() private form!: RunForm;
  /** The splits that may be measured, those of the run first. */
  @state() private offered: readonly SplitChoice[] = [];
  #lookedFor = "";
  #foresight = new Foresight(this);

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("run");
    const { id, study } = this.run.header;
    if (changed.has("run") && before?.header.id !== id) {
      this.form = formOf(this.run);
      this.offered = measuredSplits(study);
    }
    this.#foresight.about(this.#changed.change, id);
  }

  protected override updated(): void {
    const { id } = this.run.header;
    if (!this.open || this.#lookedFor === id) return;
    this.#lookedFor = id;
    void this.#look(id);
  }

  /** Without an answer, the splits of the run are all that is offered. */
  async #look(id: string): Promise<void> {
    try {
      const offered = await ask(this, "splits", {});
      if (this.run.header.id === id) this.offered = offered;
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
    }
  }

  get #changed() {
    return changeOf(this.run, this.form, this.offered);
  }

  override render() {
    const { study, data } = this.run.header;
    const isLines = study.grid.lines === true;
    const { change, invalid } = this.#changed;
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
        ${this.offered.length > 1 ? this.#splits() : nothing} ${isDrawn(study) ? this.#drawn() : nothing}
        ${this.#group(
          strings.tolerance,
          this.#text("refine", strings.tolerance, strings.everyPoint, strings.toleranceHint),
        )}
        ${this.#group(strings.engine, this.#select("engine", strings.engine, engines))}
        ${change !== undefined || invalid !== undefined ? this.#actions(invalid) : nothing}
      </form>
    `;
  }

  #splits() {
    return html`<fieldset>
      <legend>${strings.splits}</legend>
      ${this.offered.map(
        ({ split, path }) =>
          html`<vscode-checkbox
            data-split=${split}
            label=${split}
            title=${baseName(path)}
            .checked=${this.form.splits.includes(split)}
            @change=${() => this.#toggle(split)}
          ></vscode-checkbox>`,
      )}
    </fieldset>`;
  }

  #toggle(split: string): void {
    const rest = this.form.splits.filter((each) => each !== split);
    this.#set({ splits: rest.length < this.form.splits.length ? rest : [...rest, split] });
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
    const wrong =
      invalid === undefined
        ? problem
        : invalid === "splits"
          ? strings.noSplit
          : strings.notANumber(this.#nameOf(invalid));
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

  #nameOf(field: TextField): string {
    const names: Readonly<Partial<Record<TextField, string>>> = {
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

  #range(axis: string, from: TextField, to: TextField) {
    return this.#group(
      strings.rangeOf(axis),
      html`<div class="pair">${this.#text(from, strings.from(axis))} ${this.#text(to, strings.to(axis))}</div>`,
    );
  }

  #group(name: string, content: unknown) {
    return html`<div class="field"><span class="name" aria-hidden="true">${name}</span>${content}</div>`;
  }

  #text(field: TextField, label: string, placeholder = "", hint = "") {
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

  #select(field: TextField, label: string, options: readonly { readonly value: string; readonly label: string }[]) {
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
    const { change } = this.#changed;
    if (change && this.#foresight.ready) emit(this, "panel-message", { kind: "run-changed", change });
  };
}

const valueOf = (event: Event): string => (event.target as HTMLElement & { value: string }).value;

declare global {
  interface HTMLElementTagNameMap {
    "run-form": RunFormElement;
  }
}
