import "@vscode-elements/elements/dist/vscode-checkbox/index.js";
import "@vscode-elements/elements/dist/vscode-single-select/index.js";
import type { TemplateResult } from "lit";
import { html, nothing } from "lit";
import { lossAxis } from "../../charts/value-axis";
import type { ViewState } from "../../protocol/messages";
import type { LineOptions } from "../../state/line-options";
import { metricsOf, splitName, splitsOf } from "../../state/splits";
import { strings as figure } from "../../strings/figure";
import { strings } from "../../strings/lines";
import { strings as common } from "../../strings/strings";
import "../pop-up/pop-up";
import type { Shown } from "./panels";

/** What tools do and hold. */
interface ToolParts {
  readonly change: (change: Partial<ViewState>) => void;
  readonly options: (change: Partial<LineOptions>) => void;
  readonly actions: TemplateResult;
}

type Choice = { readonly value: string; readonly label: string };

const value = (event: Event) => (event.target as HTMLElement & { value: string }).value;
const checked = (event: Event) => (event.target as HTMLElement & { checked: boolean }).checked;

/** The row of tools: what is drawn on the left, buttons and display options on the right. */
export function linesTools(shown: Shown, view: ViewState, parts: ToolParts): TemplateResult {
  const { run, options } = shown;
  const { change, options: set } = parts;
  const hasFamily = shown.panels.some(({ rows }) => rows.some(({ curves, isSingle }) => curves.length > 1 || isSingle));
  const hasLoss = shown.quantities.includes("loss");
  return html`
    <div class="tools">
      ${values(shown, view, parts)} ${splitsOf(run).length > 1 ? splits(shown, parts) : nothing}
      <span class="grow"></span>
      ${parts.actions}
      <pop-up icon="settings" label=${common.displayOptions}>
        <div class="options">
          ${
            hasLoss && !view.table
              ? html`<div class="row">
                  <span aria-hidden="true">${figure.scaleLabel}</span>
                  ${select(figure.scaleLabel, scales(shown), view.scale === "paper" ? "auto" : view.scale, (chosen) =>
                    change({ scale: chosen as ViewState["scale"] }),
                  )}
                </div>`
              : nothing
          }
          ${hasFamily ? flag(strings.singles, options.singles, (on) => set({ singles: on })) : nothing}
          ${hasLoss && !view.table ? flag(strings.errors, options.errors, (on) => set({ errors: on })) : nothing}
          ${view.table ? nothing : flag(common.measuredPoints, view.measuredPoints, (on) => change({ measuredPoints: on }))}
          ${flag(common.showAsTable, view.table, (on) => change({ table: on }))}
        </div>
      </pop-up>
    </div>
  `;
}

/** Quantities beside each other, or one of them; runs beside one another share one. */
function values({ run, others, quantities }: Shown, view: ViewState, { change, options }: ToolParts) {
  if (metricsOf(run).length < 2) return nothing;
  const { both, errors, loss, accuracy, error } = strings.quantities;
  const single: readonly Choice[] = [
    { value: "loss", label: loss },
    { value: "accuracy", label: accuracy },
    { value: "error", label: error },
  ];
  const all = [{ value: "both", label: both }, { value: "errors", label: errors }, ...single];
  const chosen = quantities.length === 1 ? view.metric : view.metric === "error" ? "errors" : "both";
  return select(
    strings.show,
    kept(others.length > 0 ? "one quantity" : "quantities", others.length > 0 ? single : all),
    chosen,
    (next) => {
      if (next === "both") change({ metric: "loss" });
      else if (next === "errors") change({ metric: "error" });
      else change({ metric: next as ViewState["metric"] });
      options({ show: next === "both" || next === "errors" ? "both" : "one" });
    },
    "values",
  );
}

function splits({ run, options, split }: Shown, { change, options: set }: ToolParts) {
  const names = splitsOf(run).map(({ name }, k) => ({ value: String(k), label: name }));
  const choices = [
    { value: "all", label: strings.allSplits },
    ...names,
    { value: "difference", label: splitName(run, "difference") },
  ];
  return select(strings.split, kept("splits", choices), options.splits === "all" ? "all" : String(split), (next) => {
    if (next !== "all") change({ split: next === "difference" ? next : Number(next), clip: undefined });
    set({ splits: next === "all" ? "all" : "one" });
  });
}

function scales({ panels }: Shown): readonly Choice[] {
  const losses = panels.flatMap(({ rows }) =>
    rows.flatMap(({ curves }) => curves.flatMap(({ loss }) => [...loss.values])),
  );
  const { scale } = lossAxis(losses, "auto");
  return kept("scales", [
    { value: "auto", label: figure.automatic[scale] },
    { value: "log", label: figure.scales.log },
    { value: "linear", label: figure.scales.linear },
  ]);
}

function flag(label: string, isOn: boolean, set: (on: boolean) => void) {
  return html`<vscode-checkbox
    label=${label}
    .checked=${isOn}
    @change=${(event: Event) => set(checked(event))}
  ></vscode-checkbox>`;
}

function select(label: string, choices: readonly Choice[], chosen: string, set: (value: string) => void, kind = "") {
  return html`<vscode-single-select
    class=${kind}
    label=${label}
    .options=${choices}
    .value=${chosen}
    @change=${(event: Event) => set(value(event))}
  ></vscode-single-select>`;
}

const choicesKept = new Map<string, readonly Choice[]>();

/** The same list as before where nothing in it has changed, so that a select is not built again. */
function kept(name: string, choices: readonly Choice[]): readonly Choice[] {
  const before = choicesKept.get(name);
  const isSame =
    before?.length === choices.length &&
    choices.every((choice, k) => choice.value === before[k]!.value && choice.label === before[k]!.label);
  if (before && isSame) return before;
  choicesKept.set(name, choices);
  return choices;
}
