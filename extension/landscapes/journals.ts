import path from "node:path";
import * as vscode from "vscode";
import { studyDefaults } from "../settings";
import { journalSuffix } from "./words";

/** How many run files a search of the workspace lists. */
const most = 1000;

/** The run files of the workspace and of the results folders that the settings name, each once; absolute paths. */
export async function findJournals(): Promise<readonly string[]> {
  const inWorkspace = await vscode.workspace.findFiles(`**/*${journalSuffix}`, "**/node_modules/**", most);
  const elsewhere = await Promise.all(resultsFolders().map(journalsIn));
  const files = inWorkspace.filter(({ scheme }) => scheme === "file").map(({ fsPath }) => fsPath);
  return [...new Set([...files, ...elsewhere.flat()])];
}

/**
 * Tells whenever run files come, go or change, and when a run begins or ends writing its file.
 * @param changed whether it is only that a file became longer, and which one.
 */
export function watchJournals(changed: (grown: boolean, journal: string) => void): vscode.Disposable {
  const folders = resultsFolders().map((folder) => new vscode.RelativePattern(vscode.Uri.file(folder), "*"));
  // Whoever writes a run file has a lock beside it.
  const patterns = [`**/*${journalSuffix}{,.lock}`, ...folders];
  const watchers = patterns.map((pattern) => {
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const isOurs = ({ path: file }: vscode.Uri): boolean => file.includes(journalSuffix);
    const journalOf = ({ fsPath }: vscode.Uri): string => fsPath.replace(/\.lock$/, "");
    watcher.onDidCreate((uri) => isOurs(uri) && changed(false, journalOf(uri)));
    watcher.onDidDelete((uri) => isOurs(uri) && changed(false, journalOf(uri)));
    watcher.onDidChange((uri) => uri.path.endsWith(journalSuffix) && changed(true, uri.fsPath));
    return watcher;
  });
  return vscode.Disposable.from(...watchers);
}

/** Absolute results folders of the settings; a relative one lies beside each model. */
function resultsFolders(): readonly string[] {
  const scopes = vscode.workspace.workspaceFolders?.map(({ uri }) => uri) ?? [undefined];
  const folders = scopes.map((scope) => studyDefaults(scope).resultsFolder ?? "");
  return [...new Set(folders.filter((folder) => path.isAbsolute(folder)))];
}

async function journalsIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder));
    return entries.filter(([name]) => name.endsWith(journalSuffix)).map(([name]) => path.join(folder, name));
  } catch {
    // Nothing has run yet.
    return [];
  }
}
