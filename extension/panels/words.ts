import * as vscode from "vscode";
import type { Problem } from "../../server/protocol/problem";
import type { RunEvent } from "../../server/protocol/requests";
import { WorkerStoppedError } from "../client/lost";
import type { TrailWords } from "./trail";

/** What runs on the trail are called. */
export const trailWords: TrailWords = {
  range: (axis, from, to) => vscode.l10n.t("{0} {1} to {2}", axis, from, to),
  points: (columns, rows) => `${columns} × ${rows}`,
  samples: (count) => vscode.l10n.t("{0} samples", count.toLocaleString("en")),
  seed: (seed) => vscode.l10n.t("seed {0}", seed),
  tolerance: (value) => (value > 0 ? vscode.l10n.t("tolerance {0}", value) : vscode.l10n.t("every point")),
  measuredAgain: vscode.l10n.t("measured again"),
};

/** What a run is doing before its first point; of one that waits, for which models. */
export function preparingText({ message, ahead = [] }: Extract<RunEvent, { readonly kind: "preparing" }>): string {
  const names = ahead.join(", ");
  if (ahead.length === 0) return message;
  return ahead.length === 1
    ? vscode.l10n.t("Waiting for another run: {0}", names)
    : vscode.l10n.t("Waiting for {0} other runs: {1}", ahead.length, names);
}

/** What to tell of an error that is not one of the models, data or studies: those come as answers. */
export function problemOf(error: unknown, name: string): Problem {
  if (error instanceof WorkerStoppedError)
    return {
      reason: "worker-lost",
      title: vscode.l10n.t("The worker is not running"),
      message: vscode.l10n.t(
        "The worker that reads and computes {0} ended several times and was not started again.",
        name,
      ),
      advice: vscode.l10n.t('Choose "Restart Worker" in the status bar, then try again.'),
      remedy: "restart-worker",
    };
  return {
    reason: "internal",
    title: vscode.l10n.t("Something went wrong inside Loss Landscape"),
    message: vscode.l10n.t("An unexpected error stopped the work on {0}.", name),
    advice: vscode.l10n.t("Open the log for the details."),
  };
}
