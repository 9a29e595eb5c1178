import { corrupt, unsupported } from "../../../files/faults";
import { parseJson } from "../../../files/json";
import { logAdvice, type LoggedRate } from "./logged";

/**
 * Learning rates in the `trainer_state.json` of Hugging Face, whose epochs are fractions.
 * @throws ProblemError `file-corrupt`, `file-unsupported`.
 */
export function readTrainerState(bytes: Uint8Array, file: string): readonly LoggedRate[] {
  const state = parseJson(bytes);
  if (state === undefined) throw corrupt(file, "is no valid JSON");
  const history = (state as { log_history?: unknown } | null)?.log_history;
  if (!Array.isArray(history)) throw unsupported(file, "has no log_history", logAdvice);
  return history.flatMap((entry: Record<string, unknown> | null): LoggedRate[] => {
    const { epoch, step, learning_rate: rate } = entry ?? {};
    if (!isNumber(rate) || (!isNumber(epoch) && !isNumber(step))) return [];
    return [{ ...(isNumber(epoch) ? { epoch } : {}), ...(isNumber(step) ? { step } : {}), rate }];
  });
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
