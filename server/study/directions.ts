import path from "node:path";
import { ProblemError } from "../protocol/problem";
import type { Directions, Ignore } from "../protocol/study";
import type { DirectionsDraft } from "./draft";

/** So many checkpoints make a path whose principal directions are worth looking at. */
const enoughForPath = 3;

/**
 * The directions that a draft means, with the method's defaults: random ones, or the principal directions of the path
 * where there are at least three checkpoints.
 *
 * @param model absolute path of the model, for messages.
 * @param checkpoints how many the study has.
 * @throws ProblemError `study-invalid` when a kind lacks what it needs.
 */
export function completeDirections(draft: DirectionsDraft, model: string, checkpoints: number): Directions {
  const kind = draft.kind ?? (checkpoints >= enoughForPath ? "pca" : "random");
  const ignore: Ignore = draft.ignore ?? "bias,norm";
  const random = { seed: draft.seed ?? 0, normalise: draft.normalise ?? "filter", ignore } as const;
  const need = <T>(value: T | undefined, what: string, field: string, flag: string): T => {
    if (value !== undefined) return value;
    throw new ProblemError({
      reason: "study-invalid",
      title: "The study is not complete",
      message: `In the study of ${path.basename(model)}, directions of kind "${kind}" need ${what}.`,
      advice: `Give "${field}" in the study, or ${flag} on the command line.`,
    });
  };
  switch (kind) {
    case "random":
      return { kind, ...random, ...(draft.count === undefined ? {} : { count: draft.count }) };
    case "to":
      return {
        kind,
        checkpoint: need(draft.checkpoint, "a checkpoint", "directions.checkpoint", "--plane to:CHECKPOINT"),
        ...random,
      };
    case "between": {
      const flag = "--plane between:CHECKPOINT,CHECKPOINT";
      return { kind, checkpoints: need(draft.checkpoints, "two checkpoints", "directions.checkpoints", flag) };
    }
    case "file":
      return { kind, path: need(draft.path, "a file", "directions.path", "--plane file:DIRECTIONS") };
    case "hessian":
      return { kind, second: draft.second ?? "smallest", samples: draft.samples ?? 256, ignore };
    case "pca":
      if (checkpoints < 2) need(undefined, "at least two checkpoints", "checkpoints", "--checkpoints GLOB");
      return { kind, centred: draft.centred ?? true, finalRow: draft.finalRow ?? false, ignore };
  }
}
