import type { DocumentLink } from "vscode-json-languageservice";
import { URI } from "vscode-uri";
import type { StudyDocument } from "./document";
import { referencesOf } from "./references";

/** A link for every file that a study names; patterns name no file of their own. */
export function linksOf(study: StudyDocument): DocumentLink[] {
  return referencesOf(study)
    .filter(({ isPattern }) => !isPattern)
    .map(({ node, path }) => ({
      // Within the quotation marks.
      range: {
        start: study.text.positionAt(node.offset + 1),
        end: study.text.positionAt(node.offset + node.length - 1),
      },
      target: URI.file(path).toString(),
    }));
}
