import { ProblemError } from "../../protocol/problem";
import type {
  CurvatureFigure,
  LineFigure,
  RunFigures,
  RunResult,
  SurfaceFigure,
  TrajectoryFigure,
} from "../../protocol/result";
import type { ColourMapName } from "../../drawing/colours";
import type { ThemeName } from "./svg/theme";

/** What can be exported: a run's result, or figures from elsewhere under a title. */
export type Exportable = RunResult | (RunFigures & { readonly title: string });

export const exportParts = ["surface", "lines", "trajectory", "curvature"] as const;
export type ExportPart = (typeof exportParts)[number];

/** What of a result is exported, and how it looks. */
export interface ExportOptions {
  /** All parts where the format holds several, otherwise the first that the result has, when absent. */
  readonly part?: ExportPart;
  /** Name of the split; the first one when absent. */
  readonly split?: string;
  /**
   * Of pictures, the scale of the loss: logarithmic, linear, or linear up to a limit. Of meshes, z: log10 of the loss, the
   * loss, or the loss up to a limit (`clipLimit`). When absent: pictures choose, meshes are logarithmic.
   */
  readonly height?: "log" | "clip" | "linear";
  /** What contours show and meshes rise to; the loss when absent. */
  readonly quantity?: "loss" | "accuracy";
  /** Contour levels: to suit the values, or 0.1 to 10 by 0.5 as in the paper (and 10, 100, … 10⁸ for trajectories). */
  readonly levels?: "auto" | "paper";
  readonly colours?: ColourMapName;
  readonly theme?: ThemeName;
  /** Width of a PNG in pixels; three times the picture's own when absent. */
  readonly width?: number;
}

/** The title of every picture: the model's name where it is known. */
export function titleOf(result: Exportable): string {
  return "title" in result ? result.title : result.model.name;
}

/** The run's own result, which knows what was measured with what; undefined for figures from elsewhere. */
export function runOf(result: Exportable): RunResult | undefined {
  return "study" in result ? result : undefined;
}

/** The parts that a result has. */
export function partsOf({ surfaces, lines, trajectory, curvature }: RunFigures): readonly ExportPart[] {
  const present = { surface: surfaces.length > 0, lines: lines.length > 0, trajectory, curvature };
  return exportParts.filter((part) => present[part]);
}

/**
 * The part that is asked for, or the first of `preferred` that the result has.
 * @throws ProblemError `data-missing` when it has none of them.
 */
export function choosePart(
  result: RunFigures,
  wanted: ExportPart | undefined,
  preferred: readonly ExportPart[],
): ExportPart {
  const parts = partsOf(result);
  const allowed = preferred.filter((part) => parts.includes(part));
  const found = wanted === undefined ? allowed[0] : allowed.find((part) => part === wanted);
  if (found) return found;
  const what = wanted ?? preferred.join(", ");
  const cannot = wanted !== undefined && parts.includes(wanted) && !preferred.includes(wanted);
  throw missing(
    cannot ? `This format cannot hold the part "${what}".` : `The result has nothing of: ${what}.`,
    allowed.length > 0 ? `Choose ${allowed.join(" or ")}.` : "Choose another format, or a study that measures it.",
  );
}

/** @throws ProblemError `data-missing` when the result has no surface of that split. */
export function surfaceOf({ surfaces }: RunFigures, split?: string): SurfaceFigure {
  const found = split === undefined ? surfaces[0] : surfaces.find((surface) => surface.split === split);
  if (found) return found;
  throw missing(noSplit("surface", split), knownSplits(surfaces));
}

/** @throws ProblemError `data-missing` when the result has no lines of that split. */
export function linesOf({ lines }: RunFigures, split?: string): readonly LineFigure[] {
  const found = split === undefined ? lines : lines.filter((line) => line.split === split);
  if (found.length > 0) return found;
  throw missing(noSplit("line", split), knownSplits(lines));
}

/** @throws ProblemError `data-missing` */
export function trajectoryOf({ trajectory }: RunFigures): TrajectoryFigure {
  if (trajectory) return trajectory;
  throw missing("The result has no trajectory.", "Give the study checkpoints and run it again.");
}

/** @throws ProblemError `data-missing` */
export function curvatureOf({ curvature }: RunFigures): CurvatureFigure {
  if (curvature) return curvature;
  throw missing("The result has no curvature.", "Ask for it in the study and run it again.");
}

/** The names of all splits, in their order. */
export function splitsOf(figures: readonly { readonly split: string }[]): readonly string[] {
  return [...new Set(figures.map(({ split }) => split))];
}

function noSplit(what: string, split: string | undefined): string {
  return split === undefined ? `The result has no ${what}.` : `The result has no ${what} of the split "${split}".`;
}

function knownSplits(figures: readonly { readonly split: string }[]): string {
  const names = splitsOf(figures);
  return names.length > 0 ? `Choose one of: ${names.join(", ")}.` : "Choose another part of the result.";
}

function missing(message: string, advice: string): ProblemError {
  return new ProblemError({ reason: "data-missing", title: "There is nothing to export", message, advice });
}
