import path from "node:path";
import * as vscode from "vscode";
import { TellRequest } from "../../server/protocol/requests";
import type { Services } from "../commands/command";
import { journalSuffix, titleOf } from "../landscapes/words";
import { readDescribeInput } from "./input";
import { textResult, workspaceFolders } from "./result";

/** Tells a language model what the runs of a model have found; computes nothing. */
export class DescribeTool implements vscode.LanguageModelTool<object> {
  constructor(private readonly services: Services) {}

  prepareInvocation({
    input,
  }: vscode.LanguageModelToolInvocationPrepareOptions<object>): vscode.PreparedToolInvocation {
    const file = readDescribeInput(input, workspaceFolders())?.path ?? "";
    return { invocationMessage: vscode.l10n.t("Reading the landscape of {0}", path.basename(file)) };
  }

  async invoke({ input }: vscode.LanguageModelToolInvocationOptions<object>): Promise<vscode.LanguageModelToolResult> {
    const file = readDescribeInput(input, workspaceFolders())?.path;
    if (file === undefined) throw new Error("The input must have a path: of a model, a study or a run file.");
    if (file.endsWith(journalSuffix)) return textResult(await this.tell(file));
    const study = file.endsWith(".landscape.json") ? path.basename(file).replace(/\.landscape\.json$/, "") : undefined;
    const all = [...(await this.services.runs.load())].sort((a, b) => (a.started < b.started ? 1 : -1));
    const isOfStudy = (model: string): boolean =>
      study !== undefined && path.dirname(model) === path.dirname(file) && path.parse(model).name === study;
    const [newest, ...others] = all.filter(({ model }) => model.path === file || isOfStudy(model.path));
    if (newest === undefined)
      return textResult(`There is no run of ${file} in this workspace yet. run_landscape computes one.`);
    const rest = others.map((run) => `- ${titleOf(run)}, loss ${run.loss}: ${run.journal}`);
    const list = rest.length === 0 ? [] : ["Other runs of the same model:", ...rest];
    return textResult([await this.tell(newest.journal), ...list].join("\n"));
  }

  private async tell(journal: string): Promise<string> {
    const result = await this.services.worker.request(TellRequest, { journal });
    if (result.kind === "told") return result.text;
    throw new Error(`${result.problem.message} ${result.problem.advice}`);
  }
}
