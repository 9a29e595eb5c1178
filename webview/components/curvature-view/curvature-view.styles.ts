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
    max-height: 640px;
  }

  /* Where there is room for it, the spectrum stands beside the map. */
  @media (min-width: 1240px) {
    :host {
      max-width: 1400px;
    }

    .columns {
      display: grid;
      grid-template-columns: minmax(0, 818px) minmax(0, 1fr);
      align-items: start;
    }
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
`;
