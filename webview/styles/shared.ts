import { css } from "lit";

/** What every component starts from. */
export const shared = css`
  *,
  :host {
    box-sizing: border-box;
  }

  :host {
    display: block;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  h1,
  h2,
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
    font-size: inherit;
    font-weight: inherit;
    list-style: none;
  }

  .muted {
    color: var(--ll-muted);
  }

  .grow {
    flex: 1;
  }

  .ok {
    color: var(--ll-ok);
  }

  .warning {
    color: var(--ll-warning);
  }

  .error {
    color: var(--ll-error);
  }

  vscode-icon {
    color: inherit;
    flex: none;
  }

  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  :focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }

  @media (prefers-reduced-motion: reduce) {
    * {
      transition: none !important;
      animation: none !important;
    }
  }
`;

/** A closed section at the end of the panel, with one line of summary. */
export const disclosure = css`
  details {
    border-top: 1px solid var(--ll-rule);
    font-size: 12px;
  }

  summary {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 32px;
    padding: 0 16px 0 10px;
    cursor: pointer;
    list-style: none;
    white-space: nowrap;
  }

  summary::-webkit-details-marker {
    display: none;
  }

  summary .muted {
    margin-left: 6px;
    overflow: hidden;
    text-overflow: ellipsis;
  }

  summary > vscode-icon:first-child {
    transition: transform 80ms linear;
  }

  details[open] > summary > vscode-icon:first-child {
    transform: rotate(90deg);
  }

  .body {
    padding: 4px 16px 16px 32px;
    max-width: 760px;
  }

  :host([narrow]) summary {
    padding-left: 6px;
  }

  :host([narrow]) .body {
    padding: 4px 12px 12px 28px;
  }
`;

/** A message in place of a figure: heading, sentence, rows and buttons. */
export const statement = css`
  :host {
    padding: 48px 24px 24px;
    max-width: 520px;
    margin: 0 auto;
  }

  h2 {
    display: flex;
    gap: 8px;
    font-size: 16px;
    font-weight: 600;
    line-height: 24px;
    margin-bottom: 6px;
  }

  h2 vscode-icon {
    margin-top: 4px;
  }

  p {
    color: var(--ll-muted);
    overflow-wrap: anywhere;
  }

  .facts {
    font: 12px/18px var(--vscode-editor-font-family, monospace);
    background: var(--vscode-textCodeBlock-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 3px;
    padding: 8px 12px;
    margin-top: 12px;
    color: var(--vscode-foreground);
    overflow-wrap: anywhere;
  }

  .rows {
    margin-top: 16px;
    border-top: 1px solid var(--ll-rule);
  }

  .rows li {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 44px;
    padding: 8px 0;
    border-bottom: 1px solid var(--ll-rule);
    overflow-wrap: anywhere;
  }

  .rows small {
    display: block;
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-muted);
  }

  .rows vscode-icon {
    align-self: flex-start;
    margin-top: 2px;
  }

  .rows .text {
    flex: 1;
    min-width: 0;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
    margin-top: 16px;
  }

  .hint {
    font-size: 12px;
    line-height: 18px;
    margin-top: 12px;
  }

  vscode-button {
    height: 26px;
    flex: none;
  }

  :host([narrow]) {
    padding: 24px 12px;
  }
`;
