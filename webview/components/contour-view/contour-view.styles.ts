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

  fieldset {
    display: grid;
    gap: 4px;
    margin: 0;
    padding: 8px 0 0;
    border: 0;
    border-top: 1px solid var(--ll-rule);
  }

  legend {
    float: left;
    padding: 0;
    color: var(--ll-muted);
    font-size: 12px;
  }

  .note {
    padding: 0 16px 6px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  :host([narrow]) .figure {
    padding: 8px 0 0 4px;
  }

  :host([narrow]) .note {
    padding: 0 12px 6px;
  }
`;
