/**
 * `npm run l10n`: writes the texts of extension and panel, as the sources have them, into the bundle for translators, and
 * says what is missing in every translation.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { getL10nJson } from "@vscode/l10n-dev";
import { root } from "./steps.mjs";

const folder = path.join(root, "l10n");
const bundle = path.join(folder, "bundle.l10n.json");

const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const inOrder = (texts) => Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The panel's texts are made with a function of our own, which the collector knows by another name. */
const asKnown = (contents) =>
  /import \{ t \} from ".*\/l10n";/.test(contents)
    ? `import * as l10n from "@vscode/l10n";\n${contents.replace(/(?<![\w.$])t\(/g, "l10n.t(")}`
    : contents;

/** All texts of the sources, each under itself, in order. */
async function collectTexts() {
  const sources = ["extension", "webview"].flatMap((name) =>
    readdirSync(path.join(root, name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(path.join(root, name, file), "utf8")),
  );
  const files = sources.filter((contents) => /\bl10n\b/.test(contents));
  return inOrder(await getL10nJson(files.map((contents) => ({ extension: ".ts", contents: asKnown(contents) }))));
}

/** What every translation lacks of the texts of code and manifest, and what it has beyond them, by its file. */
function translationGaps() {
  const gapsOf = (file, known) => {
    const texts = read(path.join(root, file));
    const missing = Object.keys(known).filter((key) => !texts[key]);
    return { file, missing, surplus: Object.keys(texts).filter((key) => !(key in known)) };
  };
  const translated = (names, pattern) => names.filter((name) => pattern.test(name)).sort();
  return [
    ...translated(readdirSync(folder), /^bundle\.l10n\..+\.json$/).map((name) =>
      gapsOf(path.join("l10n", name), read(bundle)),
    ),
    ...translated(readdirSync(root), /^package\.nls\..+\.json$/).map((name) =>
      gapsOf(name, read(path.join(root, "package.nls.json"))),
    ),
  ];
}

const texts = await collectTexts();
writeFileSync(bundle, `${JSON.stringify(texts, null, 2)}\n`);
console.log(`${Object.keys(texts).length} texts in ${path.relative(root, bundle)}`);
for (const { file, missing, surplus } of translationGaps()) {
  console.log(`${file}: ${missing.length} missing, ${surplus.length} not used any more`);
  for (const text of missing) console.log(`  missing: ${JSON.stringify(text)}`);
  for (const text of surplus) console.log(`  not used: ${JSON.stringify(text)}`);
}
