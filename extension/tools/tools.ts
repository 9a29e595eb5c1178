import * as vscode from "vscode";
import type { Services } from "../commands/command";
import { DescribeTool } from "./describeLandscape";
import { RunTool } from "./runLandscape";

/** What language models may use of the extension, by the names of the manifest. */
export function registerTools(services: Services, memory: vscode.Memento): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.lm.registerTool("describe_landscape", new DescribeTool(services)),
    vscode.lm.registerTool("run_landscape", new RunTool(services, memory)),
  );
}
