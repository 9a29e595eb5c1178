import type * as vscode from "vscode";
import type { DescribeResult } from "../../../server/protocol/requests";
import type { RunSnapshot } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import type { AskName, Asks } from "../../../webview/protocol/asks";
import type { Worker } from "../../client/worker";

/** What answers to the panel's questions are made from. */
export interface AskContext {
  /** The model or study that the panel is about. */
  readonly source: vscode.Uri;
  readonly worker: Worker;
  readonly log: vscode.LogOutputChannel;
  /** The run that is shown, as far as there is one. */
  readonly snapshot: RunSnapshot | undefined;
  /** The study of that run, or the one that was proposed where there is none yet. */
  readonly study: Study | undefined;
  /** What the worker proposes for the model in a plane. */
  readonly propose: (plane: "path" | "random") => Promise<DescribeResult>;
}

/** Answers one kind of question. */
export interface AskHandler<K extends AskName> {
  /** The parameters as the types promise them, or nothing when the page has sent something else. */
  read(params: unknown): Asks[K]["params"] | undefined;
  /** @throws ProblemError what cannot be answered; anything else is logged and told as a fault of ours. */
  answer(params: Asks[K]["params"], context: AskContext): Promise<Asks[K]["result"]>;
}
