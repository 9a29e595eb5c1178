import { css } from "lit";

export const linesViewStyles = css`
  :host {
    max-width: 818px;
    padding-bottom: 8px;
  }

  /* Two cuts have room beside each other. */
  :host([cuts]) {
    max-width: 1240px;
  }

  .tools > vscode-single-select.values {
    width: 176px;
  }

  .status {
    font-size: 12px;
    color: var(--ll-muted);
    overflow-wrap: anywhere;
  }

  .cuts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 24px;
    padding: 4px 16px 0;
    font-size: 12px;
    line-height: 20px;
    min-height: 30px;
  }

  .cut {
    display: flex;
    align-items: center;
    gap: 8px;
  }

  .cut input {
    width: 160px;
    accent-color: var(--vscode-charts-blue);
  }

  .cut output {
    min-width: 84px;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }

  .figure {
    padding: 8px 8px 0;
  }

  .below {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 4px 24px;
  }

  .provenance {
    padding: 4px 16px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  .chosen {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    padding: 4px 16px 0;
    font-size: 12px;
  }

  .chosen li {
    display: flex;
    align-items: center;
    gap: 2px;
    padding-left: 8px;
    border: 1px solid var(--ll-rule);
    border-radius: 3px;
  }

  .note {
    padding: 0 16px 2px;
    font-size: 12px;
    line-height: 20px;
    color: var(--ll-muted);
  }

  :host([narrow]) .tools > vscode-single-select.values {
    width: 176px;
  }

  :host([narrow]) .figure {
    padding: 8px 4px 0;
  }

  :host([narrow]) .cuts,
  :host([narrow]) .note,
  :host([narrow]) .provenance,
  :host([narrow]) .chosen {
    padding-left: 12px;
    padding-right: 12px;
  }
`;
