import type { CodeLens } from "vscode-languageserver-protocol";
import { URI } from "vscode-uri";
import type { StudyDocument } from "./document";
import { referencesOf } from "./references";
import type { Prospect } from "./surroundings";
import { count, duration, plural } from "./words";

/** What a lens does is a command of the client. */
export const lensCommands = {
  run: "lossLandscape.runStudy",
  resume: "lossLandscape.resumeStudy",
  open: "lossLandscape.openResult",
  visualize: "lossLandscape.visualize",
  problems: "workbench.actions.view.problems",
} as const;

/**
 * What can be done with a study as it is now. Above its first brace: run it, go on with an unfinished run, show a finished
 * one, or how many problems stand in the way; above its model: visualize that.
 *
 * @param errors how many there are.
 * @param prospect absent as long as it is not known.
 */
export function lensesOf(study: StudyDocument, errors: number, prospect: Prospect | undefined): CodeLens[] {
  const { root, text, file } = study;
  if (!root) return [];
  const lens = (offset: number, title: string, command: string, ...args: unknown[]): CodeLens => {
    const at = text.positionAt(offset);
    return { range: { start: at, end: at }, command: { title, command, arguments: args } };
  };
  const above = (title: string, command: string, ...args: unknown[]): CodeLens =>
    lens(root.offset, title, command, ...args);
  const uri = URI.file(file).toString();
  const lenses: CodeLens[] = [];
  if (errors > 0) lenses.push(above(plural(errors, "problem"), lensCommands.problems));
  else if (prospect?.kind !== "ready") lenses.push(above("Run", lensCommands.run, uri));
  else {
    const { points, isLines, seconds, earlier } = prospect;
    const size = isLines ? linesText(points) : `${points[0]}×${points[1]}`;
    const time = seconds === undefined ? "" : ` · about ${duration(seconds)}`;
    lenses.push(above(`Run · ${size}${time}`, lensCommands.run, uri));
    if (earlier?.isRunning === false) {
      const { journal, measured, total } = earlier;
      if (measured >= total) lenses.push(above("Open last result", lensCommands.open, uri, journal));
      else lenses.push(above(`Resume (${count(measured)} of ${count(total)})`, lensCommands.resume, uri));
    }
  }
  const model = referencesOf(study).find(({ kind }) => kind === "model");
  if (model) {
    const key = model.node.parent?.offset ?? model.node.offset;
    lenses.push(lens(key, "Visualize", lensCommands.visualize, URI.file(model.path).toString()));
  }
  return lenses;
}

function linesText([columns, rows]: readonly [number, number]): string {
  return rows === 1 ? `${plural(columns, "point")} on a line` : `${rows} lines of ${plural(columns, "point")}`;
}
