import * as vscode from "vscode";
import { modelFileName } from "../../server/protocol/modelName";
import type { Worker } from "../client/worker";
import { studySuffix } from "../models";
import { RememberedAnswers } from "./answers";
import { rivalsOf, studyToCompare } from "./compare";
import { ComparedRuns } from "./compared";
import { PanelController } from "./controller";
import { Following } from "./following";
import { pageOf } from "./html";
import { readState } from "./messages";
import { Proposer } from "./proposer";

export const panelType = "lossLandscape.panel";

/** All panels: one for each model or study, shown again when it is asked for again. */
export class Panels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly controllers = new Map<string, PanelController>();
  /** Those of run files, which the workbench opens and closes as editors. */
  private readonly editors = new Set<PanelController>();
  /** What is being made beside the run of each panel. */
  private readonly compared = new WeakMap<vscode.WebviewPanel, ComparedRuns>();
  /** Runs to be compared with that of a journal, of which there is no panel yet. */
  private readonly comparisons = new Map<string, readonly string[]>();
  private readonly following = new Following(this.controllers, (controller, source) => this.turn(controller, source));

  constructor(
    private readonly extension: vscode.Uri,
    private readonly worker: Worker,
    private readonly memory: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  dispose(): void {
    this.following.dispose();
  }

  /** The panel in front, if one is. */
  get active(): PanelController | undefined {
    return this.all.find(({ isActive }) => isActive);
  }

  /** Makes the panel in front stay with its model, or go with the file in front. */
  lock(locked: boolean): void {
    const { active } = this;
    if (active && !this.editors.has(active)) this.following.lock(active, locked);
  }

  private get all(): readonly PanelController[] {
    return [...this.controllers.values(), ...this.editors];
  }

  /** Opens a panel beside the code, or shows the one that there is. */
  visualize(source: vscode.Uri): void {
    const existing = this.controllers.get(source.toString());
    if (existing !== undefined) return existing.reveal();
    const panel = vscode.window.createWebviewPanel(panelType, "", this.column(), this.options());
    this.control(source, panel).course.visualize();
  }

  /** Shows models beside each other, in the panel of the first one and under its settings. */
  async compare([first, ...others]: readonly vscode.Uri[]): Promise<void> {
    if (first === undefined) return;
    const shown = this.controllers.get(first.toString())?.study;
    const isShared = shown?.directions.kind === "random" && shown.grid.lines !== true;
    const proposerOf = (source: vscode.Uri): Proposer => this.proposer(source);
    const study = isShared ? shown : await studyToCompare(first, proposerOf(first));
    if (study === undefined) return;
    const controller = this.show(first);
    if (!isShared) controller.course.visualize(first.path.endsWith(studySuffix) ? undefined : "random");
    const rivals = await rivalsOf(others, study, proposerOf);
    this.compared.get(controller.panel)?.add(rivals, controller.study !== undefined);
  }

  /** Runs a study anew or goes on with its unfinished run, in its panel. */
  run(source: vscode.Uri, mode: "resume" | "fresh"): void {
    this.show(source).course.rerun(mode);
  }

  /** Shows the run of a journal in the panel of its study. */
  open(source: vscode.Uri, journal: string): void {
    this.show(source).course.restore(journal);
  }

  /** Fills the panel that the workbench has opened for a run file; one for the same model stays what it is. */
  adopt(journal: vscode.Uri, source: vscode.Uri, panel: vscode.WebviewPanel): void {
    const controller = this.fill(source, panel);
    this.editors.add(controller);
    const others = this.comparisons.get(journal.fsPath);
    if (others) controller.compareWith(others);
    this.comparisons.delete(journal.fsPath);
    panel.onDidDispose(() => this.editors.delete(controller));
    controller.course.restore(journal.fsPath);
  }

  /** Brings the panel that shows the run of a journal to the front; whether there is one. */
  reveal(journal: string): boolean {
    const shown = this.all.find((controller) => controller.journal === journal);
    shown?.reveal();
    return shown !== undefined;
  }

  /** Has the panel of a run, which is shown already or next, compare it with others; all by their journals. */
  compareRun(journal: string, others: readonly string[]): void {
    const shown = this.all.find((controller) => controller.journal === journal);
    if (shown) shown.compareWith(others);
    else this.comparisons.set(journal, others);
  }

  /** Tells all pages of runs that are not any more what they were. */
  tellRuns(journals: readonly string[]): void {
    for (const controller of this.all) controller.tellRuns(journals);
  }

  /** The panels whose runs are going on or wait for their turn. */
  get running(): readonly PanelController[] {
    return this.all.filter(({ isRunning }) => isRunning);
  }

  /** The panel of a model or study, in sight; what it shows is up to the caller. */
  private show(source: vscode.Uri): PanelController {
    const existing = this.controllers.get(source.toString());
    if (existing !== undefined) {
      existing.bringToFront();
      return existing;
    }
    return this.control(source, vscode.window.createWebviewPanel(panelType, "", this.column(), this.options()));
  }

  /** Fills a panel that was open when the window was closed or reloaded. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = readState(state);
    if (kept === undefined) {
      // Nothing says what it was about.
      panel.dispose();
      return Promise.resolve();
    }
    const controller = this.control(vscode.Uri.parse(kept.source), panel);
    if (kept.journal === undefined) controller.course.peek();
    else controller.course.restore(kept.journal, kept.trail);
    return Promise.resolve();
  }

  /** The controller of the one panel of a model or study. */
  private control(source: vscode.Uri, panel: vscode.WebviewPanel): PanelController {
    const controller = this.fill(source, panel);
    this.keep(controller);
    panel.onDidChangeViewState(() => this.following.tell());
    return controller;
  }

  private keep(controller: PanelController): void {
    const key = controller.source.toString();
    this.controllers.set(key, controller);
    controller.panel.onDidDispose(() => {
      if (this.controllers.get(key) === controller) this.controllers.delete(key);
    });
  }

  /** Makes a panel show what there is of another model, without starting a run. */
  private turn(controller: PanelController, source: vscode.Uri): void {
    const { panel } = controller;
    this.controllers.delete(controller.source.toString());
    const isLive = controller.release();
    this.compared.get(panel)?.clear();
    const next = this.controller(source, panel);
    this.keep(next);
    next.takeOver(isLive);
    this.following.lock(next, false);
    panel.title = titleOf(source);
    next.course.peek();
  }

  private controller(source: vscode.Uri, panel: vscode.WebviewPanel): PanelController {
    const controller: PanelController = new PanelController({
      source,
      panel,
      worker: this.worker,
      proposer: this.proposer(source),
      log: this.log,
      onGreet: () => this.compared.get(panel)?.greet(),
      onRun: () => this.compared.get(panel)?.begin(),
      onStopComparing: (other) => this.compared.get(panel)?.stop(other),
      onLock: (locked) => this.following.lock(controller, locked),
    });
    return controller;
  }

  private proposer(source: vscode.Uri): Proposer {
    return new Proposer(source, this.worker, new RememberedAnswers(source, this.memory));
  }

  private fill(source: vscode.Uri, panel: vscode.WebviewPanel): PanelController {
    const compared = new ComparedRuns(panel, this.worker, this.log);
    this.compared.set(panel, compared);
    panel.onDidDispose(() => compared.dispose());
    const controller = this.controller(source, panel);
    const { webview } = panel;
    const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.assets, name)).toString();
    panel.title = titleOf(source);
    panel.iconPath = vscode.Uri.joinPath(this.extension, "media", "icon.png");
    webview.options = this.options();
    webview.html = pageOf({
      source: webview.cspSource,
      script: asset("panel.js"),
      icons: asset("codicon.css"),
      language: vscode.env.language,
      title: panel.title,
      texts: vscode.l10n.bundle,
    });
    return controller;
  }

  /** Beside the code: where a panel is in sight already, otherwise next to the active editor. */
  column(): vscode.ViewColumn {
    const shown = this.all.find(({ visibleColumn }) => visibleColumn !== undefined);
    return shown?.visibleColumn ?? vscode.ViewColumn.Beside;
  }

  private get assets(): vscode.Uri {
    return vscode.Uri.joinPath(this.extension, "dist", "webview");
  }

  private options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return { enableScripts: true, localResourceRoots: [this.assets], retainContextWhenHidden: false };
  }
}

function titleOf(source: vscode.Uri): string {
  return vscode.l10n.t("Landscape: {0}", modelFileName(source.fsPath));
}
