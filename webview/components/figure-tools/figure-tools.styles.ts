import { css } from "lit";

export const toolsStyles = css`
  .tools {
    display: flex;
    align-items: center;
    gap: 8px;
    padding: 8px 8px 0 16px;
    min-height: 42px;
  }

  .tools > vscode-single-select {
    width: 112px;
  }

  /* Room for the names of two splits. */
  .tools > vscode-single-select[data-choice="split"] {
    width: 140px;
  }

  .options {
    display: grid;
    gap: 8px;
    padding: 12px;
    width: 256px;
    max-width: 100%;
  }

  .row {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 12px;
  }

  .row vscode-single-select,
  .row vscode-textfield {
    width: 128px;
    flex: none;
  }

  .problem {
    font-size: 12px;
    line-height: 18px;
    color: var(--ll-error);
  }

  :host([narrow]) .tools {
    padding: 8px 4px 0 12px;
  }

  :host([narrow]) .tools > vscode-single-select:not([data-choice="split"]) {
    width: 104px;
  }

  :host([narrow]) .tools > vscode-single-select {
    min-width: 72px;
  }
`;
