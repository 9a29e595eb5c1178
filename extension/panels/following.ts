import * as vscode from "vscode";
import { activeModel } from "../models";
import type { PanelController } from "./controller";

/** Whether the panel in front stays with its model; for the buttons of its title. */
const contextKey = "lossLandscapeLocked";

/**
 * Panels that go with the model or study in front, as the Markdown preview does. A panel stays with its model until the
 * user unlocks it: a picture that took minutes does not go away by a click on another file. While a run is going on it
 * stays too.
 */
export class Following implements vscode.Disposable {
  private readonly listeners: readonly vscode.Disposable[];

  /**
   * @param panels all that may follow, by the model or study that they show.
   * @param turn makes a panel show another model, without starting a run.
   */
  constructor(
    private readonly panels: ReadonlyMap<string, PanelController>,
    private readonly turn: (controller: PanelController, source: vscode.Uri) => void,
  ) {
    const { tabGroups } = vscode.window;
    this.listeners = [
      tabGroups.onDidChangeTabs(() => this.changed()),
      tabGroups.onDidChangeTabGroups(() => this.changed()),
    ];
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  /** Makes a panel stay with its model, or go with the file in front. */
  lock(controller: PanelController, locked: boolean): void {
    controller.locked = locked;
    this.tell();
  }

  /** Tells the workbench about the panel in front. */
  tell(): void {
    const active = [...this.panels.values()].find(({ isActive }) => isActive);
    void vscode.commands.executeCommand("setContext", contextKey, active?.locked ?? true);
  }

  private changed(): void {
    this.tell();
    const source = activeModel();
    if (source === undefined || this.panels.has(source.toString())) return;
    const follower = [...this.panels.values()].find(({ locked, isRunning }) => !locked && !isRunning);
    if (follower) this.turn(follower, source);
  }
}
