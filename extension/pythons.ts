import * as vscode from "vscode";

/** What is used of the Python extension, where it is installed. */
interface PythonExtension {
  readonly environments?: { getActiveEnvironmentPath(): { readonly path: string } };
}

/**
 * The Python interpreters that the editor knows as chosen: that of the Python extension, and that of its setting. None
 * in a workspace that is not trusted, which could name any program.
 */
export async function activePythons(): Promise<readonly string[]> {
  if (!vscode.workspace.isTrusted) return [];
  const setting = vscode.workspace.getConfiguration("python").get<string>("defaultInterpreterPath", "");
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  let active = "";
  try {
    active = (await extension?.activate())?.environments?.getActiveEnvironmentPath().path ?? "";
  } catch {
    // Its own trouble is none of ours: the setting and the PATH remain.
  }
  const isProgram = (path: string) => path !== "" && path !== "python" && !path.includes("${");
  return [active, setting].filter(isProgram);
}
