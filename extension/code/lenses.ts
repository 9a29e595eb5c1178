import * as vscode from "vscode";
import { codeLens } from "../settings";
import type { Purpose } from "./code";
import { languages, proposalsIn } from "./propose";

/** Larger files are no programs that somebody trains with. */
const largest = 500_000;

/** Lenses above code that trains or saves a model. Programs are read as text; nothing of them is run. */
export class CodeLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly registered: vscode.Disposable;
  readonly onDidChangeCodeLenses = this.changed.event;

  constructor() {
    this.registered = vscode.Disposable.from(
      this.changed,
      vscode.languages.registerCodeLensProvider(
        languages.map((language) => ({ language })),
        this,
      ),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("lossLandscape.codeLens")) this.changed.fire();
      }),
    );
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!codeLens(document.uri)) return [];
    const text = document.getText();
    if (text.length > largest) return [];
    return proposalsIn(text, document.languageId).map(({ purpose, line }) => {
      const range = new vscode.Range(line, 0, line, 0);
      return new vscode.CodeLens(range, { ...commandFor(purpose), arguments: [document.uri, line] });
    });
  }

  dispose(): void {
    this.registered.dispose();
  }
}

function commandFor(purpose: Purpose): vscode.Command {
  return purpose === "export"
    ? { command: "lossLandscape.insertExport", title: `$(graph) ${vscode.l10n.t("Insert export for loss landscape")}` }
    : {
        command: "lossLandscape.insertCheckpointCallback",
        title: `$(graph) ${vscode.l10n.t("Keep weights of every epoch for loss landscape")}`,
      };
}
