import type * as vscode from "vscode";
import type { Worker } from "../client/worker";
import type { Panels } from "../panels/panels";

/** What commands work with. */
export interface Services {
  readonly extension: vscode.Uri;
  readonly worker: Worker;
  readonly panels: Panels;
  readonly log: vscode.LogOutputChannel;
}

/** One command of the manifest. */
export interface Command {
  readonly id: string;
  run(services: Services, ...args: readonly unknown[]): void | Promise<void>;
}
