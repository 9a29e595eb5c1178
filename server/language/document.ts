import path from "node:path";
import type { ASTNode, JSONDocument } from "vscode-json-languageservice";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { StudyDraft } from "../study/draft";
import type { Fault } from "../study/faults";
import { checkText } from "../study/read";

/** A study file as an editor has it. */
export interface StudyDocument {
  /** Absolute path; the paths in it are relative to its folder. */
  readonly file: string;
  readonly folder: string;
  readonly text: TextDocument;
  readonly json: JSONDocument;
  readonly root: ASTNode | undefined;
  /** What is wrong with it, apart from what the files say. */
  readonly faults: readonly Fault[];
  /** What it says, when it keeps to the schema. */
  readonly draft?: StudyDraft;
}

/** Parses and checks a text. Touches no file. */
export async function toStudyDocument(file: string, text: TextDocument): Promise<StudyDocument> {
  const { parsed, faults, draft } = await checkText(file, text.getText());
  const { json } = parsed;
  return { file, folder: path.dirname(file), text, json, root: json.root, faults, ...(draft ? { draft } : {}) };
}
