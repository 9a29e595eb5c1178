import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as vscode from "vscode";
import { FollowRequest } from "../../server/protocol/requests";
import type { RunSnapshot } from "../../server/protocol/result";
import type { Worker } from "../client/worker";
import { studyDefaults } from "../settings";
import type { Content } from "./content";
import { alikeNames, placeOfSeries } from "./series";
import { settled } from "./settling";
import type { Stamp } from "./settling";

export interface LiveParts {
  readonly source: vscode.Uri;
  readonly worker: Worker;
  readonly log: vscode.LogOutputChannel;
  /** Whether anybody looks: for a hidden panel nothing is computed. */
  readonly isInSight: () => boolean;
  /** The run with more checkpoints on its path. */
  readonly grown: (snapshot: RunSnapshot) => void;
}

/** Files of one run's series that are waited for. */
interface Watched {
  readonly journal: string;
  /** Of the run: the same study may be run again into the same journal. */
  readonly id: string;
  readonly isAlike: (file: string) => boolean;
  readonly cancellation: vscode.CancellationTokenSource;
  readonly watcher: vscode.Disposable;
}

/**
 * Goes with a training that writes checkpoints while its path is shown: when a new one is whole, the worker adds it to the
 * run. What the worker refuses is tried again only when the file has changed.
 */
export class LiveTraining implements vscode.Disposable {
  private watched: Watched | undefined;
  /** Nothing is added while the run itself is being measured. */
  private isAtRest = false;
  private readonly settling = new Set<string>();
  private readonly ready = new Map<string, Stamp>();
  /** Files as they looked when the worker last had them. */
  private readonly done = new Map<string, Stamp>();
  private isAsking = false;
  private isOn = true;

  constructor(private readonly parts: LiveParts) {}

  /** To be told whatever the panel shows from now on. */
  shown(content: Content): void {
    this.isAtRest = content.kind === "snapshot" && !["running", "paused"].includes(content.snapshot.status);
    if (content.kind !== "snapshot") return;
    const { snapshot } = content;
    const files = snapshot.header.trajectory?.checkpoints.map((checkpoint) => checkpoint.path) ?? [];
    if (this.watched?.journal !== snapshot.journal || this.watched.id !== snapshot.header.id) {
      this.stop();
      if (files.length > 0) this.watch(snapshot, files);
    }
    void this.ask();
  }

  /** To be told when the panel has come into sight: adds what was written meanwhile. */
  seen(): void {
    void this.ask();
  }

  /** Whether checkpoints are added; those that were written while they were not are, when they are again. */
  follow(on: boolean): void {
    this.isOn = on;
    void this.ask();
  }

  dispose(): void {
    this.stop();
  }

  private stop(): void {
    this.watched?.watcher.dispose();
    this.watched?.cancellation.cancel();
    this.watched = undefined;
    this.ready.clear();
    this.done.clear();
  }

  private watch({ journal, header }: RunSnapshot, files: readonly string[]): void {
    const { folder, depth } = placeOfSeries(files);
    const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), depth === 0 ? "*" : "**/*");
    const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, false, true);
    const { weights } = header.study.model;
    const known = [...files, header.model.path, ...(weights === undefined ? [] : [weights])];
    const likeSeries = alikeNames(files);
    const watched: Watched = {
      journal,
      id: header.id,
      isAlike: (file) => likeSeries(file) && !known.includes(file),
      cancellation: new vscode.CancellationTokenSource(),
      watcher,
    };
    this.watched = watched;
    const noticed = ({ fsPath }: vscode.Uri): void => void this.notice(watched, fsPath);
    watcher.onDidCreate(noticed);
    watcher.onDidChange(noticed);
    // What was written while nobody watched, but not what was there when the run was made and was not chosen.
    void this.writtenSince(watched, folder, depth, Date.parse(header.started));
  }

  private async writtenSince(watched: Watched, folder: string, depth: number, since: number): Promise<void> {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory() && depth > 0) await this.writtenSince(watched, file, depth - 1, since);
      else if (watched.isAlike(file) && ((await stampOf(file))?.mtime ?? 0) > since) void this.notice(watched, file);
    }
  }

  /** Waits until a file that has appeared or changed is whole. */
  private async notice(watched: Watched, file: string): Promise<void> {
    if (watched !== this.watched || !watched.isAlike(file) || this.settling.has(file)) return;
    this.settling.add(file);
    try {
      const parts = { stamp: stampOf, readable: isReadable, wait: sleep as (milliseconds: number) => Promise<void> };
      const stamp = await settled(file, parts, () => watched === this.watched);
      const before = this.done.get(file);
      if (!stamp || watched !== this.watched || (before?.size === stamp.size && before.mtime === stamp.mtime)) return;
      this.ready.set(file, stamp);
    } finally {
      this.settling.delete(file);
    }
    await this.ask();
  }

  /** Has the worker add what is ready, unless it is doing so or nobody looks; what becomes ready meanwhile is added together. */
  private async ask(): Promise<void> {
    const { watched, parts } = this;
    if (!this.isOn || !watched || this.isAsking || !this.isAtRest || !parts.isInSight() || this.ready.size === 0)
      return;
    const asked = new Map(this.ready);
    for (const [file, stamp] of asked) this.done.set(file, stamp);
    this.ready.clear();
    this.isAsking = true;
    let isRefusedNow = false;
    try {
      const result = await parts.worker.request(
        FollowRequest,
        { journal: watched.journal, checkpoints: [...asked.keys()], defaults: studyDefaults(parts.source) },
        watched.cancellation.token,
      );
      if (result.kind === "problem") parts.log.warn(`New checkpoints were not added: ${result.problem.message}`);
      else if (watched === this.watched) parts.grown(result.snapshot);
      isRefusedNow = result.kind === "problem" && result.problem.reason === "journal-unwritable";
    } catch (error) {
      if (!watched.cancellation.token.isCancellationRequested)
        parts.log.warn(`New checkpoints were not added: ${String(error)}`);
      isRefusedNow = true;
    } finally {
      this.isAsking = false;
    }
    if (!isRefusedNow || watched !== this.watched) return this.ask();
    // The files are good: they are added with the next one, or when the run is shown again.
    for (const [file, stamp] of asked) this.ready.set(file, stamp);
  }
}

function stampOf(file: string): Promise<Stamp | undefined> {
  return stat(file).then(
    (found) => (found.isFile() ? { size: found.size, mtime: found.mtimeMs } : undefined),
    () => undefined,
  );
}

function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
