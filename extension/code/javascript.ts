import { closing, firstName, indentOf, indented, linesBefore, linesOf } from "./code";
import type { Proposal, Purpose } from "./code";

const importsTensorFlow = /(?:from\s+|require\(\s*|import\s+)["']@tensorflow\/tfjs[\w/-]*["']/;

/** What tells the variable of the model, the surest first. */
const modelNames: readonly RegExp[] = [
  /([A-Za-z_$][\w$]*)\.fit(?:Dataset)?\(/,
  /([A-Za-z_$][\w$]*)\.compile\(/,
  /(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*(?:await\s+)?tf\.(?:sequential|model|loadLayersModel)\(/,
];

const trains = /\.fit(?:Dataset)?\(/;

/** The calls that may be put into a program for TensorFlow.js, in the order of its lines. Nothing of it is run. */
export function javascriptProposals(text: string): readonly Proposal[] {
  if (!importsTensorFlow.test(text)) return [];
  const lines = linesOf(text);
  const line = lines.findIndex((code) => trains.test(code) && !/^\s*(\/\/|\*)/.test(code));
  if (line < 0) return [];
  const end = closing(lines, { line, character: lines[line]!.search(trains) })?.line ?? line;
  return (["export", "checkpoint"] as const).map((purpose) => {
    const call = callOf(text, purpose);
    const at = purpose === "export" ? end + 1 : line;
    return { purpose, line, insertions: [linesBefore(lines, at, indented(call, indentOf(lines[line]!)))], text: call };
  });
}

/** The call that is put at a line of the user's choice; undefined where the program does not import TensorFlow.js. */
export function javascriptProposal(text: string, purpose: Purpose, line: number): Proposal | undefined {
  if (!importsTensorFlow.test(text)) return undefined;
  const lines = linesOf(text);
  const call = callOf(text, purpose);
  const insertion = linesBefore(lines, line, indented(call, indentOf(lines[line] ?? "")));
  return { purpose, line, insertions: [insertion], text: call };
}

function callOf(text: string, purpose: Purpose): string {
  const model = firstName(text, modelNames) ?? "model";
  if (purpose === "export") return `await ${model}.save("file://./model");`;
  // A folder is made only where the one around it is there: the first call sees to that.
  return `// Give it to fit() as "callbacks".
const saveEveryEpoch = {
  onEpochEnd: async (epoch) => {
    await ${model}.save("file://./model");
    await ${model}.save(\`file://./model/epoch_\${epoch}\`);
  },
};`;
}
