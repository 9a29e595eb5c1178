import "@vscode-elements/elements/dist/vscode-icon/index.js";
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Check } from "../../../server/protocol/result";
import { strings } from "../../strings/strings";
import { formatLoss } from "../../charts/format";
import { disclosure, shared } from "../../styles/shared";

const icons = { ok: "pass", warning: "warning", error: "error" } as const;

/** Name of a check as people read it. */
export function checkName(check: Check): string {
  return strings.checkNames[check.name] ?? check.name;
}

/** A number of a check: small differences as powers of ten, everything else with three digits. */
function checkNumber(value: number): string {
  return value === 0 ? "0" : formatLoss(value);
}

/** What was checked about the run, closed, with the number of warnings in the summary. */
@customElement("check-list")
export class CheckList extends LitElement {
  static override styles = [
    shared,
    disclosure,
    css`
      table {
        border-collapse: collapse;
        width: 100%;
      }

      .body {
        padding: 0 0 8px;
        max-width: 818px;
      }

      th {
        text-align: left;
        font-weight: 400;
        color: var(--ll-muted);
        height: 26px;
        padding: 0 8px;
        border-bottom: 1px solid var(--ll-rule);
      }

      td {
        padding: 7px 8px;
        vertical-align: top;
        line-height: 18px;
        border-bottom: 1px solid var(--ll-rule);
      }

      tr:last-child td {
        border-bottom: 0;
      }

      th:first-child,
      td:first-child {
        width: 40px;
        padding: 7px 0 7px 10px;
      }

      th:last-child,
      td:last-child {
        padding-right: 16px;
      }

      .name {
        font-size: 13px;
        display: block;
      }

      small {
        font-size: 12px;
        color: var(--ll-muted);
        overflow-wrap: anywhere;
      }

      .num {
        text-align: right;
        white-space: nowrap;
        font-variant-numeric: tabular-nums;
      }

      .badge {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }

      :host([narrow]) .body {
        padding: 0 0 8px;
      }
    `,
  ];

  @property({ attribute: false }) checks: readonly Check[] = [];
  @property({ type: Boolean, reflect: true }) narrow = false;

  override render() {
    const count = (level: Check["level"]) => this.checks.filter((check) => check.level === level).length;
    const worst = count("error") > 0 ? "error" : count("warning") > 0 ? "warning" : "ok";
    return html`
      <details>
        <summary>
          <vscode-icon name="chevron-right"></vscode-icon>
          <span>${strings.checks}</span>
          <span class="muted badge">
            <vscode-icon class=${worst} name=${icons[worst]}></vscode-icon>
            ${strings.checksSummary(count("ok"), this.checks.length, count("warning"), count("error"))}
          </span>
        </summary>
        <div class="body">
          <table>
            <thead>
              <tr>
                <th scope="col"><span class="spoken">${strings.checkLevelColumn}</span></th>
                <th scope="col">${strings.checkColumn}</th>
                <th scope="col" class="num">${strings.valueColumn}</th>
                <th scope="col" class="num">${strings.expectedColumn}</th>
              </tr>
            </thead>
            <tbody>
              ${this.checks.map((check) => this.#row(check))}
            </tbody>
          </table>
        </div>
      </details>
    `;
  }

  #row(check: Check) {
    return html`<tr data-check=${check.name} data-level=${check.level}>
      <td>
        <vscode-icon class=${check.level} name=${icons[check.level]}></vscode-icon>
        <span class="spoken">${strings.checkLevels[check.level]}</span>
      </td>
      <td><span class="name">${checkName(check)}</span><small>${check.message}</small></td>
      <td class="num" title=${String(check.value)}>${checkNumber(Number(check.value))}</td>
      <td class="num muted" title=${String(check.expected)}>${checkNumber(Number(check.expected))}</td>
    </tr>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "check-list": CheckList;
  }
}
