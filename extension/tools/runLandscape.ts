import { randomUUID } from "node:crypto";
import path from "node:path";
import * as vscode from "vscode";
import { ForeseeRequest, TellRequest } from "../../server/protocol/requests";
import type { ForeseeResult } from "../../server/protocol/requests";
import type { Services } from "../commands/command";
import { showRun } from "../landscapes/show";
import { RememberedAnswers } from "../panels/answers";
import { Proposer } from "../panels/proposer";
import { studyDefaults } from "../settings";
import { readRunInput } from "./input";
import { textResult, workspaceFolders } from "./result";

type Foreseen = Extract<ForeseeResult, { readonly kind: "ready" }>;

/** Computes a landscape for a language model, after the user has seen what it costs, and shows it. */
export class RunTool implements vscode.LanguageModelTool<object> {
  constructor(
    private readonly services: Services,
    private readonly memory: vscode.Memento,
  ) {}

  async prepareInvocation(
    { input }: vscode.LanguageModelToolInvocationPrepareOptions<object>,
    token: vscode.CancellationToken,
  ): Promise<vscode.PreparedToolInvocation> {
    const { source, foreseen } = await this.foresee(input, token);
    const name = path.basename(source.fsPath);
    const { evaluations, products, seconds, study } = foreseen;
    const facts = [
      vscode.l10n.t("{0} × {1} points on {2} samples", ...study.grid.points, study.data.samples),
      vscode.l10n.t("{0} evaluations of the loss", evaluations),
      ...(products > 0 ? [vscode.l10n.t("{0} products with the Hessian and gradients", products)] : []),
      seconds === undefined
        ? vscode.l10n.t("No earlier run tells how long it takes.")
        : vscode.l10n.t("About {0} s on this machine", Math.ceil(seconds)),
    ];
    return {
      invocationMessage: vscode.l10n.t("Computing the landscape of {0}", name),
      confirmationMessages: {
        title: vscode.l10n.t("Compute the loss landscape of {0}?", name),
        message: new vscode.MarkdownString(facts.map((fact) => `- ${fact}`).join("\n")),
      },
    };
  }

  async invoke(
    { input }: vscode.LanguageModelToolInvocationOptions<object>,
    token: vscode.CancellationToken,
  ): Promise<vscode.LanguageModelToolResult> {
    const { source, foreseen } = await this.foresee(input, token);
    const { worker, panels } = this.services;
    const outcome = await worker.run(
      { study: foreseen.study, defaults: studyDefaults(source), mode: "resume" },
      { token: randomUUID(), cancellation: token, onEvent: () => undefined },
    );
    const { journal, problem, status } = outcome;
    if (problem !== undefined) throw new Error(`${problem.message} ${problem.advice}`);
    if (journal === undefined) throw new Error(`The run was ${status} before anything was measured.`);
    await showRun(panels, journal);
    const told = await worker.request(TellRequest, { journal });
    if (told.kind === "problem") throw new Error(`${told.problem.message} ${told.problem.advice}`);
    return textResult(told.text);
  }

  /** The study that would run and what it costs. @throws Error that says what is missing, for the language model. */
  private async foresee(
    input: unknown,
    token: vscode.CancellationToken,
  ): Promise<{ readonly source: vscode.Uri; readonly foreseen: Foreseen }> {
    const wanted = readRunInput(input, workspaceFolders());
    if (wanted === undefined)
      throw new Error("The input must have the path of a model, and may have data, points, range, seed and samples.");
    const source = vscode.Uri.file(wanted.model);
    const { worker } = this.services;
    const proposer = new Proposer(source, worker, new RememberedAnswers(source, this.memory));
    const described = await proposer.propose(wanted.data, (attempt) => attempt(), token);
    switch (described.kind) {
      case "problem":
        throw new Error(`${described.problem.message} ${described.problem.advice}`);
      case "choose-data":
        throw new Error(
          `${described.reason} Give "data". Files that fit: ${described.candidates.join(", ") || "none"}.`,
        );
      case "choose-model":
        throw new Error(
          `${described.reason} Give "model" as one that fits: ${described.candidates.join(", ") || "none found"}.`,
        );
      case "ready": {
        const params = { study: described.study, change: wanted.change, defaults: studyDefaults(source) };
        const foreseen = await worker.request(ForeseeRequest, params, token);
        if (foreseen.kind === "problem") throw new Error(`${foreseen.problem.message} ${foreseen.problem.advice}`);
        return { source, foreseen };
      }
    }
  }
}
