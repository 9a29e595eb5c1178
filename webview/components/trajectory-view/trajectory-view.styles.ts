import { css } from "lit";

export const viewStyles = css`
  :host {
    /* As wide as the widest figure with its padding, so that tools and read-out keep to it. */
    max-width: 818px;
    padding-bottom: 8px;
  }

  .plane {
    width: 168px;
  }

  .status {
    font-size: 12px;
    color: var(--ll-muted);
    overflow-wrap: anywhere;
  }

  .figure {
    padding: 8px 0 0 8px;
  }

  .course .figure {
    padding-top: 0;
  }

  /* Where there is room for it, the course of training stands beside the map, so that the slider is in sight. */
  :host([wide]) {
    max-width: 1400px;
  }

  :host([wide]) .columns {
    display: grid;
    grid-template-columns: minmax(0, 762px) minmax(0, 1fr);
    align-items: start;
  }

  :host([wide]) .course {
    padding-top: 60px;
  }

  .stage {
    position: relative;
  }

  /* Over the legend, so that neither the map is hidden nor anything moves. */
  .actions {
    position: absolute;
    top: calc(100% - 4px);
    left: 46px;
    z-index: 5;
    max-width: calc(100% - 56px);
  }

  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0 20px;
    padding: 4px 16px 0 54px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  .legend span {
    display: flex;
    align-items: center;
    gap: 7px;
  }

  .legend line {
    stroke: var(--vscode-foreground);
    stroke-width: 1.5;
  }

  .legend circle {
    fill: var(--vscode-foreground);
  }

  .legend .hollow line {
    stroke: var(--ll-muted);
    stroke-dasharray: 4 3;
  }

  .legend .hollow circle {
    fill: var(--vscode-editor-background);
    stroke: var(--ll-muted);
    stroke-width: 1.4;
  }

  .legend .drop {
    fill: var(--ll-warning);
  }

  .note {
    display: flex;
    align-items: flex-start;
    gap: 6px;
    padding: 0 16px 4px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  .note[data-note="added"] {
    align-items: center;
    padding: 8px 16px 0;
    color: var(--vscode-foreground);
  }

  .note .text {
    flex: 1;
    min-width: 0;
  }

  :host([narrow]) .note[data-note="added"] {
    flex-wrap: wrap;
  }

  .note vscode-icon {
    margin-top: 2px;
  }

  .note vscode-button {
    height: 24px;
    flex: none;
  }

  :host([narrow]) .figure {
    padding: 8px 0 0 4px;
  }

  :host([narrow]) .course .figure {
    padding-top: 0;
  }

  :host([narrow]) .actions {
    left: 4px;
    max-width: calc(100% - 12px);
  }

  :host([narrow]) .note {
    padding: 0 12px 4px;
  }

  :host([narrow]) .plane {
    width: 104px;
    min-width: 72px;
  }
`;
