import * as vscode from "vscode";
import { StatusItem } from "./client/statusItem";
import { startWithStudies } from "./client/studies";
import { Worker } from "./client/worker";
import { CodeLenses } from "./code/lenses";
import { registerCommands } from "./commands/register";
import { RunEditor, runEditorType } from "./landscapes/editor";
import { RunList } from "./landscapes/list";
import { LandscapesTree } from "./landscapes/tree";
import { Panels, panelType } from "./panels/panels";
import { registerTools } from "./tools/tools";

let worker: Worker | undefined;

/** Wires everything up; nothing is started before it is needed. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Loss Landscape", { log: true });
  const engines = vscode.Uri.joinPath(context.globalStorageUri, "engines").fsPath;
  const ours = new Worker(context.asAbsolutePath("dist/server.js"), engines, log);
  worker = ours;
  const panels = new Panels(context.extensionUri, ours, context.workspaceState, log);
  const runs = new RunList(ours);
  const landscapes = new LandscapesTree(runs, ours, log);
  const services = { extension: context.extensionUri, worker: ours, panels, runs, landscapes, log };
  context.subscriptions.push(
    log,
    ours,
    new StatusItem(ours),
    runs,
    runs.onDidAlter((journals) => panels.tellRuns(journals)),
    landscapes,
    panels,
    registerCommands(services),
    registerTools(services, context.workspaceState),
    vscode.window.registerCustomEditorProvider(runEditorType, new RunEditor(panels, runs)),
    vscode.window.registerWebviewPanelSerializer(panelType, panels),
    startWithStudies(ours, log),
    new CodeLenses(),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const restarting = ["lossLandscape.tensorflow.folder", "lossLandscape.queue"];
      if (!restarting.some((name) => event.affectsConfiguration(name))) return;
      ours.settingsChanged().catch((error: unknown) => log.error(String(error)));
    }),
  );
}

/** Ends the worker in good order: points in flight are kept. */
export async function deactivate(): Promise<void> {
  await worker?.stop();
}
