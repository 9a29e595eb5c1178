/** A theme as a page sees it: the kind on the body, the variables on the root element. */
export interface Theme {
  readonly kind: "vscode-dark" | "vscode-light" | "vscode-high-contrast" | "vscode-high-contrast-light";
  readonly variables: Readonly<Record<string, string>>;
}

/** Variables that do not depend on the theme. */
export const fonts = {
  "font-family": 'system-ui, "DejaVu Sans", sans-serif',
  "font-size": "13px",
  "font-weight": "normal",
  "editor-font-family": '"DejaVu Sans Mono", monospace',
  "editor-font-size": "12px",
} as const;

/** Puts a theme on the page as VS Code does: as styles of the root element and as the kind of the body. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  for (const name of [...root.style]) if (name.startsWith("--vscode-")) root.style.removeProperty(name);
  for (const [name, value] of Object.entries(theme.variables)) root.style.setProperty(`--vscode-${name}`, value);
  for (const name of [...document.body.classList]) {
    if (name.startsWith("vscode-")) document.body.classList.remove(name);
  }
  document.body.classList.add(theme.kind);
  if (theme.kind === "vscode-high-contrast-light") document.body.classList.add("vscode-high-contrast");
  document.body.dataset.vscodeThemeKind = theme.kind;
}
