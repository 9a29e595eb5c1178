import type { FilesAnswer, FilesQuestion } from "../protocol/files";
import type { EarlierRun, StudyDefaults } from "../protocol/requests";

/** The files that a pattern means, in the order of training. */
export interface Series {
  /** Absolute paths. */
  readonly files: readonly string[];
  /** What the order goes by, e.g. "epoch". */
  readonly by: string;
  /** Files whose names tell no time, which are not part of it. */
  readonly leftOut: readonly string[];
  /** Where numbers are missing: both neighbours. */
  readonly gaps: readonly (readonly [after: number, before: number])[];
}

/** What would happen if a study were run now. */
export type Prospect =
  | {
      readonly kind: "ready";
      /** Columns and rows. */
      readonly points: readonly [number, number];
      readonly isLines: boolean;
      /** How long it takes, judged by an earlier run of the model; absent when nothing is known. */
      readonly seconds?: number;
      /** A run of exactly this study that can be resumed or shown. */
      readonly earlier?: EarlierRun & { readonly isRunning: boolean };
    }
  /** The data cannot be inferred. Candidates are absolute paths. */
  | { readonly kind: "choose-data"; readonly candidates: readonly string[]; readonly reason: string };

/** All that the language behind study files asks of the rest of the server. */
export interface Surroundings {
  /** The user's settings for a study, by its URI. */
  defaults(uri: string): Promise<StudyDefaults>;
  /** What files are and whether they fit each other; found out in a process of its own. */
  inspect(question: FilesQuestion, signal: AbortSignal): Promise<FilesAnswer>;
  /**
   * What a run of the study would be.
   * @param file absolute path of the study.
   * @param text what it says.
   * @throws ProblemError when it cannot be run; the signal's reason.
   */
  foresee(file: string, text: string, defaults: StudyDefaults, signal: AbortSignal): Promise<Prospect>;
  /** The files of a pattern. @throws ProblemError when the search would not end. */
  series(pattern: string, folder: string): Promise<Series>;
}
