import * as vscode from "vscode";
import { DescribeRequest } from "../../server/protocol/requests";
import type { DescribeResult } from "../../server/protocol/requests";
import type { Question } from "../../webview/protocol/messages";
import type { Worker } from "../client/worker";
import { studyDefaults } from "../settings";
import type { Answers, RememberedAnswers } from "./answers";

/** Repeats a request whenever the worker was lost and is back. */
type Insist = <T>(attempt: () => Promise<T>) => Promise<T>;

/** Asks the worker for the study of a model, and answers its questions as the user has answered them. */
export class Proposer {
  /** The plane that the user has asked for. */
  plane: "path" | "random" | undefined;
  /** What the user has chosen in this panel, in place of whatever a study or the folder says. */
  private chosen: Answers = {};

  constructor(
    private readonly source: vscode.Uri,
    private readonly worker: Worker,
    private readonly answers: RememberedAnswers,
  ) {}

  /** Takes the user's answer to a question, for good. */
  async answer(question: Question, file: string): Promise<void> {
    const answer: Answers = question === "choose-data" ? { data: file } : { model: file };
    this.chosen = { ...this.chosen, ...answer };
    await this.answers.add(answer);
  }

  /**
   * The study; questions are answered as they were before, as far as that is still right.
   * @param shown data of the run that is shown, which may have been chosen in another workspace.
   * @param plane the one that the user has asked for, unless another one is given.
   */
  async propose(
    shown: string | undefined,
    insist: Insist,
    cancellation: vscode.CancellationToken,
    plane = this.plane,
  ): Promise<DescribeResult> {
    const before: Answers = { ...(shown === undefined ? {} : { data: shown }), ...this.answers.current };
    let known = this.chosen;
    let result = await insist(() => this.ask(known, plane, cancellation));
    for (const [question, name] of [
      ["choose-model", "model"],
      ["choose-data", "data"],
    ] as const) {
      if (result.kind !== question || known[name] !== undefined || before[name] === undefined) continue;
      const more = { ...known, [name]: before[name] };
      const again = await insist(() => this.ask(more, plane, cancellation));
      if (again.kind === "problem") return result;
      [known, result] = [more, again];
    }
    return result;
  }

  /** Files that answer a question, were it asked now: none where one is taken unasked. */
  async candidates(question: Question): Promise<readonly string[]> {
    const { model } = this.chosen;
    const result = await this.ask(model === undefined ? {} : { model }, this.plane);
    return result.kind === question ? result.candidates : [];
  }

  private ask(
    { data, model }: Answers,
    plane: Proposer["plane"],
    cancellation?: vscode.CancellationToken,
  ): Promise<DescribeResult> {
    const uriOf = (file: string | undefined): string | undefined =>
      file === undefined ? undefined : vscode.Uri.file(file).toString();
    const params = {
      uri: this.source.toString(),
      data: uriOf(data),
      model: uriOf(model),
      plane,
      defaults: studyDefaults(this.source),
    };
    return this.worker.request(DescribeRequest, params, cancellation);
  }
}
