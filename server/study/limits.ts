/** Deepest brackets that a study has any use for; parsers walk them by recursion, which ends somewhere. */
const deepest = 50;
/** Most values; to find what is wrong with each takes time by the square of their number. */
const mostValues = 10_000;

/** Strings and comments, which may hold anything, and what makes up lists and objects. */
const tokens = /"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[[\]{},]/g;

/** Where a text goes beyond what a study may be, and what is wrong there as a clause; undefined where it does not. */
export function beyondLimits(text: string): { readonly offset: number; readonly message: string } | undefined {
  let depth = 0;
  let values = 0;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    else if (token === ",") values += 1;
    if (depth > deepest) return { offset: index, message: "the study nests brackets deeper than any study needs" };
    if (values > mostValues) return { offset: index, message: `the study has more than ${mostValues} values` };
  }
  return undefined;
}
