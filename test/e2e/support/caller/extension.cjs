/**
 * Calls one tool through the editor's own interface for language models. The call is in `tool-call.json` of the folder that
 * is open; what came of it goes to `tool-answer.json` beside it.
 */
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

async function call() {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const { name, input } = JSON.parse(readFileSync(path.join(folder, "tool-call.json"), "utf8"));
  const tool = vscode.lm.tools.find((each) => each.name === name);
  const answer = { description: tool?.description, schema: tool?.inputSchema };
  try {
    const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    answer.text = result.content.map((part) => part.value).join("\n");
  } catch (error) {
    answer.error = error instanceof Error ? error.message : String(error);
  }
  // It appears when it is whole.
  const written = path.join(folder, "tool-answer.part");
  writeFileSync(written, JSON.stringify(answer));
  renameSync(written, path.join(folder, "tool-answer.json"));
}

exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand("toolCaller.call", call));
};
