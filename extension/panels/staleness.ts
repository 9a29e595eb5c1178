import { stat } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";

/** How long nothing may happen to a file before it is looked at, in milliseconds: copies are written in pieces. */
const quiet = 600;

/** What is to be known of a run whose files are watched. */
export interface WatchedRun {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** When it began, in milliseconds since 1970: what was changed later may have another content. */
  readonly began: number;
  /** Which of the files that were written hold something else than before; undefined where nobody can tell now. */
  judge(files: readonly string[]): Promise<readonly string[] | undefined>;
  /** Tells which files have changed since and when that was seen; none when they are as they were. */
  changed(files: readonly string[], at: Date): void;
}

/** Watches the files of the run that is shown, and tells when they are no longer those that were measured. */
export class Staleness implements vscode.Disposable {
  private watchers: readonly vscode.Disposable[] = [];
  private run: WatchedRun | undefined;
  private stamps: ReadonlyMap<string, string> = new Map();
  private timer: NodeJS.Timeout | undefined;
  private wasChanged = false;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Watches the files of a run, and no longer those of the one before. */
  async watch(run: WatchedRun): Promise<void> {
    this.dispose();
    this.run = run;
    const files = new Set(run.files);
    const folders = new Set(run.files.map((file) => path.dirname(file)));
    // By folder, because names may hold what a pattern takes for wildcards.
    this.watchers = [...folders].map((folder) => {
      const watcher = vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(folder), "*"),
      );
      const touched = ({ fsPath }: vscode.Uri): void => {
        if (files.has(fsPath)) this.look();
      };
      watcher.onDidChange(touched);
      watcher.onDidCreate(touched);
      watcher.onDidDelete(touched);
      return watcher;
    });
    const stamps = await stampsOf(run.files);
    if (this.run !== run) return;
    this.stamps = new Map([...stamps].map(([file, { text }]) => [file, text]));
    const later = [...stamps].flatMap(([file, { modified }]) => (modified > run.began ? [file] : []));
    if (later.length > 0) await this.judge(run, later);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const watcher of this.watchers) watcher.dispose();
    this.watchers = [];
    this.run = undefined;
    this.wasChanged = false;
  }

  private look(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.compare().catch((error: unknown) => this.log.error(String(error)));
    }, quiet);
  }

  /** Looks at sizes and times once nothing happens any more. */
  private async compare(): Promise<void> {
    const { run, stamps } = this;
    if (run === undefined) return;
    const now = await stampsOf(run.files);
    if (this.run !== run) return;
    if ([...now.values()].some(({ modified }) => Date.now() - modified < quiet / 2)) return this.look();
    const changed = run.files.filter((file) => now.get(file)?.text !== stamps.get(file));
    if (changed.length > 0) return this.judge(run, changed);
    if (this.wasChanged) this.tell(run, []);
  }

  private async judge(run: WatchedRun, files: readonly string[]): Promise<void> {
    const changed = await run.judge(files);
    if (this.run !== run || changed === undefined) return;
    if (changed.length > 0 || this.wasChanged) this.tell(run, changed);
  }

  private tell(run: WatchedRun, files: readonly string[]): void {
    this.wasChanged = files.length > 0;
    run.changed(files, new Date());
  }
}

interface Stamp {
  /** Size and time of change. */
  readonly text: string;
  /** In milliseconds since 1970; 0 where there is no file. */
  readonly modified: number;
}

async function stampsOf(files: readonly string[]): Promise<ReadonlyMap<string, Stamp>> {
  const stamps = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size, mtimeMs }): [string, Stamp] => [file, { text: `${size} ${mtimeMs}`, modified: mtimeMs }],
        (): [string, Stamp] => [file, { text: "", modified: 0 }],
      ),
    ),
  );
  return new Map(stamps);
}
