import type {
  DocumentSymbol,
  FoldingRange,
  FormattingOptions,
  Position,
  Range,
  SelectionRange,
  TextEdit,
} from "vscode-json-languageservice";
import type { StudyDocument } from "./document";
import { jsonService } from "./json";

/** Edits that lay out a study, or a part of it; comments stay where they are. */
export function format({ text }: Pick<StudyDocument, "text">, options: FormattingOptions, range?: Range): TextEdit[] {
  const whole = { start: text.positionAt(0), end: text.positionAt(text.getText().length) };
  return jsonService.format(text, range ?? whole, options);
}

export function symbolsOf({ text, json }: StudyDocument): DocumentSymbol[] {
  return jsonService.findDocumentSymbols2(text, json);
}

export function foldingOf({ text }: Pick<StudyDocument, "text">): FoldingRange[] {
  return jsonService.getFoldingRanges(text);
}

export function selectionsAt({ text, json }: StudyDocument, positions: Position[]): SelectionRange[] {
  return jsonService.getSelectionRanges(text, positions, json);
}
