import { css } from "lit";

export const trustStyles = css`
  :host {
    max-width: 818px;
  }

  .verdict {
    padding: 16px 16px 12px;
  }

  h2 {
    font-size: 14px;
    font-weight: 600;
    line-height: 20px;
  }

  .verdict p {
    color: var(--ll-muted);
    max-width: 640px;
  }

  table {
    border-collapse: collapse;
    width: 100%;
  }

  th {
    text-align: left;
    font-weight: 400;
    font-size: 12px;
    color: var(--ll-muted);
    height: 28px;
    padding: 0 8px;
    border-bottom: 1px solid var(--ll-rule);
  }

  td {
    padding: 8px;
    vertical-align: top;
    line-height: 18px;
    font-size: 12px;
  }

  tbody {
    border-bottom: 1px solid var(--ll-rule);
  }

  th:first-child,
  td:first-child {
    width: 40px;
    padding-left: 16px;
    padding-right: 0;
  }

  th:last-child,
  td:last-child {
    padding-right: 16px;
  }

  .name {
    display: block;
    font-size: 13px;
    line-height: 20px;
  }

  .message {
    color: var(--ll-muted);
    overflow-wrap: anywhere;
    max-width: 560px;
    display: block;
  }

  [data-level="not-run"] .name,
  [data-level="not-run"] vscode-icon {
    color: var(--ll-muted);
  }

  .num {
    text-align: right;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }

  .num .value {
    display: block;
    font-size: 13px;
    line-height: 20px;
  }

  .num small {
    font-size: 12px;
    color: var(--ll-muted);
  }

  .limit {
    line-height: 20px;
    color: var(--ll-muted);
  }

  .link {
    font: inherit;
    font-size: 13px;
    line-height: 20px;
    padding: 0;
    border: 0;
    background: none;
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
  }

  .link:hover {
    color: var(--vscode-textLink-activeForeground, var(--vscode-textLink-foreground));
    text-decoration: underline;
  }

  .evidence td {
    padding-top: 0;
  }

  .keys {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 20px;
    padding: 4px 0 2px;
  }

  .keys span {
    display: inline-flex;
    align-items: center;
    gap: 6px;
  }

  .keys svg {
    flex: none;
  }

  .filled {
    fill: var(--vscode-foreground);
    stroke: var(--vscode-foreground);
  }

  .hollow {
    fill: var(--vscode-editor-background);
    stroke: var(--vscode-foreground);
    stroke-width: 1.5;
  }

  .gap {
    stroke: var(--ll-warning);
    stroke-width: 3;
  }

  .facts {
    width: auto;
    font-variant-numeric: tabular-nums;
    margin: 2px 0 6px;
  }

  .facts tbody {
    border: 0;
  }

  .facts caption {
    text-align: left;
    color: var(--ll-muted);
  }

  .facts th,
  .facts td {
    height: auto;
    width: auto;
    padding: 1px 20px 1px 0;
    font-size: 12px;
    text-align: right;
    border: 0;
  }

  .facts th:first-child,
  .facts td:first-child {
    text-align: left;
    padding-left: 0;
    width: auto;
  }

  .hint {
    padding: 8px 16px;
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-muted);
  }

  reading-guide {
    margin-top: 8px;
  }

  :host([narrow]) .verdict,
  :host([narrow]) .hint {
    padding-left: 12px;
    padding-right: 12px;
  }

  :host([narrow]) th:first-child,
  :host([narrow]) td:first-child {
    width: 30px;
    padding-left: 12px;
  }

  :host([narrow]) th:last-child,
  :host([narrow]) td:last-child {
    padding-right: 12px;
  }

  :host([narrow]) .facts th,
  :host([narrow]) .facts td {
    padding-right: 12px;
  }

  :host([narrow]) .facts th:last-child,
  :host([narrow]) .facts td:last-child {
    padding-right: 0;
  }

  :host([narrow]) .num {
    white-space: normal;
  }

  :host([narrow]) .num small {
    display: block;
  }
`;
