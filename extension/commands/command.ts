import type * as vscode from "vscode";
import type { Worker } from "../client/worker";
import type { RunList } from "../landscapes/list";
import type { LandscapesTree } from "../landscapes/tree";
import type { Panels } from "../panels/panels";

/** What commands work with. */
export interface Services {
  readonly extension: vscode.Uri;
  readonly worker: Worker;
  readonly panels: Panels;
  /** The runs of the workspace. */
  readonly runs: RunList;
  /** The view of them. */
  readonly landscapes: LandscapesTree;
  readonly log: vscode.LogOutputChannel;
}

/** One command of the manifest. */
export interface Command {
  readonly id: string;
  run(services: Services, ...args: readonly unknown[]): void | Promise<void>;
}
