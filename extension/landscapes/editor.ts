import * as vscode from "vscode";
import type { Panels } from "../panels/panels";
import type { RunList } from "./list";

/** Type of the editor, as the manifest has it. */
export const runEditorType = "lossLandscape.run";

/** Shows a run file as its picture. Nothing is ever written: "Reopen Editor With" has the text. */
export class RunEditor implements vscode.CustomReadonlyEditorProvider {
  constructor(
    private readonly panels: Panels,
    private readonly list: RunList,
  ) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    const summary = await this.list.summaryOf(uri.fsPath);
    // What cannot be read is about itself: the panel says what is wrong with it.
    this.panels.adopt(uri, summary ? vscode.Uri.file(summary.model.path) : uri, panel);
  }
}
