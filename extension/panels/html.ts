import { randomBytes } from "node:crypto";

export interface PageParts {
  /** Where the page may load from, as `Webview.cspSource` has it. */
  readonly source: string;
  readonly script: string;
  /** The style sheet of the icon font. */
  readonly icons: string;
  readonly language: string;
  readonly title: string;
  /** The panel's texts in the user's language, by those in English; none for English. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** The page of a panel: nothing but its script, under a policy that lets nothing else in. */
export function pageOf({ source, script, icons, language, title, texts }: PageParts): string {
  const nonce = randomBytes(16).toString("base64url");
  const policy = [
    "default-src 'none'",
    `img-src ${source} data: blob:`,
    `font-src ${source}`,
    `style-src ${source} 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escape(language)}">
  <head>
    <meta charset="UTF-8">
    <meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link id="vscode-codicon-stylesheet" rel="stylesheet" nonce="${nonce}" href="${escape(icons)}">
    ${texts === undefined ? "" : `<script type="application/json" id="l10n" nonce="${nonce}">${json(texts)}</script>`}
    <script nonce="${nonce}" src="${escape(script)}" defer></script>
    <title>${escape(title)}</title>
  </head>
  <body>
    <loss-landscape-panel></loss-landscape-panel>
  </body>
</html>
`;
}

/** As JSON that cannot end the element it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
