import type * as vscode from "vscode";
import type { DescribeResult } from "../../server/protocol/requests";
import type { RunSnapshot } from "../../server/protocol/result";
import type { HostMessage } from "../../webview/protocol/messages";
import type { Worker } from "../client/worker";
import { studyDefaults } from "../settings";
import type { Screen } from "./screen";
import { Staleness } from "./staleness";
import { changedFiles, watchedFiles } from "./watched";

export interface OutdatedParts {
  readonly source: vscode.Uri;
  readonly worker: Worker;
  readonly screen: Screen;
  readonly log: vscode.LogOutputChannel;
  /** Whether a run is going on, of which nobody can tell yet. */
  readonly isRunning: () => boolean;
  /** What the files say now. */
  readonly describe: () => Promise<DescribeResult>;
}

/** Whether the files of the run that is shown have changed since, and what the page is told of it. */
export class Outdated implements vscode.Disposable {
  private readonly staleness: Staleness;
  private current: Extract<HostMessage, { readonly kind: "stale" }> = { kind: "stale", files: [] };

  constructor(private readonly parts: OutdatedParts) {
    this.staleness = new Staleness(parts.log);
  }

  get message(): HostMessage {
    return this.current;
  }

  get files(): readonly string[] {
    return this.current.files;
  }

  dispose(): void {
    this.staleness.dispose();
  }

  /** @param isOfFiles whether the run is that of the study file, and not of one that was changed in the panel. */
  watch(snapshot: RunSnapshot, isOfFiles: boolean): void {
    const { source, worker, log, isRunning, describe } = this.parts;
    this.staleness
      .watch({
        files: watchedFiles(snapshot.header.study, isOfFiles ? source.fsPath : ""),
        began: Date.parse(snapshot.header.started),
        judge: async (files) =>
          isRunning()
            ? undefined
            : changedFiles({ snapshot, files, worker, defaults: studyDefaults(source), describe }),
        changed: (files, at) => this.tell(files, at),
      })
      .catch((error: unknown) => log.error(String(error)));
  }

  /** The user knows, or another run is shown. */
  clear(): void {
    if (this.files.length > 0) this.tell([]);
  }

  private tell(files: readonly string[], at?: Date): void {
    this.current = { kind: "stale", files, ...(at ? { at: at.toISOString() } : {}) };
    this.parts.screen.post(this.current);
  }
}
