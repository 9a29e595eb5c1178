import type * as vscode from "vscode";
import type { Worker } from "../client/worker";
import type { Proposer } from "./proposer";

/** What a panel shows and who works for it. */
export interface PanelParts {
  readonly source: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  readonly worker: Worker;
  readonly proposer: Proposer;
  readonly log: vscode.LogOutputChannel;
  /** Called when the user wants the panel to stay with its model, or to go with the file in front. */
  readonly onLock: (locked: boolean) => void;
  /** Called when a run that is being made for a comparison is not wanted any more. */
  readonly onStopComparing: (source: string) => void;
  /** Called when a page that has just been loaded has been given all that there is here. */
  readonly onGreet: () => void;
  /** Called whenever there is a run to be seen. */
  readonly onRun: () => void;
}
