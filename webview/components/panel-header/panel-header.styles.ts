import { css } from "lit";

export const headerStyles = css`
  header {
    padding: 12px 8px 0 16px;
  }

  .title:last-child {
    margin-bottom: 12px;
  }

  .title {
    display: flex;
    align-items: center;
    gap: 8px;
    height: 24px;
  }

  h1 {
    font-size: 14px;
    line-height: 20px;
    font-weight: 600;
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
    min-width: 64px;
  }

  .file {
    color: var(--ll-muted);
    white-space: nowrap;
    overflow: hidden;
    text-overflow: ellipsis;
    flex-shrink: 1000;
    min-width: 0;
  }

  .badge {
    border: 1px solid var(--ll-rule);
    border-radius: 3px;
    height: 20px;
    overflow: hidden;
    align-items: center;
    flex: none;
  }

  .badge:hover {
    border-color: var(--vscode-contrastBorder, var(--ll-muted));
  }

  .badge span {
    font: 11px/18px var(--vscode-font-family);
    color: var(--ll-muted);
    white-space: nowrap;
  }

  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0 16px;
    padding: 2px 8px 10px 0;
    font-size: 12px;
    line-height: 20px;
  }

  .facts div {
    display: flex;
    gap: 6px;
    min-width: 0;
  }

  .facts dt {
    color: var(--ll-muted);
  }

  .facts dd {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  :host([narrow]) header {
    padding-left: 12px;
  }

  :host([narrow]) .title {
    gap: 4px;
  }

  :host([narrow]) .badge {
    margin-right: 4px;
  }

  :host([narrow]) .facts {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 0 12px;
  }

  :host([narrow]) .facts div {
    display: contents;
  }
`;
