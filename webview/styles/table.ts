import { css } from "lit";

/** A long table of numbers in a region that scrolls: its heads stay in sight, what is not measured stands back. */
export const gridTable = css`
  .region {
    position: relative;
    overflow: auto;
    margin: 8px 16px;
    border: 1px solid var(--ll-rule);
  }

  table {
    border-collapse: separate;
    border-spacing: 0;
    font-size: 12px;
    line-height: 18px;
    font-variant-numeric: tabular-nums;
  }

  caption {
    text-align: left;
    color: var(--ll-muted);
    padding: 4px 8px;
    position: sticky;
    left: 0;
    width: max-content;
    max-width: calc(100vw - 48px);
  }

  th {
    font-weight: 400;
    color: var(--ll-muted);
    background: var(--vscode-editor-background);
    text-align: right;
    padding: 2px 8px;
    white-space: nowrap;
    position: sticky;
  }

  thead th {
    top: 0;
    z-index: 1;
    border-bottom: 1px solid var(--ll-rule);
  }

  tbody th {
    left: 0;
    border-right: 1px solid var(--ll-rule);
  }

  thead th:first-child {
    left: 0;
    z-index: 2;
    border-right: 1px solid var(--ll-rule);
  }

  td {
    text-align: right;
    padding: 2px 8px;
    white-space: nowrap;
  }

  td[data-measured="0"] {
    color: var(--ll-muted);
    font-style: italic;
  }

  :host([narrow]) .region {
    margin: 8px 12px;
  }
`;
