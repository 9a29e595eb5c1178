import { copyFile, mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "vscode-languageserver-protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { torchExport } from "../../../server/protocol/exportCalls";
import { npy, npz } from "../../support/data";
import { fixtures, folderWith, root, ServerClient, smaller } from "../server/client";
import { Editor } from "./editor";

let client: ServerClient;
let folder: string;
let editor: Editor;

const place = (...names: readonly string[]): string => path.join(folder, ...names);
const titles = async (): Promise<readonly (string | undefined)[]> =>
  (await editor.lenses()).map(({ command }) => command?.title);

/** What a diagnostic says. */
const words = (diagnostic: Diagnostic | undefined): string => String(diagnostic?.message);

beforeAll(async () => {
  client = await ServerClient.start();
});

afterAll(() => client.kill());

beforeEach(async () => {
  folder = await folderWith("model.onnx", "test.npz", "log.csv");
  editor = new Editor(client, place("study.landscape.json"));
});

afterEach(async () => {
  await editor.close();
  await rm(folder, { recursive: true });
});

async function checkpoints(...epochs: readonly number[]): Promise<void> {
  await mkdir(place("checkpoints"), { recursive: true });
  for (const epoch of epochs)
    await copyFile(path.join(fixtures, `model_${epoch}.pt`), place("checkpoints", `model_${epoch}.pt`));
}

describe("diagnostics", () => {
  test("a study that is right has none, and each fault is marked where it is", async () => {
    await editor.write('{ "model": "model.onnx", "data": { "path": "test.npz", "samples": 50 } }');
    await editor.diagnostics((all) => all.length === 0);
    await editor.write(
      '{ "model": "model.onnx", "data": "test.npz", "gird": { "points": 5 }, "loss": "crossentropy" }',
    );
    const found = await editor.diagnostics((all) => all.length === 2);
    expect(found.map((each) => editor.marked(each))).toEqual(['"gird"', '"crossentropy"']);
    expect(words(found[0])).toMatch(/^"gird" is not a field of a study, whose fields are model, .* Remove "gird"/);
  });

  test.each([
    [
      "a model",
      '{ "model": "modle.onnx", "data": "test.npz" }',
      '"modle.onnx"',
      /must be the path of a model, but there is nothing/,
    ],
    [
      "data",
      '{ "model": "model.onnx", "data": { "path": "tests.npz" } }',
      '"tests.npz"',
      /path of a data file, but there is nothing/,
    ],
    [
      "a log",
      '{ "model": "model.onnx", "checkpoints": { "files": "*.onnx", "log": "no.csv" } }',
      '"no.csv"',
      /path of a training log/,
    ],
    [
      "a pattern's files",
      '{ "model": "model.onnx", "checkpoints": "epochs/*.pt" }',
      '"epochs/*.pt"',
      /but nothing matches/,
    ],
    [
      "directions",
      '{ "model": "model.onnx", "directions": { "kind": "file", "path": "d.npz" } }',
      '"d.npz"',
      /file of directions/,
    ],
  ])("tell that %s cannot be found", async (_, text, marked, message) => {
    await editor.write(text);
    const [found] = await editor.diagnostics((all) => all.some((each) => message.test(words(each))));
    expect(editor.marked(found!)).toBe(marked);
    expect(found!.severity).toBe(1);
  });

  test("tell that arrays are not in the file, that data or labels do not fit, and that weights are alone", async () => {
    await writeFile(
      place("wide.npz"),
      npz({
        x_test: npy("<f4", [4, 1, 32, 32], new Float32Array(4096)),
        y_test: npy("<i8", [4], new BigInt64Array(4)),
      }),
    );
    await writeFile(
      place("labels.npz"),
      npz({
        x_test: npy("<f4", [12, 1, 28, 28], new Float32Array(12 * 784)),
        y_test: npy(
          "<i8",
          [12],
          BigInt64Array.from({ length: 12 }, (_, i) => BigInt(i)),
        ),
      }),
    );
    await copyFile(path.join(fixtures, "model_1.pt"), place("weights.pt"));
    const cases = [
      [
        '{ "model": "model.onnx", "data": { "path": "test.npz", "x": "x_tset" } }',
        '"x_tset"',
        /test\.npz has no array "x_tset"; it holds x_test, y_test/,
      ],
      [
        '{ "model": "model.onnx", "data": "wide.npz" }',
        '"wide.npz"',
        /wide\.npz holds samples of 1×32×32 but model\.onnx wants 1×28×28/,
      ],
      ['{ "model": "model.onnx", "data": "labels.npz" }', '"labels.npz"', /labels 0–11 but model\.onnx has 10 outputs/],
      ['{ "model": "weights.pt" }', '"weights.pt"', /weights/],
    ] as const;
    for (const [text, marked, message] of cases) {
      await editor.write(text);
      const [found] = await editor.diagnostics((all) => all.some((each) => message.test(words(each))));
      expect(editor.marked(found!)).toBe(marked);
    }
  });

  test("tell of a checkpoint that does not fit, and of how many more there are", async () => {
    await checkpoints(1, 2, 3);
    for (const name of ["model_4.pt", "model_5.pt"])
      await copyFile(path.join(root, "test/fixtures/checkpoints/tiny.pt"), place("checkpoints", name));
    await editor.write('{ "model": "model.onnx", "data": "test.npz", "checkpoints": "checkpoints/*.pt" }');
    const [found] = await editor.diagnostics((all) => all.length === 1);
    expect(editor.marked(found!)).toBe('"checkpoints/*.pt"');
    expect(words(found)).toMatch(/^model_4\.pt does not fit model\.onnx: .* The same holds of 1 more file of 5\.$/);
  });

  test("warn of batch normalisation that was folded, with the call to copy", async () => {
    await copyFile(path.join(root, "test/fixtures/onnx/cnn-folded.onnx"), place("folded.onnx"));
    await editor.write('{ "model": "folded.onnx" }');
    const found = await editor.diagnostics((all) => all.some(({ code }) => code === "batch-norm-folded"));
    const warning = found.find(({ code }) => code === "batch-norm-folded")!;
    expect(warning.severity).toBe(2);
    expect(editor.marked(warning)).toBe('"folded.onnx"');
    const [fix] = await editor.fixes(warning);
    expect(fix!.command!.arguments![0]).toBe(torchExport({ file: "folded.onnx" }));
  });

  test("ask for data when two files fit, and offer both", async () => {
    await copyFile(place("test.npz"), place("other.npz"));
    await editor.write('{ "model": "model.onnx" }');
    const [found] = await editor.diagnostics((all) => all.length === 1);
    expect(words(found)).toMatch(/^2 files beside model\.onnx fit it: /);
    const fixes = await editor.fixes(found!);
    expect(fixes.map(({ title }) => title).sort()).toEqual(["Use other.npz", "Use test.npz"]);
  });

  test("follow the files: one that appears, and one that changes", async () => {
    await editor.write('{ "model": "model.onnx", "data": "late.npz" }');
    await editor.diagnostics((all) => all.length === 1);
    const change = async (name: string, type: number): Promise<void> =>
      client.connection.sendNotification("workspace/didChangeWatchedFiles", {
        changes: [{ uri: pathToFileURL(place(name)).href, type }],
      });
    await copyFile(place("test.npz"), place("late.npz"));
    await change("late.npz", 1);
    await editor.diagnostics((all) => all.length === 0);
    await writeFile(place("late.npz"), "no archive");
    await change("late.npz", 2);
    const [found] = await editor.diagnostics((all) => all.length === 1);
    expect(words(found)).toContain("late.npz");
  });
});

describe("hover", () => {
  test("tells of a field what the schema says", async () => {
    await editor.write('{ "model": "model.onnx", "data": { "samples": 50 }, "directions": { "normalise": "filter" } }');
    expect(await editor.hover(editor.at('"samples"'))).toMatch(
      /^\*\*data\.samples\*\*: How many samples to use.*\n\nDefault: `1000` {2}\nUnit: samples {2}\nTakes a whole number/,
    );
    expect(await editor.hover(editor.at('"filter"'))).toMatch(
      /^`filter`: Every filter gets the norm of the model's own/,
    );
  });

  test("tells of files what they are", async () => {
    await checkpoints(1, 2, 3, 5);
    await editor.write(
      '{ "model": "model.onnx", "data": { "path": "test.npz", "x": "x_test" }, "checkpoints": "checkpoints/*.pt" }',
    );
    await editor.diagnostics((all) => all.length === 0);
    await expect.poll(() => editor.hover(editor.at('"model.onnx"')), { timeout: 20_000 }).toContain("ONNX");
    expect(await editor.hover(editor.at('"model.onnx"'))).toMatch(
      /^\*\*model\.onnx\*\*, ONNX\n\n- [\d,]+ parameters in \d+ tensors\n- Input: 1×28×28\n- Outputs: 10\n/,
    );
    expect(await editor.hover(editor.at('"test.npz"'))).toMatch(
      /- [\d,]+ samples\n- `x_test`: \w+ \[.*\], the samples/,
    );
    expect(await editor.hover(editor.at('"x_test"'))).toMatch(/^`x_test` of test\.npz: \w+ \[/);
    expect(await editor.hover(editor.at('"checkpoints/*.pt"'))).toMatch(
      /^\*\*4 checkpoints\*\* in the order of their number\n\n- First: `checkpoints\/model_1\.pt`\n- Last: `checkpoints\/model_5\.pt`\n- None between 3 and 5/,
    );
  });
});

describe("completion", () => {
  test("offers files that suit, a series as one, and arrays of the data", async () => {
    await checkpoints(1, 2, 3);
    await editor.write('{ "model": "", "data": { "path": "test.npz", "x": "" }, "checkpoints": "" }');
    const labels = async (needle: string): Promise<readonly string[]> =>
      (await editor.complete(editor.at(needle, needle.length - 1))).map(({ label }) => label);
    expect(await labels('"model": ""')).toEqual(["model.onnx", "checkpoints/"]);
    expect(await labels('"checkpoints": ""')).toContain("checkpoints/model_*.pt (3)");
    await writeFile(place("table.csv"), "a,b,species\n1,2,x\n3,4,y\n");
    await expect.poll(() => labels('"x": ""'), { timeout: 20_000 }).toEqual(["x_test", "y_test"]);
    await editor.write('{ "model": "model.onnx", "data": { "path": "table.csv", "y": "" } }');
    await expect.poll(() => labels('"y": ""'), { timeout: 20_000 }).toEqual(["a", "b", "species"]);
  });
});

describe("lenses", () => {
  const study =
    '{\n  "model": "model.onnx",\n  "data": { "path": "test.npz", "samples": 20 },\n  "grid": { "points": 5 }\n}';

  test("offer a run, its continuation and its result, and estimate from a finished run alone", async () => {
    await writeFile(place("study.landscape.json"), study);
    await editor.write(study);
    await expect.poll(titles, { timeout: 20_000 }).toEqual(["Run · 5×5", "Visualize"]);
    const described = await client.describe(place("study.landscape.json"));
    if (described.kind !== "ready") throw new Error("the study is not ready");
    const run = client.run(described.study);
    await run.until((event) => event.kind === "points");
    run.cancel();
    await run.outcome;
    await expect
      .poll(titles, { timeout: 20_000 })
      .toEqual(["Run · 5×5", expect.stringMatching(/^Resume \(\d+ of 25\)$/), "Visualize"]);
    await client.run(described.study, { mode: "resume" }).outcome;
    await expect
      .poll(titles, { timeout: 20_000 })
      .toEqual([expect.stringMatching(/^Run · 5×5 · about \d+ s$/), "Open last result", "Visualize"]);
    const [, open] = await editor.lenses();
    const [uri, journal] = open!.command!.arguments as [string, string];
    expect(uri).toBe(editor.uri);
    expect((await stat(journal)).isFile()).toBe(true);
    // Another grid has no result, but the rate of the model is known.
    await editor.write(study.replace("5 }", "[5, 9] }"));
    await expect
      .poll(titles, { timeout: 20_000 })
      .toEqual([expect.stringMatching(/^Run · 5×9 · about \d+ s$/), "Visualize"]);
  });

  test("count problems while there are some", async () => {
    await editor.write('{ "model": "model.onnx", "data": "test.npz", "gird": 1, "loss": "none" }');
    await editor.diagnostics((all) => all.length === 2);
    expect(await titles()).toEqual(["2 problems", "Visualize"]);
    await editor.write('{ "model": "modle.onnx", "data": "test.npz" }');
    await editor.diagnostics((all) => all.length === 1);
    expect(await titles()).toEqual(["1 problem", "Visualize"]);
  });
});

test("links lead to the files, formatting keeps comments", async () => {
  await editor.write('{ // what to see\n"model":"model.onnx","checkpoints":["a/*.pt","b.pt"] }');
  const links = await editor.links();
  expect(links.map(({ target }) => target)).toEqual([
    pathToFileURL(place("model.onnx")).href,
    pathToFileURL(place("b.pt")).href,
  ]);
  expect(editor.edited(await editor.format())).toBe(
    '{ // what to see\n  "model": "model.onnx",\n  "checkpoints": [\n    "a/*.pt",\n    "b.pt"\n  ]\n}',
  );
});

test("hover and completion answer while files are looked into and a surface is computed", async () => {
  await checkpoints(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  const described = await client.describe(place("model.onnx"));
  if (described.kind !== "ready") throw new Error("the study is not ready");
  const run = client.run(smaller(described.study, 51, 500));
  await run.until((event) => event.kind === "points");
  for (let i = 0; i < 31; i += 1) {
    await editor.write(
      `{ "model": "model.onnx", "data": { "path": "test.npz", "samples": ${i + 1} }, "checkpoints": "checkpoints/*.pt" }`,
    );
    expect(await editor.hover(editor.at('"model.onnx"'))).not.toBe("");
    expect((await editor.complete(editor.at('"checkpoints/', 2))).length).toBeGreaterThan(0);
  }
  run.cancel();
  // All of it was answered before the run had come to its end.
  expect((await run.outcome).status).toBe("cancelled");
});
