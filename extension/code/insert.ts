import * as vscode from "vscode";
import type { Proposal, Purpose } from "./code";
import { proposalFor } from "./propose";

/** Where a call is asked for: a program and a line of it. */
interface Place {
  readonly document: vscode.TextDocument;
  readonly line: number;
}

/** Puts a call for `purpose` into the program that is meant, selects it and brings it into sight. */
export async function insertCall(purpose: Purpose, args: readonly unknown[]): Promise<void> {
  const place = await placeOf(args);
  if (place === undefined) return;
  const { insertions } = proposalAt(place, purpose);
  const { document } = place;
  const edit = new vscode.WorkspaceEdit();
  for (const { line, character, text } of insertions) {
    const lines = document.eol === vscode.EndOfLine.CRLF ? text.replaceAll("\n", "\r\n") : text;
    edit.insert(document.uri, new vscode.Position(line, character), lines);
  }
  await vscode.workspace.applyEdit(edit);
  const [{ line, text }] = insertions as [Proposal["insertions"][number]];
  const first = text.startsWith("\n") ? line + 1 : line;
  const range = new vscode.Range(first, 0, first + text.trim().split("\n").length, 0);
  await vscode.window.showTextDocument(document, { selection: range });
}

/** Copies a call for `purpose` that suits the program that is meant. */
export async function copyCall(purpose: Purpose, args: readonly unknown[]): Promise<void> {
  const place = await placeOf(args);
  if (place === undefined) return;
  await vscode.env.clipboard.writeText(`${proposalAt(place, purpose).text}\n`);
  vscode.window.setStatusBarMessage(vscode.l10n.t("Copied to the clipboard"), 3000);
}

/** @throws Error that says what was looked for, in a program of another kind. */
function proposalAt({ document, line }: Place, purpose: Purpose): Proposal {
  const proposal = proposalFor(document.getText(), document.languageId, purpose, line);
  if (proposal !== undefined) return proposal;
  const name = vscode.workspace.asRelativePath(document.uri);
  throw new Error(
    vscode.l10n.t(
      "{0} imports none of PyTorch, Lightning, Keras and TensorFlow.js: open the program that trains.",
      name,
    ),
  );
}

/** The program and line that a lens or a caller names, or those of the editor in front. */
async function placeOf([uri, line]: readonly unknown[]): Promise<Place | undefined> {
  if (uri instanceof vscode.Uri) {
    const document = await vscode.workspace.openTextDocument(uri);
    return { document, line: typeof line === "number" ? line : 0 };
  }
  const editor = vscode.window.activeTextEditor;
  return editor && { document: editor.document, line: editor.selection.active.line };
}
