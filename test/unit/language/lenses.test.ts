import { expect, test } from "vitest";
import { lensesOf } from "../../../server/language/lenses";
import { linksOf } from "../../../server/language/links";
import { foldingOf, format, selectionsAt, symbolsOf } from "../../../server/language/structure";
import type { Prospect } from "../../../server/language/surroundings";
import { duration } from "../../../server/language/words";
import { after, marked, studyOf } from "./marked";

const text = '// A study\n{\n  "model": "net.onnx"\n}';
const ready = { kind: "ready", points: [51, 51], isLines: false } as const;

/** Line and title of every lens. */
async function lenses(errors: number, prospect?: Prospect): Promise<readonly (readonly [number, string])[]> {
  const study = await studyOf(text);
  return lensesOf(study, errors, prospect).map(({ range, command }) => [range.start.line, command!.title]);
}

const visualize = [2, "Visualize"] as const;

test.each<[string, number, Prospect | undefined, readonly string[]]>([
  ["as long as nothing is foreseen", 0, undefined, ["Run"]],
  ["a study that was never run", 0, ready, ["Run · 51×51"]],
  ["a model whose rate is known", 0, { ...ready, seconds: 41 }, ["Run · 51×51 · about 40 s"]],
  ["lines", 0, { ...ready, points: [401, 3], isLines: true }, ["Run · 3 lines of 401 points"]],
  ["one line", 0, { ...ready, points: [401, 1], isLines: true }, ["Run · 401 points on a line"]],
  ["problems", 2, ready, ["2 problems"]],
  ["data to be chosen", 0, { kind: "choose-data", candidates: [], reason: "" }, ["Run"]],
])("%s", async (_, errors, prospect, titles) => {
  expect(await lenses(errors, prospect)).toEqual([...titles.map((title) => [1, title]), visualize]);
});

test("an earlier run of the same study", async () => {
  const earlier = { journal: "/j", measured: 1200, total: 2601, isRunning: false };
  expect(await lenses(0, { ...ready, earlier })).toContainEqual([1, "Resume (1,200 of 2,601)"]);
  expect(await lenses(0, { ...ready, earlier: { ...earlier, measured: 2601 } })).toContainEqual([
    1,
    "Open last result",
  ]);
  expect(await lenses(0, { ...ready, earlier: { ...earlier, isRunning: true } })).toEqual([
    [1, "Run · 51×51"],
    visualize,
  ]);
});

test("lenses say which study and which result they mean", async () => {
  const earlier = { journal: "/j", measured: 1, total: 1, isRunning: false };
  const commands = lensesOf(await studyOf(text), 0, { ...ready, earlier }).map(({ command }) => command!);
  expect(commands.map(({ command, arguments: given }) => [command, given])).toEqual([
    ["lossLandscape.runStudy", ["file:///studies/net.landscape.json"]],
    ["lossLandscape.openResult", ["file:///studies/net.landscape.json", "/j"]],
    ["lossLandscape.visualize", ["file:///studies/net.onnx"]],
  ]);
});

test.each([
  [0.2, "1 s"],
  [7.4, "7 s"],
  [41, "40 s"],
  [130, "2 min"],
  [7300, "2 h"],
])("%d seconds are about %s", (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

test("links are within the quotation marks, and patterns have none", async () => {
  const study = await studyOf('{ "model": "a b.onnx", "checkpoints": ["x_*.pt", "/y.pt"], "data": { "y": "labels" } }');
  expect(linksOf(study).map(({ range, target }) => [study.text.getText(range), target])).toEqual([
    ["a b.onnx", "file:///studies/a%20b.onnx"],
    ["/y.pt", "file:///y.pt"],
  ]);
});

test("formatting keeps comments; of a range only that", async () => {
  const options = { tabSize: 2, insertSpaces: true };
  const study = await studyOf('{\n"model":"a.onnx", // the net\n"grid":{"points":5}}');
  expect(after(study, format(study, options))).toBe(
    '{\n  "model": "a.onnx", // the net\n  "grid": {\n    "points": 5\n  }\n}',
  );
  const range = { start: { line: 1, character: 0 }, end: { line: 1, character: 10 } };
  expect(after(study, format(study, options, range))).toContain('"grid":{"points":5}}');
});

test("symbols, folding and selection follow the JSON", async () => {
  const { study, position } = await marked('{\n  "grid": {\n    "po|ints": 5\n  }\n}');
  expect(symbolsOf(study).map(({ name, children }) => [name, children!.map((child) => child.name)])).toEqual([
    ["grid", ["points"]],
  ]);
  expect(foldingOf(study).map(({ startLine, endLine }) => [startLine, endLine])).toContainEqual([0, 3]);
  const [selection] = selectionsAt(study, [position]);
  expect(study.text.getText(selection!.range)).toBe("points");
});
