import { css } from "lit";

export const viewStyles = css`
  :host {
    /* As wide as the contour's view, so that nothing moves when the tabs are changed. */
    max-width: 818px;
    padding-bottom: 8px;
  }

  .status {
    font-size: 12px;
    color: var(--ll-muted);
    overflow-wrap: anywhere;
  }

  .figure {
    padding: 0 8px;
  }

  .note,
  .hint {
    padding: 0 16px 6px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  .row {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
  }

  .row vscode-single-select {
    width: 128px;
    flex: none;
  }

  .renderer {
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-muted);
  }

  .badge {
    display: inline-block;
    padding: 0 6px;
    border: 1px solid var(--ll-rule);
    border-radius: 3px;
    font-size: 11px;
  }

  :host([narrow]) .figure {
    padding: 0 4px;
  }

  :host([narrow]) .note,
  :host([narrow]) .hint {
    padding: 0 12px 6px;
  }
`;
