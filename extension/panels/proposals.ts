import * as vscode from "vscode";
import type { DescribeResult, Origins } from "../../server/protocol/requests";
import type { Study } from "../../server/protocol/study";
import type { HostMessage, PanelMessage, Question } from "../../webview/protocol/messages";
import { browseFile, pickFile } from "./chooseFile";
import type { Flow } from "./flow";
import type { Proposer } from "./proposer";
import type { Screen } from "./screen";

type Answer = Extract<PanelMessage, { readonly kind: Question }>;
type Refusal = Exclude<DescribeResult, { readonly kind: "ready" }>;

/** What was proposed last. */
export interface Proposed {
  readonly study: Study;
  readonly origins: Origins;
  readonly notices: readonly string[];
  readonly plane: "path" | "random" | undefined;
}

export interface ProposalParts {
  readonly name: string;
  readonly folder: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  readonly proposer: Proposer;
  readonly flow: Flow;
  readonly screen: Screen;
  readonly log: vscode.LogOutputChannel;
  /** Called when a question has been answered. */
  readonly onAnswer: () => void;
}

/** Studies as the worker proposes them, and the questions that it has on the way. */
export class Proposals {
  last: Proposed | undefined;
  /** Data of the last run that was shown. */
  shownData: string | undefined;
  /** Closes the list of files that is shown. */
  private list = new vscode.CancellationTokenSource();

  constructor(private readonly parts: ProposalParts) {}

  /** Asks for nothing any more. */
  dispose(): void {
    this.list.cancel();
  }

  /** Asks for the study, and tells the page what was found. */
  async describe(cancellation: vscode.CancellationToken): Promise<DescribeResult> {
    const { name, screen, flow, proposer, log } = this.parts;
    screen.show({ kind: "preparing", message: vscode.l10n.t("Reading {0}", name) });
    const insist = <T>(attempt: () => Promise<T>): Promise<T> => flow.insist(cancellation, attempt);
    const result = await proposer.propose(this.shownData, insist, cancellation);
    if (result.kind !== "ready") return result;
    const { study, origins, notices, plane } = result;
    this.last = { study, origins, notices, plane };
    screen.post(this.found);
    for (const notice of notices) log.info(`${name}: ${notice}`);
    return result;
  }

  /** The same, without a word to the page, in the plane that the user has asked for or another one. */
  describeQuietly(plane?: "path" | "random"): Promise<DescribeResult> {
    const { token } = new vscode.CancellationTokenSource();
    return this.parts.proposer.propose(this.shownData, (attempt) => attempt(), token, plane);
  }

  get found(): HostMessage {
    return { kind: "found", notices: this.last?.notices ?? [], plane: this.last?.plane };
  }

  /** Shows what is missing, and asks for it. */
  refuse(result: Refusal): void {
    const { screen, panel, folder } = this.parts;
    screen.show(result);
    if (result.kind === "problem" || !panel.visible) return;
    const { kind, candidates } = result;
    void pickFile(kind, candidates, panel.title, folder, this.nextList()).then((file) => this.use(kind, file));
  }

  /** Takes a file, or asks for one: among those that fit where a picture has been drawn with another one. */
  async choose({ kind: question, path: file, folder: isFolder }: Answer): Promise<void> {
    if (file !== undefined) return this.use(question, file);
    const { screen, proposer, folder, panel } = this.parts;
    const candidates = screen.snapshot ? await proposer.candidates(question) : [];
    const chosen =
      candidates.length > 0
        ? await pickFile(question, candidates, panel.title, folder, this.nextList())
        : await browseFile(question, panel.title, folder, isFolder);
    return this.use(question, chosen);
  }

  /** Closes the list that is shown; what closes the next one. */
  private nextList(): vscode.CancellationToken {
    this.list.cancel();
    this.list = new vscode.CancellationTokenSource();
    return this.list.token;
  }

  private async use(question: Question, file: string | undefined): Promise<void> {
    if (file === undefined || this.parts.flow.isClosed) return;
    this.list.cancel();
    await this.parts.proposer.answer(question, file);
    this.parts.onAnswer();
  }
}
