import * as vscode from "vscode";
import type { StudyDefaults } from "../server/protocol/requests";
import type { EngineChoice } from "../server/protocol/study";

/** The settings that stand in for what a study leaves open, as they hold for `resource`. */
export function studyDefaults(resource: vscode.Uri | undefined): StudyDefaults {
  const settings = vscode.workspace.getConfiguration("lossLandscape", resource);
  const points = settings.get<number>("grid.points", 51);
  const range = settings.get<number>("grid.range", 1);
  const folder = settings.get<string>("resultsFolder", "").trim();
  return {
    compute: {
      engine: settings.get<EngineChoice>("engine", "auto"),
      evaluators: settings.get<number>("evaluators", 0),
    },
    grid: { points: [points, points], x: [-range, range], y: [-range, range] },
    ...(folder === "" ? {} : { resultsFolder: folder }),
  };
}

/** Whether lenses are shown above code that trains or saves. */
export function codeLens(resource: vscode.Uri): boolean {
  const settings = vscode.workspace.getConfiguration("lossLandscape", resource);
  return settings.get<boolean>("codeLens", true);
}

/** Where an installation of tfjs-node is, or an empty string. */
export function tensorflowFolder(): string {
  return vscode.workspace.getConfiguration("lossLandscape").get<string>("tensorflow.folder", "").trim();
}

/** The Redis server by which evaluators elsewhere join, or an empty string. It holds a password: show it nowhere. */
export function queueAddress(): string {
  return vscode.workspace.getConfiguration("lossLandscape").get<string>("queue", "").trim();
}

/** Makes `engine` the one that new runs use: in this workspace, or everywhere when none is open. */
export async function chooseEngine(engine: EngineChoice): Promise<void> {
  const everywhere = vscode.workspace.workspaceFolders === undefined;
  const scope = everywhere ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await vscode.workspace.getConfiguration("lossLandscape").update("engine", engine, scope);
}
