import * as l10n from "@vscode/l10n";

/** Id of the element in the panel's page that holds the texts in the user's language, as JSON. */
const bundleId = "l10n";

const bundle = document.getElementById(bundleId)?.textContent;
// Texts are made when their modules are loaded, which all load this one first.
if (bundle) l10n.config({ contents: JSON.parse(bundle) as Record<string, string> });

/** The user's language, for dates and times; the browser's own where the page names none. */
export const language = document.documentElement.lang || undefined;

/** A name as it stands within a sentence: in English it begins small, in translations it is left as it is. */
export const inSentence = (name: string): string => (bundle ? name : name.toLowerCase());

/** A text in the user's language; `{0}`, `{1}` … stand for the arguments. The text itself must be a literal. */
export const t = (text: string, ...args: readonly (string | number)[]): string => l10n.t(text, ...args);
