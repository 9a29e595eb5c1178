import { css } from "lit";

export const viewStyles = css`
  :host {
    /* As wide as the widest figure with its padding, so that tools and read-out keep to it. */
    max-width: 818px;
    padding-bottom: 8px;
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
    display: flex;
    gap: 6px;
    padding: 0 16px 6px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  .note vscode-icon {
    margin-top: 2px;
  }

  :host([narrow]) .figure {
    padding: 8px 0 0 4px;
  }

  :host([narrow]) .note {
    padding: 0 12px 6px;
  }
`;
