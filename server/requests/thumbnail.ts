import { toResult } from "../runs/export/json";
import { toThumbnail } from "../runs/export/thumbnail";
import type { ThumbnailOptions } from "../runs/export/thumbnail";
import { openRun } from "../runs/open";

/**
 * A small picture of a run as SVG.
 * @param journal absolute path.
 * @throws ProblemError `data-missing` when the run has nothing that can be drawn; `file-missing`, `journal-damaged`,
 *   `journal-version`.
 */
export async function thumbnailOf(journal: string, options: ThumbnailOptions): Promise<string> {
  return toThumbnail(toResult(await openRun(journal), 0), options);
}
