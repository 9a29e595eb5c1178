import { ProblemError } from "../../protocol/problem";

/** The problem of an engine that is not installed or cannot start; `message` says why in one sentence. */
export function unavailable(message: string): ProblemError {
  return new ProblemError({
    reason: "engine-unavailable",
    title: "This TensorFlow.js engine is not available",
    message,
    advice: "Choose another engine, or install tfjs-node and name its folder in the extension's settings.",
  });
}
