import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { CompletionItem } from "vscode-json-languageservice";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completeAt } from "../../../server/language/completion";
import { patternsOf } from "../../../server/language/paths";
import type { Series } from "../../../server/language/surroundings";
import { studySchema } from "../../../server/study/schema";
import { knowledgeOf } from "./knowledge";
import type { Told } from "./knowledge";
import { after, marked } from "./marked";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "study-completion-"));
  const files = [
    "net.onnx",
    "net.keras",
    "train.npz",
    "log.csv",
    "d.safetensors",
    "notes.md",
    "net-1a2b.landscape-run.jsonl",
  ];
  const epochs = [1, 2, 10].map((epoch) => `checkpoints/epoch_${epoch}.pt`);
  for (const name of ["checkpoints", ".hidden", "photos"]) await mkdir(path.join(folder, name));
  for (const name of [...files, ...epochs, "checkpoints/best.pt"]) await writeFile(path.join(folder, name), "");
});

afterAll(() => rm(folder, { recursive: true }));

/** Files that differ by a number, as if they were ordered. */
function series(pattern: string): Promise<Series> {
  const files = pattern.includes("epoch_*") ? [1, 2, 10].map((epoch) => pattern.replace("*", String(epoch))) : [];
  return Promise.resolve({ files, by: "epoch", leftOut: [], gaps: [] });
}

async function itemsAt(text: string, told?: Told): Promise<readonly CompletionItem[]> {
  const { study, position } = await marked(text, folder);
  const sources = { knowledge: knowledgeOf(study, told), series };
  return (await completeAt(study, position, sources)).items;
}

async function labelsAt(text: string, told?: Told): Promise<readonly string[]> {
  return (await itemsAt(text, told)).map(({ label }) => label);
}

/** The text after the item with this label was chosen; places for the cursor left out. */
async function chosen(text: string, label: string): Promise<string> {
  const { study } = await marked(text, folder);
  const item = (await itemsAt(text)).find((each) => each.label === label);
  if (!item?.textEdit || !("range" in item.textEdit)) throw new Error(`no item ${label}`);
  return after(study, [item.textEdit]).replace(/\$\{?\d(:([^}]*)\})?/g, "$2");
}

describe("fields", () => {
  test("all that are not given yet, and none of a later version", async () => {
    const labels = await labelsAt('{ "model": "net.onnx", | }');
    const fields = Object.entries(studySchema.properties ?? {});
    const expected = fields.filter(
      ([name, { later }]) => later === undefined && name !== "$schema" && name !== "model",
    );
    expect([...labels].sort()).toEqual(expected.map(([name]) => name).sort());
  });

  test("of an object", async () => {
    expect(await labelsAt('{ "grid": { "points": 5, | } }')).toEqual(["x", "y", "lines", "fit", "refine"]);
    expect(await labelsAt('{ "model": { | } }')).toEqual(["path", "weights", "rename"]);
  });

  test("are written with a value to go on from", async () => {
    expect(await chosen('{ "model": "net.onnx", "gr|" }', "grid")).toMatch(
      /^\{ "model": "net\.onnx", "grid": \{\s*"points": 51\s*\} \}$/,
    );
    expect(await chosen('{ "grid": { "po|" } }', "points")).toBe('{ "grid": { "points": 51 } }');
    expect(await chosen('{ "grid": { "x|" } }', "x")).toMatch(/"x": \[\s*-1,\s*1\s*\]/);
  });

  test("whose values are to be chosen offer them at once", async () => {
    const items = await itemsAt("{ | }");
    const goesOn = (name: string): boolean => items.find(({ label }) => label === name)?.command !== undefined;
    for (const name of ["model", "data", "checkpoints", "loss", "directions"]) expect(goesOn(name), name).toBe(true);
    expect(goesOn("weightDecay")).toBe(false);
  });

  test("say what they are for", async () => {
    const [item] = (await itemsAt('{ "grid": { | } }')).filter(({ label }) => label === "refine");
    expect(JSON.stringify(item!.documentation)).toContain("Largest relative error");
  });
});

describe("values", () => {
  test("of a choice, each with its meaning", async () => {
    const items = await itemsAt('{ "directions": { "normalise": | } }');
    expect(items.map(({ label }) => label)).toEqual([
      '"filter"',
      '"layer"',
      '"weight"',
      '"dfilter"',
      '"dlayer"',
      '"none"',
    ]);
    expect(items[0]!.documentation).toContain("Li et al.");
  });

  test("of a loss, which may be a word or an object", async () => {
    expect(await labelsAt('{ "loss": "|" }')).toEqual(expect.arrayContaining(['"crossEntropy"', '"huber"']));
    expect(await labelsAt('{ "loss": { "name": | } }')).toContain('"kullbackLeibler"');
  });

  test("true and false, every engine, and nothing of a later version", async () => {
    expect(await labelsAt('{ "grid": { "lines": | } }')).toEqual(expect.arrayContaining(["true", "false"]));
    expect(await labelsAt('{ "compute": { "engine": | } }')).toEqual(
      expect.arrayContaining(['"onnxruntime"', '"webgpu"']),
    );
    expect(await labelsAt('{ "model": { "path": "net.onnx", | } }')).not.toContain('"format"');
  });
});

describe("paths", () => {
  test("only files that suit the field, and folders to go on into", async () => {
    const folders = ["checkpoints/", "photos/"];
    expect(await labelsAt('{ "model": "|" }')).toEqual(["net.keras", "net.onnx", ...folders]);
    expect(await labelsAt('{ "data": { "path": "|" } }')).toEqual([
      "d.safetensors",
      "log.csv",
      "train.npz",
      ...folders,
    ]);
    expect(await labelsAt('{ "data": { "test": "|" } }')).toContain("train.npz");
    expect(await labelsAt('{ "checkpoints": { "log": "|" } }')).toEqual(["log.csv", ...folders]);
    expect(await labelsAt('{ "directions": { "kind": "file", "path": "|" } }')).toEqual([
      "d.safetensors",
      "train.npz",
      ...folders,
    ]);
  });

  test("go on from what is written, and replace it whole", async () => {
    expect(await labelsAt('{ "directions": { "checkpoint": "checkpoints/|" } }')).toEqual([
      "checkpoints/best.pt",
      "checkpoints/epoch_1.pt",
      "checkpoints/epoch_2.pt",
      "checkpoints/epoch_10.pt",
    ]);
    expect(await chosen('{ "model": "ne|t.on" }', "net.onnx")).toBe('{ "model": "net.onnx" }');
    expect(await chosen('{ "model": | }', "net.onnx")).toBe('{ "model": "net.onnx" }');
    expect(await chosen('{ "model": "|" }', "checkpoints/")).toBe('{ "model": "checkpoints/" }');
  });

  test("a series of checkpoints is one item, in a list as well", async () => {
    const item = "checkpoints/epoch_*.pt (3)";
    expect((await labelsAt('{ "checkpoints": "|" }'))[0]).toBe(item);
    expect((await labelsAt('{ "checkpoints": ["|"] }'))[0]).toBe(item);
    expect((await labelsAt('{ "checkpoints": { "files": "|" } }'))[0]).toBe(item);
    expect(await chosen('{ "checkpoints": "|" }', item)).toBe('{ "checkpoints": "checkpoints/epoch_*.pt" }');
    expect(await labelsAt('{ "directions": { "checkpoint": "|" } }')).not.toContain(item);
  });

  test("keys are no paths", async () => {
    expect(await labelsAt('{ "mod|el": "net.onnx" }')).not.toContain("net.onnx");
  });
});

test.each([
  [["epoch_1.pt", "epoch_2.pt", "best.pt"], ["epoch_*.pt"]],
  [
    ["model_1.t7", "model_10.t7", "opt_1.t7", "opt_2.t7", "opt_3.t7"],
    ["opt_*.t7", "model_*.t7"],
  ],
  [["e01.weights.h5", "e02.weights.h5"], ["e*.weights.h5"]],
  [["epoch=1-step=9.ckpt", "epoch=1-step=18.ckpt"], ["epoch=1-step=*.ckpt"]],
  [["a.pt", "b.pt"], []],
])("names %j make the patterns %j", (names, patterns) => {
  expect(patternsOf(names)).toEqual(patterns);
});

describe("names inside files", () => {
  const data = {
    arrays: [
      { name: "labels", dtype: "int64", shape: [100] },
      { name: "images", dtype: "uint8", shape: [100, 28, 28] },
    ],
  };

  test("arrays of the data, those of the likelier shape first", async () => {
    const x = await itemsAt('{ "model": "net.onnx", "data": { "path": "train.npz", "x": "|" } }', { data });
    expect(x.map(({ label, detail }) => [label, detail])).toEqual([
      ["images", "uint8 [100, 28, 28]"],
      ["labels", "int64 [100]"],
    ]);
    expect((await labelsAt('{ "data": { "path": "train.npz", "y": | }, "model": "net.onnx" }', { data }))[0]).toBe(
      "labels",
    );
  });

  test("parameters of the model, and tensors of the checkpoints", async () => {
    const weights = { [path.join(folder, "checkpoints/epoch_1.pt")]: { names: ["module.conv.weight"] } };
    const told = { weights };
    const before = '{ "model": "net.onnx", "checkpoints": { "files": ["checkpoints/epoch_1.pt"], "rename": ';
    expect(await labelsAt(`${before}{ "conv.*": "|" } } }`, told)).toEqual(["conv.weight", "conv.bias"]);
    expect(await labelsAt(`${before}{ "|" } } }`, told)).toContain("module.conv.weight");
  });
});
