import { css } from "lit";

export const viewStyles = css`
  :host {
    padding-bottom: 8px;
  }

  .status {
    font-size: 12px;
    color: var(--ll-muted);
    overflow-wrap: anywhere;
  }

  .figure {
    padding: 8px 0 0 16px;
  }

  .lines {
    padding: 6px 16px 0;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  .lines li {
    display: flex;
    gap: 6px;
    overflow-wrap: anywhere;
  }

  .lines span {
    min-width: 0;
  }

  .lines vscode-icon {
    margin-top: 2px;
  }

  .lines[data-level="info"] {
    padding-bottom: 6px;
  }

  .read-out {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 16px;
    min-height: 28px;
    padding: 4px 16px;
    font-size: 12px;
    line-height: 20px;
    font-variant-numeric: tabular-nums;
  }

  .read-out dl,
  .read-out dl div {
    display: flex;
    gap: 0 16px;
    white-space: nowrap;
  }

  .read-out dt {
    color: var(--ll-muted);
    margin-right: -10px;
  }

  .range {
    margin-left: auto;
    color: var(--ll-muted);
  }

  .legend {
    padding: 8px 16px;
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-muted);
  }

  .empty {
    max-width: 520px;
    padding: 32px 16px 24px;
  }

  .empty h2 {
    font-size: 14px;
    font-weight: 600;
  }

  .empty p {
    padding: 4px 0 12px;
    color: var(--ll-muted);
  }

  .empty run-list {
    margin: 0 -12px;
  }

  :host([narrow]) .figure {
    padding: 8px 0 0 12px;
  }

  :host([narrow]) .lines,
  :host([narrow]) .read-out,
  :host([narrow]) .legend {
    padding-left: 12px;
    padding-right: 12px;
  }
`;
