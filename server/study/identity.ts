import { createHash } from "node:crypto";
import path from "node:path";
import type { Study } from "../protocol/study";

/**
 * SHA-256 (hex) of all that determines a run's numbers: the contents of its files, the selection and preparation of
 * the samples, loss, directions and grid. Where files lie and how they are computed (engine, evaluators, batch size)
 * do not count, so that a run can go on after a folder was moved or on another number of cores.
 *
 * @param fingerprints SHA-256 of the model's and the data's files, by absolute path.
 */
export function studyDigest(study: Study, fingerprints: Readonly<Record<string, string>>): string {
  const { data, preprocess, loss, directions, grid } = study;
  const determining = {
    model: fingerprints[study.model.path],
    files: Object.values(fingerprints).sort(),
    data: {
      x: arrayName(data.x),
      y: arrayName(data.y),
      samples: data.samples,
      sample: data.sample,
      seed: data.seed,
    },
    preprocess: { scale: preprocess.scale, mean: preprocess.mean, std: preprocess.std },
    loss: loss.name,
    directions: {
      kind: directions.kind,
      seed: directions.seed,
      normalise: directions.normalise,
      ignore: directions.ignore,
    },
    grid: { x: grid.x, y: grid.y, points: grid.points },
  };
  return createHash("sha256").update(JSON.stringify(determining)).digest("hex");
}

/** Names of arrays count; a path (IDX keeps samples and labels in two files) is told by its file's contents. */
function arrayName(name: string | undefined): string | null {
  return name === undefined || path.isAbsolute(name) ? null : name;
}
