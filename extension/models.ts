import * as vscode from "vscode";

/** File names of models, weights and studies, and of models that are refused with the way out; the manifest says the same. */
const modelName =
  /(\.(onnx|keras|h5|hdf5|safetensors|pt|pth|ckpt|t7|tflite|pb)|\.landscape\.json|(^|[\\/])model\.json)$/i;

/** Ending of study files. */
export const studySuffix = ".landscape.json";

/** How many files a search of the workspace lists. */
const most = 200;

/** Whether a landscape can be asked for by this file's name. */
export function isModelFile(uri: vscode.Uri): boolean {
  return uri.scheme === "file" && modelName.test(uri.path);
}

/** The models and studies of the workspace, by path. */
export async function findModels(): Promise<vscode.Uri[]> {
  const pattern = "**/{*.onnx,*.keras,*.h5,*.hdf5,*.safetensors,*.pt,*.pth,*.ckpt,*.t7,*.landscape.json,model.json}";
  const found = await vscode.workspace.findFiles(pattern, "**/node_modules/**", most);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The file of the editor in front: a model in a text editor, or in one that shows it as binary. */
export function activeModel(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom
      ? input.uri
      : vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && isModelFile(uri) ? uri : undefined;
}
