import { checkpointsBeside } from "../formats/series/beside";
import type { FoundSeries } from "../formats/series/beside";
import type { FittedModel } from "../evaluator/messages";
import type { StudyDraft } from "../study/draft";

/** So many checkpoints make a path whose principal plane is worth looking at. */
const enough = 3;
/** More of them make no better picture of a path, and all are read before the first point. */
const most = 60;

/** The likeliest training of a model of which nothing is said but its file; none for weights that were asked for. */
export async function trainingBeside(draft: StudyDraft): Promise<FoundSeries | undefined> {
  if (draft.file !== undefined || draft.weights !== undefined || draft.checkpoints || draft.grid?.lines)
    return undefined;
  if (draft.directions?.kind !== undefined && draft.directions.kind !== "pca") return undefined;
  const [series] = await checkpointsBeside(draft.model);
  return series !== undefined && series.files.length >= enough ? series : undefined;
}

/**
 * The draft with those checkpoints of a training that fit the model, or as it was where too few do.
 * @param fitted the files of the series, with the problems of those that do not fit.
 */
export function withTraining(
  draft: StudyDraft,
  { written }: FoundSeries,
  fitted: readonly FittedModel[],
): { readonly draft: StudyDraft; readonly notices: readonly string[] } {
  const name = typeof written === "string" ? written : `${written[0] ?? ""}, …`;
  const files = fitted.filter(({ problem }) => problem === undefined).map(({ path }) => path);
  const refused = fitted.find(({ problem }) => problem !== undefined);
  const unfit = fitted.length - files.length;
  if (files.length < enough) {
    return {
      draft,
      notices: [`The checkpoints ${name} beside the model are left out: ${refused?.problem?.message ?? ""}`],
    };
  }
  const every = Math.ceil(files.length / most);
  return {
    draft: { ...draft, checkpoints: { files, ...(every > 1 ? { every } : {}) } },
    notices: [
      `${files.length} checkpoints found beside the model: ${name}; their path is shown in its principal plane.`,
      ...(every > 1 ? [`Of the checkpoints every ${every}th is taken.`] : []),
      ...(unfit > 0
        ? [`${unfit} of the checkpoints ${unfit === 1 ? "is" : "are"} left out: ${refused?.problem?.message ?? ""}`]
        : []),
    ],
  };
}
