import { css } from "lit";

export const curvatureStyles = css`
  :host {
    max-width: 818px;
    padding-bottom: 8px;
  }

  .subject {
    padding: 10px 16px 0;
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-muted);
  }

  .tools {
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 8px;
    padding: 8px 8px 0 16px;
    min-height: 42px;
  }

  .tools vscode-single-select {
    width: 214px;
  }

  .status {
    font-size: 12px;
    color: var(--ll-muted);
    overflow-wrap: anywhere;
  }

  .figure {
    padding: 8px 0 0 8px;
  }

  .note {
    padding: 0 16px 6px;
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-muted);
  }

  .options {
    display: grid;
    gap: 8px;
    padding: 12px;
  }

  .region {
    position: relative;
    overflow: auto;
    max-height: 640px;
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
    max-width: calc(100vw - 48px);
  }

  th,
  td {
    text-align: right;
    padding: 2px 8px;
    white-space: nowrap;
    font-weight: 400;
  }

  thead th {
    color: var(--ll-muted);
    background: var(--vscode-editor-background);
    position: sticky;
    top: 0;
    border-bottom: 1px solid var(--ll-rule);
  }

  :host([narrow]) .subject,
  :host([narrow]) .note {
    padding-left: 12px;
    padding-right: 12px;
  }

  :host([narrow]) .tools {
    padding: 8px 4px 0 12px;
  }

  :host([narrow]) .tools vscode-single-select {
    width: 132px;
  }

  :host([narrow]) .figure {
    padding: 8px 0 0 4px;
  }

  :host([narrow]) .region {
    margin: 8px 12px;
  }
`;
