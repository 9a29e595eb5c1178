import path from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Position, Range, TextEdit } from "vscode-json-languageservice";
import { toStudyDocument } from "../../../server/language/document";
import type { StudyDocument } from "../../../server/language/document";

/** A study and the place that is marked in it. */
export interface Marked {
  readonly study: StudyDocument;
  readonly position: Position;
}

/** A study from a text in which `|` marks the cursor, e.g. `{"model": "|"}`. */
export async function marked(text: string, folder = "/studies"): Promise<Marked> {
  const offset = text.indexOf("|");
  if (offset < 0) throw new Error("no | in the text");
  const study = await studyOf(text.slice(0, offset) + text.slice(offset + 1), folder);
  return { study, position: study.text.positionAt(offset) };
}

export function studyOf(text: string, folder = "/studies"): Promise<StudyDocument> {
  const file = path.join(folder, "net.landscape.json");
  return toStudyDocument(file, TextDocument.create(`file://${file}`, "jsonc", 1, text));
}

/** The text in a range. */
export function textIn({ text }: StudyDocument, range: Range): string {
  return text.getText(range);
}

/** The text after edits. */
export function after({ text }: StudyDocument, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(text, [...edits]);
}
