import * as vscode from "vscode";
import { modelFileName } from "../../server/protocol/modelName";
import type { Worker } from "../client/worker";
import { RememberedAnswers } from "./answers";
import { PanelController } from "./controller";
import { pageOf } from "./html";
import { readState } from "./messages";
import { Proposer } from "./proposer";

export const panelType = "lossLandscape.panel";

/** All panels: one for each model or study, shown again when it is asked for again. */
export class Panels implements vscode.WebviewPanelSerializer {
  private readonly controllers = new Map<string, PanelController>();

  constructor(
    private readonly extension: vscode.Uri,
    private readonly worker: Worker,
    private readonly memory: vscode.Memento,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The panel in front, if one is. */
  get active(): PanelController | undefined {
    return [...this.controllers.values()].find(({ isActive }) => isActive);
  }

  /** Opens a panel beside the code, or shows the one that there is. */
  visualize(source: vscode.Uri): void {
    const existing = this.controllers.get(source.toString());
    if (existing !== undefined) return existing.reveal();
    const panel = vscode.window.createWebviewPanel(panelType, "", this.column(), this.options());
    this.control(source, panel).visualize();
  }

  /** Runs a study anew or goes on with its unfinished run, in its panel. */
  run(source: vscode.Uri, mode: "resume" | "fresh"): void {
    this.show(source).rerun(mode);
  }

  /** Shows the run of a journal in the panel of its study. */
  open(source: vscode.Uri, journal: string): void {
    this.show(source).restore(journal);
  }

  /** Fills the panel that the workbench has opened for a run file; one for the same model stays what it is. */
  adopt(journal: vscode.Uri, source: vscode.Uri, panel: vscode.WebviewPanel): void {
    this.control(source, panel, `run:${journal.toString()}`).restore(journal.fsPath);
  }

  /** Brings the panel that shows the run of a journal to the front; whether there is one. */
  reveal(journal: string): boolean {
    const shown = [...this.controllers.values()].find((controller) => controller.journal === journal);
    shown?.reveal();
    return shown !== undefined;
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
    if (kept.journal === undefined) controller.visualize();
    else controller.restore(kept.journal);
    return Promise.resolve();
  }

  private control(source: vscode.Uri, panel: vscode.WebviewPanel, key = source.toString()): PanelController {
    const controller = new PanelController(
      source,
      panel,
      this.worker,
      new Proposer(source, this.worker, new RememberedAnswers(source, this.memory)),
      this.log,
    );
    this.controllers.set(key, controller);
    panel.onDidDispose(() => {
      if (this.controllers.get(key) === controller) this.controllers.delete(key);
    });
    const { webview } = panel;
    const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(this.assets, name)).toString();
    panel.title = vscode.l10n.t("Landscape: {0}", modelFileName(source.fsPath));
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
    const shown = [...this.controllers.values()].find(({ visibleColumn }) => visibleColumn !== undefined);
    return shown?.visibleColumn ?? vscode.ViewColumn.Beside;
  }

  private get assets(): vscode.Uri {
    return vscode.Uri.joinPath(this.extension, "dist", "webview");
  }

  private options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return { enableScripts: true, localResourceRoots: [this.assets], retainContextWhenHidden: false };
  }
}
