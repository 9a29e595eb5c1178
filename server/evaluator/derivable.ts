import path from "node:path";
import { canonicalise } from "../graph/canonical/canonical";
import type { Canonical } from "../graph/canonical/canonical";
import { withLoss } from "../graph/differentiate/loss";
import { ProblemError } from "../protocol/problem";
import type { LossSpec, Study } from "../protocol/study";
import type { LoadedModel } from "./model";
import { selectSplit } from "./splits";

/**
 * The loss of a model over one batch, in the few operators that have derivatives.
 * @param shape of the batch of samples.
 * @throws ProblemError `operator-unsupported` when the model has an operator without a derivative here, `study-invalid`
 *   when the loss does not fit its output.
 */
export function differentiableLoss(
  { graph, input, loss: own }: LoadedModel,
  shape: readonly number[],
  loss: LossSpec = own,
): Canonical {
  return withLoss(canonicalise(graph, { [input.name]: shape }), loss);
}

/**
 * Refuses a study that asks for derivatives which its model does not have, before anything is measured.
 * @throws ProblemError as `differentiableLoss`.
 */
export async function requireDerivatives(study: Study, model: LoadedModel): Promise<void> {
  if (study.curvature === undefined && study.sharpness === undefined) return;
  const { x } = await selectSplit(study, model, 1);
  differentiableLoss(model, [model.input.batch ?? 1, ...x.shape.slice(1)]);
}

/** What to tell of a model without derivatives; nothing when it has them, or when its input leaves its shape open. */
export function derivativeNotices(model: LoadedModel): readonly string[] {
  const { input, summary } = model;
  const shape = input.shape.filter((extent) => extent !== null);
  if (shape.length < input.shape.length) return [];
  try {
    canonicalise(model.graph, { [input.name]: [input.batch ?? 1, ...shape] });
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.reason !== "operator-unsupported") return [];
    const operators = error.problem.facts?.join(", ") ?? "some operators";
    return [
      `Curvature, eigenvectors and sharpness are not available for ${path.basename(summary.path)}: the derivatives of ` +
        `${operators} are not known here. Surfaces, lines and trajectories are.`,
    ];
  }
}
