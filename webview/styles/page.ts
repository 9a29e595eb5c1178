import { css } from "lit";

/**
 * The page around the panel, and the colours that depend on the kind of theme. Custom properties are inherited by
 * every component, so that only this sheet has to know how VS Code names its themes.
 */
const page = css`
  html,
  body {
    margin: 0;
    padding: 0;
    background: var(--vscode-editor-background);
    color: var(--vscode-foreground);
    font-family: var(--vscode-font-family);
    font-size: 13px;
    line-height: 20px;
  }

  body {
    --ll-rule: var(--vscode-contrastBorder, var(--vscode-panel-border));
    --ll-muted: var(--vscode-descriptionForeground);
    --ll-ok: var(--vscode-charts-green);
    --ll-warning: var(--vscode-charts-yellow);
    --ll-error: var(--vscode-charts-red);
  }

  /* Light Modern gives descriptionForeground the colour of the text itself. */
  body[data-vscode-theme-kind="vscode-light"] {
    --ll-muted: color-mix(in srgb, var(--vscode-foreground) 82%, var(--vscode-editor-background));
  }

  body[data-vscode-theme-kind^="vscode-high-contrast"] {
    --ll-muted: var(--vscode-foreground);
  }
`;

/** Gives the document its page styles once, as a constructed sheet, which the content security policy allows. */
export function installPageStyles(): void {
  const sheet = page.styleSheet;
  if (!sheet || document.adoptedStyleSheets.includes(sheet)) return;
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
