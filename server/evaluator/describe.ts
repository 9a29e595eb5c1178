import type { ModelDescription } from "./messages";
import { askOnce } from "./process";
import type { AskOptions } from "./process";

/** How to ask about a model. */
export interface DescribeOptions extends AskOptions {
  /** Arrays that the study asks for in the data files; found by their usual names when absent. */
  readonly names?: { readonly x?: string; readonly y?: string };
}

/**
 * What can be said of a model and of data candidates without running an engine, found out in a process of its own.
 * @param model absolute path of a model file.
 * @param data absolute paths of files that may hold its samples.
 * @throws ProblemError that names the model file. A candidate that does not fit carries its problem instead.
 */
export async function describeInProcess(
  model: string,
  data: readonly string[],
  options: DescribeOptions = {},
): Promise<ModelDescription> {
  const { names } = options;
  const answer = await askOnce({ kind: "describe", model, data, ...(names ? { names } : {}) }, options);
  return answer.description;
}
