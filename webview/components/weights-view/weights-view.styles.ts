import { css } from "lit";

export const weightsViewStyles = css`
  :host {
    max-width: 1400px;
    padding-bottom: 8px;
  }

  .tools > vscode-single-select {
    width: 128px;
  }

  .status {
    font-size: 12px;
    color: var(--ll-muted);
    overflow-wrap: anywhere;
  }

  .files {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    padding: 8px 16px 0;
    font-size: 12px;
    line-height: 22px;
  }

  .files li {
    display: flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    overflow-wrap: anywhere;
  }

  .overall {
    padding: 4px 16px 0;
  }

  .overall svg {
    display: block;
    font-family: var(--vscode-font-family);
  }

  .grid {
    display: grid;
    grid-template-columns: repeat(var(--columns, 3), minmax(0, 1fr));
    gap: 12px 16px;
    padding: 12px 16px 0;
  }

  .reading {
    min-height: 28px;
    padding: 4px 16px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
    background: var(--vscode-editor-background);
    font-variant-numeric: tabular-nums;
    overflow-wrap: anywhere;
  }

  .reading[data-read] {
    position: sticky;
    bottom: 0;
    z-index: 1;
    border-top: 1px solid var(--ll-rule);
    color: var(--vscode-foreground);
  }

  /* The rule takes no room that was not there before. */
  .reading:not([data-read]) {
    border-top: 1px solid transparent;
  }

  .note {
    padding: 4px 16px 2px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  .problem {
    padding: 8px 16px;
    font-size: 12px;
    line-height: 20px;
    overflow-wrap: anywhere;
  }

  .problem .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    margin-top: 8px;
  }

  .reading-file {
    padding: 24px 16px;
    color: var(--ll-muted);
    min-height: 420px;
  }

  vscode-button {
    height: 26px;
  }

  :host([narrow]) .grid {
    grid-template-columns: minmax(0, 1fr);
  }

  :host([narrow]) .grid,
  :host([narrow]) .overall,
  :host([narrow]) .files,
  :host([narrow]) .reading,
  :host([narrow]) .note {
    padding-left: 12px;
    padding-right: 12px;
  }
`;
