import type { DirectionsFile, PointSums } from "../evaluator/messages";
import type { StudyFile } from "../evaluator/digest";
import type { EngineInfo } from "../protocol/result";
import type { Study } from "../protocol/study";

/** What a coordinator tells of a run, so that others may take part in it. */
export interface RunNotice {
  /** As the journal calls the run: the same when it is resumed. */
  readonly run: string;
  /** Of the coordinator: another one each time the run is resumed. */
  readonly session: string;
  /** Of Loss Landscape. */
  readonly version: string;
  /** As `buildOf` tells it. */
  readonly build: string;
  /** What the run is about, e.g. the model's name. */
  readonly title: string;
  /** With the engine that the run has come to; its paths are those of the coordinator. */
  readonly study: Study;
  readonly fingerprints: Readonly<Record<string, string>>;
  /** All files that the study needs. */
  readonly files: readonly StudyFile[];
  /** Where the directions are on the coordinator, unless they follow from the study. */
  readonly directions?: DirectionsFile & { readonly size: number };
  readonly engine: EngineInfo;
  /** Of the model itself, as the first evaluator measured it. */
  readonly centre: PointSums;
  /** How many weights the model has. */
  readonly parameters: number;
}

/** What evaluators elsewhere tell of themselves, kept with the run on the board. */
export type Remark =
  | { readonly kind: "joined"; readonly worker: string; readonly evaluators: number; readonly difference: number }
  | { readonly kind: "left"; readonly worker: string }
  | { readonly kind: "refused"; readonly worker: string; readonly why: string };
