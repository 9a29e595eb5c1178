import { createHash } from "node:crypto";
import type { Check, JsonNumber } from "../../protocol/result";
import {
  choosePart,
  exportParts,
  partsOf,
  runOf,
  splitsOf,
  titleOf,
  type Exportable,
  type ExportOptions,
  type ExportPart,
} from "./exportable";
import { factsOf } from "./facts";
import { pageScript } from "./html/script";
import { pageStyle } from "./html/style";
import { toSvg } from "./svg";
import { element, escaped } from "./svg/element";
import { tickText, valueText } from "./svg/format";
import type { ThemeName } from "./svg/theme";

const headings: Readonly<Record<ExportPart, string>> = {
  surface: "Surface",
  lines: "Lines",
  trajectory: "Trajectory",
  curvature: "Curvature",
};

const levels: Readonly<Record<Check["level"], string>> = { ok: "✓ passed", warning: "! warning", error: "✕ failed" };

/**
 * A report as one page that needs nothing else: every picture in a light and a dark version, the table of facts, the checks,
 * the data as JSON, and values under the pointer. Its content security policy allows its own style and script by their
 * hashes and nothing besides, so that it asks nothing of any network.
 *
 * @throws ProblemError `data-missing` when the result has not the part or split that is asked for.
 */
export function toHtml(result: Exportable, options: ExportOptions = {}): string {
  const title = titleOf(result);
  const policy = `default-src 'none'; style-src ${hashOf(pageStyle)}; script-src ${hashOf(pageScript)}; base-uri 'none'; form-action 'none'`;
  const head = [
    `<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="color-scheme" content="light dark">`,
    `<title>${escaped(title)} – loss landscape</title>`,
    `<style>${pageStyle}</style>`,
  ];
  const body = [
    `<header><h1>${escaped(title)}</h1><p>Loss landscape, after Li et al. 2018</p></header>`,
    `<main>`,
    ...figuresOf(result, options),
    factsTable(result),
    checksTable(runOf(result)?.checks ?? []),
    `</main>`,
    `<script type="application/json" id="data">${dataOf(result)}</script>`,
    `<script>${pageScript}</script>`,
  ];
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join("\n")}\n</head>\n<body>\n${body.join("\n")}\n</body>\n</html>\n`;
}

/** As the policy names an inline style or script. */
function hashOf(content: string): string {
  return `'sha256-${createHash("sha256").update(content, "utf8").digest("base64")}'`;
}

/** A `<` could end the script element. */
function dataOf(result: Exportable): string {
  return JSON.stringify(result).replaceAll("<", "\\u003c");
}

function figuresOf(result: Exportable, options: ExportOptions): readonly string[] {
  const parts = options.part === undefined ? partsOf(result) : [choosePart(result, options.part, exportParts)];
  return parts.flatMap((part) => {
    // Every split has a surface of its own; the lines of all splits belong together.
    const splits = part === "surface" && options.split === undefined ? splitsOf(result.surfaces) : [options.split];
    return splits.map((split, k) => {
      const picture = (theme: ThemeName): string => {
        const prefix = `${part}-${k}-${theme}`;
        const svg = toSvg(result, { ...options, part, theme, prefix, ...(split === undefined ? {} : { split }) });
        return `<div class="${theme}">${svg}</div>`;
      };
      const name = splits.length > 1 ? `${headings[part]}, ${split}` : headings[part];
      return [
        `<figure><figcaption>${escaped(name)}</figcaption>`,
        picture("light"),
        picture("dark"),
        `<output>Move the pointer over the figure to read values.</output></figure>`,
      ].join("\n");
    });
  });
}

function factsTable(result: Exportable): string {
  const facts = factsOf(result);
  if (facts.length === 0) return "";
  const rows = facts.map(([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, escaped(name)), element("td", {}, escaped(value))),
  );
  return `<section><h2>Facts</h2><table class="facts">${rows.join("\n")}</table></section>`;
}

/** Counts stay whole. */
function numberOf(value: JsonNumber): string {
  return typeof value === "number" && Number.isInteger(value) ? tickText(value) : valueText(value);
}

function checksTable(checks: readonly Check[]): string {
  if (checks.length === 0) return "";
  const cell = (content: string): string => element("td", {}, escaped(content));
  const rows = checks.map(({ level, message, value, expected }) =>
    element(
      "tr",
      { class: level },
      cell(levels[level]),
      cell(message),
      cell(numberOf(value)),
      cell(numberOf(expected)),
    ),
  );
  const head = ["State", "Check", "Value", "Expected"].map((name) => element("th", { scope: "col" }, name));
  return `<section><h2>Checks</h2><div class="scroll"><table class="checks"><thead><tr>${head.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div></section>`;
}
