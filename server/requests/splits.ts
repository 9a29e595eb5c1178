import { inspectInProcess } from "../evaluator/describe";
import type { SplitChoice, Study } from "../protocol/study";
import { splitsBeside } from "../study/splitsBeside";

/**
 * The splits that may be measured of a study's data. Names of arrays are read in a process of its own; a file that cannot
 * be read offers none, and says why when it is measured.
 */
export function splitsOffered(
  { data, splits = [] }: Study,
  log: (message: string) => void,
): Promise<readonly SplitChoice[]> {
  return splitsBeside([data, ...splits], async (file) => {
    const { data: answers } = await inspectInProcess({ data: [{ path: file }], weights: [] }, { log });
    const [answer] = answers;
    if (answer?.problem) log(`Looking for splits: ${answer.problem.message}`);
    return answer?.facts?.arrays.map(({ name }) => name) ?? [];
  });
}
