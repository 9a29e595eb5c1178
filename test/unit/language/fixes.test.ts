import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { CodeAction } from "vscode-languageserver-protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findingsOf } from "../../../server/language/findings";
import { fixesIn } from "../../../server/language/fixes";
import { nearestWord } from "../../../server/language/nearest";
import { knowledgeOf, problemOf } from "./knowledge";
import type { Told } from "./knowledge";
import { after, marked } from "./marked";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "study-fixes-"));
  const names = ["net.onnx", "train.npz", "test.npz", "model_1.pt", "model_2.pt"];
  for (const name of names) await writeFile(path.join(folder, name), "");
});

afterAll(() => rm(folder, { recursive: true }));

/** The fixes at the cursor: their titles, and the text that each makes. */
async function fixesAt(text: string, told?: Told): Promise<readonly (readonly [string, string])[]> {
  const { study, position } = await marked(text, folder);
  const findings = findingsOf(study, knowledgeOf(study, told));
  const actions = await fixesIn(study, findings, { start: position, end: position }, []);
  const edited = ({ edit }: CodeAction): string => after(study, Object.values(edit?.changes ?? {})[0] ?? []);
  return actions.map((action) => [action.title, edited(action)]);
}

describe("faults", () => {
  test("an unknown field is renamed to the closest, or removed with its comma", async () => {
    expect(await fixesAt('{ "model": "net.onnx", "gr|di": { "points": 5 }, "loss": "huber" }')).toEqual([
      ['Change to "grid"', '{ "model": "net.onnx", "grid": { "points": 5 }, "loss": "huber" }'],
      ['Remove "grdi"', '{ "model": "net.onnx", "loss": "huber" }'],
    ]);
    expect(await fixesAt('{ "model": "net.onnx", "something|": 1 }')).toEqual([
      ['Remove "something"', '{ "model": "net.onnx" }'],
    ]);
  });

  test("a name that is given already is not offered again", async () => {
    const titles = (await fixesAt('{ "model": "net.onnx", "mo|dl": 1 }')).map(([title]) => title);
    expect(titles).toEqual(['Remove "modl"']);
  });

  test("a field that is given twice loses the second", async () => {
    expect(await fixesAt('{ "model": "net.onnx", "weightDecay": 0, "weightDe|cay": 1 }')).toContainEqual([
      'Remove "weightDecay"',
      '{ "model": "net.onnx", "weightDecay": 0 }',
    ]);
  });

  test("a missing field is added, comments stay", async () => {
    expect(await fixesAt('|{\n  // all of it\n  "data": "test.npz"\n}')).toEqual([
      ['Add "model"', '{\n  // all of it\n  "model": "",\n  "data": "test.npz"\n}'],
    ]);
    expect(await fixesAt('{ "model": "net.onnx", "lo|ss": {} }')).toEqual([
      ['Add "name"', '{ "model": "net.onnx", "loss": { "name": "crossEntropy" } }'],
    ]);
  });

  test.each([
    ['"loss": "crosEntr|opy"', '"loss": "crossEntropy"'],
    ['"grid": { "points": "5|1" }', '"grid": { "points": 51 }'],
    ['"grid": { "points": [5|1] }', '"grid": { "points": 51 }'],
    ['"grid": { "points": 5|1.2 }', '"grid": { "points": 51 }'],
    ['"grid": { "x": |0.5 }', '"grid": { "x": [-0.5, 0.5] }'],
    ['"grid": { "lines": "tr|ue" }', '"grid": { "lines": true }'],
    ['"weightDecay": "1e-4|"', '"weightDecay": 0.0001'],
  ])("%s becomes %s", async (wrong, right) => {
    const [fix] = await fixesAt(`{ "model": "net.onnx", ${wrong} }`);
    expect(fix![1]).toBe(`{ "model": "net.onnx", ${right} }`);
  });

  test.each([
    '"loss": "fa|r"',
    '"grid": { "points": [1|, 2, 3] }',
    '"grid": { "x": |-1 }',
    '"grid": { "points": "ma|ny" }',
  ])("%s has no fix, because what is meant is unclear", async (wrong) => {
    expect(await fixesAt(`{ "model": "net.onnx", ${wrong} }`)).toEqual([]);
  });
});

describe("what files say", () => {
  test("a missing file becomes the nearest one of its kind", async () => {
    expect(await fixesAt('{ "model": "nte.on|nx" }', { missing: ["nte.onnx"] })).toEqual([
      ['Change to "net.onnx"', '{ "model": "net.onnx" }'],
    ]);
    expect(await fixesAt('{ "model": "net.onnx", "data": "tset|.npz" }', { missing: ["tset.npz"] })).toEqual([
      ['Change to "test.npz"', '{ "model": "net.onnx", "data": "test.npz" }'],
    ]);
    expect(await fixesAt('{ "model": "net.onnx", "checkpoints": "mdoel_*|.pt" }')).toEqual([
      ['Change to "model_*.pt"', '{ "model": "net.onnx", "checkpoints": "model_*.pt" }'],
    ]);
  });

  test("an array that is not there becomes the nearest", async () => {
    const data = { arrays: ["x_test", "y_test"].map((name) => ({ name, dtype: "float32", shape: [1] })) };
    expect(await fixesAt('{ "model": "net.onnx", "data": { "path": "test.npz", "y": "y_tset|" } }', { data })).toEqual([
      ['Change to "y_test"', '{ "model": "net.onnx", "data": { "path": "test.npz", "y": "y_test" } }'],
    ]);
  });

  test("pictures of another size are resized to that of the model", async () => {
    const told = {
      model: { inputShape: [3, 32, 32] },
      data: { arrays: [], problem: problemOf("test.npz holds samples of 28×28×1 but net.onnx wants 3×32×32.") },
    };
    expect(await fixesAt('{\n  "model": "net.onnx",\n  "data": "tes|t.npz"\n}', told)).toEqual([
      [
        "Resize the samples to 32×32",
        '{\n  "model": "net.onnx",\n  "data": "test.npz",\n  "preprocess": { "resize": [32, 32] }\n}',
      ],
    ]);
    expect(await fixesAt('{ "model": "net.onnx", "data": "tes|t.npz", "preprocess": { "scale": 1 } }', told)).toEqual([
      [
        "Resize the samples to 32×32",
        '{ "model": "net.onnx", "data": "test.npz", "preprocess": { "scale": 1, "resize": [32, 32] } }',
      ],
    ]);
  });

  test("the call that keeps batch normalisation is copied", async () => {
    const { study, position } = await marked('{ "model": "net|.onnx" }', folder);
    const findings = findingsOf(study, knowledgeOf(study, { model: { unfoldedExport: "torch.onnx.export(…)" } }));
    const [action] = await fixesIn(study, findings, { start: position, end: position }, []);
    expect(action!.command).toMatchObject({ command: "lossLandscape.copyText", arguments: ["torch.onnx.export(…)"] });
  });
});

test.each([
  ["gird", ["grid", "model"], "grid"],
  ["Normalize", ["normalise", "ignore"], "normalise"],
  ["x", ["grid", "model"], undefined],
  ["abc", ["xyz"], undefined],
  ["y_tst", ["x_test", "y_test"], "y_test"],
])("of %j and %j the nearest is %j", (written, words, nearest) => {
  expect(nearestWord(written, words)).toBe(nearest);
});
