import * as vscode from "vscode";
import { ProblemError } from "../../server/protocol/problem";
import type { Study } from "../../server/protocol/study";
import { studySuffix } from "../models";
import { pickFile } from "./chooseFile";
import type { Rival } from "./compared";
import type { Proposer } from "./proposer";
import { sameSettings } from "./sameSettings";

/** Who proposes the study of a model. */
export type ProposerOf = (source: vscode.Uri) => Proposer;

/**
 * The study of a model for a comparison, asking the user what cannot be inferred; undefined when that is left open.
 * A model without a study is shown in a random plane: those of paths are made from its own checkpoints.
 * @throws ProblemError
 */
export async function studyToCompare(source: vscode.Uri, proposer: Proposer): Promise<Study | undefined> {
  if (!source.path.toLowerCase().endsWith(studySuffix)) proposer.plane = "random";
  const { token } = new vscode.CancellationTokenSource();
  const title = vscode.l10n.t("Compare {0}", vscode.workspace.asRelativePath(source));
  for (;;) {
    const result = await proposer.propose(undefined, (attempt) => attempt(), token);
    if (result.kind === "ready") return result.study;
    if (result.kind === "problem") throw new ProblemError(result.problem);
    const folder = vscode.Uri.joinPath(source, "..");
    const file = await pickFile(result.kind, result.candidates, title, folder);
    if (file === undefined) return undefined;
    await proposer.answer(result.kind, file);
  }
}

/** Models under the settings of a study, as far as they can be run at all. */
export async function rivalsOf(
  sources: readonly vscode.Uri[],
  first: Study,
  proposerOf: ProposerOf,
): Promise<readonly Rival[]> {
  const rivals: Rival[] = [];
  // One after another: each may ask something.
  for (const source of sources) {
    try {
      const own = await studyToCompare(source, proposerOf(source));
      if (own !== undefined) rivals.push({ source, study: sameSettings(own, first) });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      rivals.push({ source, study: error });
    }
  }
  return rivals;
}
