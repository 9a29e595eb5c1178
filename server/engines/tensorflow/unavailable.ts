import { ProblemError } from "../../protocol/problem";
import type { Problem } from "../../protocol/problem";

/** The problem of an engine that is not installed or cannot start; `message` says why in one sentence. */
export function unavailable(
  message: string,
  way: Pick<Problem, "advice" | "remedy"> = {
    advice: "Choose another engine, or reinstall the extension for this platform.",
  },
): ProblemError {
  return new ProblemError({
    reason: "engine-unavailable",
    title: "This TensorFlow.js engine is not available",
    message,
    ...way,
  });
}
