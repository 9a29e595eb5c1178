import path from "node:path";
import * as vscode from "vscode";
import { ProblemError } from "../../server/protocol/problem";
import { ExportRequest } from "../../server/protocol/requests";
import type { RunSummary } from "../../server/protocol/requests";
import type { ExportFormat } from "../../webview/protocol/asks";
import type { Worker } from "../client/worker";
import { fileStem } from "./words";

/** What is needed to suggest a file. */
export type Exported = Pick<RunSummary, "journal" | "name" | "model" | "what">;

/** Formats for people to choose from, pictures first. */
export function formatsOf({ what }: Pick<RunSummary, "what">): readonly (readonly [ExportFormat, string])[] {
  const all: readonly (readonly [ExportFormat, string])[] = [
    ["png", vscode.l10n.t("Picture (PNG)")],
    ["svg", vscode.l10n.t("Picture for papers (SVG)")],
    ["html", vscode.l10n.t("Interactive page (HTML)")],
    ["csv", vscode.l10n.t("Table (CSV)")],
    ["json", vscode.l10n.t("Everything (JSON)")],
    ["npz", vscode.l10n.t("NumPy arrays (NPZ)")],
    ["h5", vscode.l10n.t("HDF5")],
    ["vtp", vscode.l10n.t("Mesh for ParaView (VTP)")],
    ["obj", vscode.l10n.t("Mesh (OBJ)")],
  ];
  // Meshes are made of surfaces.
  return what.startsWith("surface") ? all : all.filter(([format]) => format !== "vtp" && format !== "obj");
}

/**
 * Writes a run to a file of the user's choice; its path, or nothing when the user gives up. The dialog asks before
 * anything is replaced.
 * @throws ProblemError
 */
export async function exportRun(run: Exported, format: ExportFormat, worker: Worker): Promise<string | undefined> {
  const target = await saveTarget({
    ...{ model: run.model.path, journal: run.journal },
    ...{ stem: fileStem(run), ending: format },
  });
  if (target === undefined) return undefined;
  const result = await worker.request(ExportRequest, { journal: run.journal, format, out: target.fsPath });
  if (result.kind === "problem") throw new ProblemError(result.problem);
  return result.files[0];
}

export interface SaveTarget {
  /** Absolute paths: the file is suggested beside the model, or beside the run file where the model is gone. */
  readonly model: string;
  readonly journal: string;
  /** Name of the file that is suggested, without its ending. */
  readonly stem: string;
  /** Without a dot. */
  readonly ending: string;
}

/** Asks where to save a file of a run; undefined when the user gives up. */
export async function saveTarget({ model, journal, stem, ending }: SaveTarget): Promise<vscode.Uri | undefined> {
  const folder = path.dirname((await isThere(model)) ? model : journal);
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t("Export"),
    saveLabel: vscode.l10n.t("Export"),
    defaultUri: vscode.Uri.file(path.join(folder, `${stem}.${ending}`)),
    filters: { [ending.toUpperCase()]: [ending] },
  });
}

function isThere(file: string): Promise<boolean> {
  return Promise.resolve(vscode.workspace.fs.stat(vscode.Uri.file(file))).then(
    () => true,
    () => false,
  );
}
