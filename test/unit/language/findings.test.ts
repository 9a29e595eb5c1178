import { describe, expect, test } from "vitest";
import { toDiagnostics } from "../../../server/language/diagnostics";
import { findingsOf, obstacle } from "../../../server/language/findings";
import { knowledgeOf, problemOf } from "./knowledge";
import type { Told } from "./knowledge";
import { studyOf, textIn } from "./marked";

/** What is marked, and what is said of it. */
async function diagnosed(
  text: string,
  told?: Told,
): Promise<readonly (readonly [string, string, number | undefined])[]> {
  const study = await studyOf(text);
  return toDiagnostics(study, findingsOf(study, knowledgeOf(study, told))).map(({ range, message, severity }) => [
    textIn(study, range),
    String(message),
    severity,
  ]);
}

describe("what the schema and the rules say", () => {
  test.each([
    ['{ "model": "a.onnx", "loss": "none" }', '"none"', /^"loss" must be one of "crossEntropy"/],
    ['{ "model": "a.onnx", "grid": { "points": 0 } }', "0", /^"grid\.points" must be a whole number from 1 to 1001/],
    ['{ "model": "a.onnx", "grid": { "x": [1, -1] } }', "[1, -1]", /^"grid\.x" must be two numbers \[from, to\]/],
    ['{ "model": "a.onnx", "grid": { "fit": true } }', "true", /^"grid\.fit" must be false without checkpoints/],
    ['{ "data": "a.npz" }', "{", /^The study lacks "model"\. Add "model"\.$/],
    ['{ "model": { "pth": "a.onnx" } }', '"pth"', /^"pth" is not a field of "model"/],
    ['{ "model": "a.onnx", "model": "b.onnx" }', '"model"', /given more than once/],
    ['{ "model": "a.onnx" "data": "a.npz" }', '"data"', /^The JSON is broken: /],
  ])("%s: %s is marked", async (text, place, message) => {
    const found = await diagnosed(text);
    expect(found.map(([marked]) => marked)).toContain(place);
    expect(found.map(([, words]) => words).join("\n")).toMatch(new RegExp(message.source, "m"));
  });
});

describe("what files say", () => {
  test("what is missing, at its path", async () => {
    const text =
      '{ "model": "a.onnx", "data": { "test": "t.npz", "train": { "path": "u.npz" } }, "checkpoints": ["c.pt"] }';
    const found = await diagnosed(text, { missing: ["a.onnx", "u.npz", "c.pt"] });
    expect(found.map(([marked]) => marked)).toEqual(['"a.onnx"', '"u.npz"', '"c.pt"']);
    expect(found[1]![1]).toMatch(
      /^"data\.train\.path" must be the path of a data file, but there is nothing at .*u\.npz\. Correct/,
    );
  });

  test("a folder is data, but no model", async () => {
    const found = await diagnosed('{ "model": "a", "data": "photos" }', { folders: ["a", "photos"] });
    expect(found.map(([marked, message]) => [marked, /there is a folder/.test(message)])).toEqual([['"a"', true]]);
  });

  test("a problem of each split, at its own file, or at its name when it has none", async () => {
    const problem = problemOf("labels 0–9 but 5 outputs.", "labels-mismatch");
    const text = '{ "model": "a.onnx", "data": { "path": "d.npz", "test": {}, "train": { "path": "t.npz" } } }';
    const found = await diagnosed(text, { data: { problem } });
    expect(found.map(([marked]) => marked)).toEqual(["{}", '"t.npz"']);
  });

  test("arrays that the file does not have, in place of what follows from it", async () => {
    const arrays = [{ name: "x_test", dtype: "float32", shape: [1] }];
    const found = await diagnosed('{ "model": "a.onnx", "data": { "path": "d.npz", "x": "x" } }', {
      data: { arrays, problem: problemOf("d.npz has no array named x.") },
    });
    expect(found).toHaveLength(1);
    expect(found[0]![0]).toBe('"x"');
    expect(found[0]![1]).toBe('d.npz has no array "x"; it holds x_test. Name one of them.');
  });

  test("a model that cannot be read, and one whose batch normalisation is gone", async () => {
    const problem = problemOf("a.onnx is damaged.", "file-corrupt");
    expect(await diagnosed('{ "model": "a.onnx" }', { model: problem })).toEqual([
      ['"a.onnx"', "a.onnx is damaged. Mend it.", 1],
    ]);
    const [warning] = await diagnosed('{ "model": "a.onnx" }', { model: { unfoldedExport: "torch.onnx.export()" } });
    expect(warning![1]).toMatch(/folded batch normalisation.*Export it again: torch\.onnx\.export\(\)$/);
    expect(warning![2]).toBe(2);
  });

  test("nothing of a file that the text does not name any more", async () => {
    const before = await studyOf('{ "model": "a.onnx" }');
    const knowledge = knowledgeOf(before, { missing: ["a.onnx"] });
    expect(findingsOf(await studyOf('{ "model": "b.onnx" }'), knowledge)).toEqual([]);
  });

  test("what stands in the way of a run is told where it can be mended", async () => {
    const study = await studyOf('{ "model": "a.onnx", "directions": { "kind": "pca" } }');
    const { offset, length } = obstacle(study, problemOf("pca needs checkpoints.", "study-invalid"));
    expect(study.text.getText().slice(offset, offset + length)).toBe('"pca"');
  });
});
