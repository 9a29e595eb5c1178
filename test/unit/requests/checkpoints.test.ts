import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ProblemError } from "../../../server/protocol/problem";
import type { Problem } from "../../../server/protocol/problem";
import { withCheckpoints } from "../../../server/requests/checkpoints";
import type { CheckpointDraft, StudyDraft } from "../../../server/study/draft";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "checkpoints-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const rates = "epoch,lr\n1,0.1\n2,0.01\n";

function write(names: readonly string[], content = ""): void {
  for (const name of names) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

function draftOf(files: readonly string[], over: Partial<CheckpointDraft> = {}): StudyDraft {
  const checkpoints = { files: files.map((file) => path.join(folder, file)), ...over };
  return { file: path.join(folder, "look.landscape.json"), model: path.join(folder, "net.onnx"), checkpoints };
}

/** What is found, by names relative to the folder. */
async function find(
  files: readonly string[],
  over?: Partial<CheckpointDraft>,
): Promise<{ files: readonly string[]; log: string | undefined; notices: readonly string[] }> {
  const { draft, notices } = await withCheckpoints(draftOf(files, over));
  const relative = (file: string): string => path.relative(folder, file).replaceAll("\\", "/");
  const { log } = draft.checkpoints!;
  return { files: draft.checkpoints!.files.map(relative), log: log && relative(log), notices };
}

async function problemOf(files: readonly string[], over?: Partial<CheckpointDraft>): Promise<Problem> {
  try {
    await find(files, over);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("wildcards", () => {
  test("become the files in the order of training, and it is said what the order goes by", async () => {
    write(["model_10.pt", "model_2.pt", "model_1.pt", "model_3.txt"]);
    const { files, notices } = await find(["model_*.pt"]);
    expect(files).toEqual(["model_1.pt", "model_2.pt", "model_10.pt"]);
    expect(notices[0]).toBe("3 checkpoints in the order of their number, from model_1.pt to model_10.pt.");
  });

  test("in folders are called by what tells them apart", async () => {
    write(["epoch_2/model.json", "epoch_12/model.json"]);
    const { notices } = await find(["epoch_*/model.json"]);
    expect(notices[0]).toBe(
      "2 checkpoints in the order of their epoch, from epoch_2/model.json to epoch_12/model.json.",
    );
  });

  test("leave out best and last, and say so", async () => {
    write(["epoch=1.ckpt", "epoch=2.ckpt", "best.ckpt", "last.ckpt"]);
    const { files, notices } = await find(["*.ckpt"]);
    expect(files).toEqual(["epoch=1.ckpt", "epoch=2.ckpt"]);
    expect(notices).toEqual([
      "2 checkpoints in the order of their epoch, from epoch=1.ckpt to epoch=2.ckpt.",
      "Left out, because their names tell no time: best.ckpt, last.ckpt.",
      'The centre may be best.ckpt or last.ckpt, as "weights" of the study\'s "model".',
    ]);
  });

  test("say where checkpoints are missing, and where there are several of one time", async () => {
    write(["epoch=1.ckpt", "epoch=2.ckpt", "epoch=3.ckpt", "epoch=3-v1.ckpt", "epoch=7.ckpt", "epoch=8.ckpt"]);
    const { files, notices } = await find(["*.ckpt"]);
    expect(files).toHaveLength(6);
    expect(notices.slice(1)).toEqual([
      "There are no checkpoints between 3 and 7.",
      "More than one checkpoint is of epoch 3; they follow one another by name.",
    ]);
  });

  test("go by the times of modification where names tell nothing", async () => {
    const names = ["c.pt", "a.pt", "b.pt"];
    write(names);
    for (const [k, name] of names.entries()) utimesSync(path.join(folder, name), 1000 + k, 1000 + k);
    const { files, notices } = await find(["?.pt"]);
    expect(files).toEqual(names);
    expect(notices).toEqual(["3 checkpoints in the order of their modification time, from c.pt to b.pt."]);
  });

  test("of several patterns are put in order one by one, in the order of the patterns", async () => {
    write(["late/model_1.pt", "late/model_2.pt", "early/model_8.pt", "early/model_9.pt"]);
    expect((await find(["late/*.pt", "early/*.pt"])).files).toEqual([
      "late/model_1.pt",
      "late/model_2.pt",
      "early/model_8.pt",
      "early/model_9.pt",
    ]);
  });

  test("that find only best and last are refused, with their names", async () => {
    write(["best.pt", "last.pt"]);
    const problem = await problemOf(["*.pt"]);
    expect(problem).toMatchObject({ reason: "file-missing", file: path.join(folder, "*.pt") });
    expect(problem.message).toMatch(/^look\.landscape\.json asks for .*tell no time: best\.pt, last\.pt\.$/);
    expect(problem.advice).toContain("one by one");
  });
});

describe("an order that is asked for", () => {
  test("holds for all files, of lists and of several patterns", async () => {
    const names = ["a/model_1.pt", "b/model_3.pt", "a/model_2.pt"];
    write(names);
    for (const [k, name] of names.entries()) utimesSync(path.join(folder, name), 1000 + k, 1000 + k);
    expect((await find(["b/*.pt", "a/*.pt"], { order: "time" })).files).toEqual(names);
    expect((await find(["b/*.pt", "a/*.pt", "a/model_1.pt"], { order: "name" })).files).toEqual([...names].sort());
    const { files, notices } = await find(["b/model_3.pt", "a/model_1.pt"], { order: "name" });
    expect(files).toEqual(["a/model_1.pt", "b/model_3.pt"]);
    expect(notices).toEqual(["2 checkpoints in the order of their name, from model_1.pt to model_3.pt."]);
  });
});

test("a pattern leaves out the model itself, a list does not", async () => {
  write(["net_1.onnx", "net_2.onnx", "net_3.onnx"]);
  const draft = { ...draftOf(["net_*.onnx"]), model: path.join(folder, "net_3.onnx") };
  const files = (await withCheckpoints(draft)).draft.checkpoints!.files.map((file) => path.basename(file));
  expect(files).toEqual(["net_1.onnx", "net_2.onnx"]);
  const listed = { ...draft, checkpoints: { files: [draft.model] } };
  expect((await withCheckpoints(listed)).draft.checkpoints!.files).toEqual([draft.model]);
});

describe("checkpoints that are not named", () => {
  test("are found beside the model, and it is said which", async () => {
    write(["net.onnx", ...[1, 2, 3].map((n) => `checkpoints/epoch_${n}.pt`), "runs/a/epoch_1.pt", "runs/a/epoch_2.pt"]);
    const { files, notices } = await find([], { every: 2 });
    expect(files).toEqual([1, 2, 3].map((n) => `checkpoints/epoch_${n}.pt`));
    expect(notices).toEqual([
      "Checkpoints found beside the model: checkpoints/epoch_*.pt. There are others: runs/a/epoch_*.pt.",
      "3 checkpoints in the order of their epoch, from epoch_1.pt to epoch_3.pt.",
    ]);
  });

  test("and are not there are refused, but names for tensors alone ask for none", async () => {
    write(["net.onnx"]);
    expect(await problemOf([], { order: "name" })).toMatchObject({
      reason: "file-missing",
      message:
        "look.landscape.json asks for the checkpoints beside net.onnx, but there are none whose names follow one pattern.",
    });
    expect(await find([], { rename: [["a", "b"]] })).toEqual({ files: [], log: undefined, notices: [] });
  });

  test("are not looked for where lines have no path", async () => {
    write(["net.onnx", "epoch_1.pt", "epoch_2.pt"]);
    const draft: StudyDraft = {
      ...draftOf([]),
      checkpoints: { files: [], rename: [["a", "b"]] },
      grid: { lines: true },
    };
    expect((await withCheckpoints(draft)).draft.checkpoints!.files).toEqual([]);
  });
});

describe("a list", () => {
  test("stays in its own order, best and last included", async () => {
    write(["model_2.pt", "model_10.pt", "best.pt"]);
    const files = ["model_10.pt", "best.pt", "model_2.pt"];
    expect(await find(files)).toEqual({ files, log: undefined, notices: [] });
  });

  test("with a file that is not there is refused by name, whatever else is there", async () => {
    write(["model_1.pt"]);
    const problem = await problemOf(["model_1.pt", "model_7.pt"]);
    expect(problem).toMatchObject({ reason: "file-missing", file: path.join(folder, "model_7.pt") });
    expect(problem.message).toBe(
      `look.landscape.json asks for the checkpoints ${path.join(folder, "model_7.pt")}, but no file is called so.`,
    );
  });
});

test("a pattern without a match is refused by a sentence that names who asked", async () => {
  const { message } = await problemOf(["checkpoints/*.pt"]);
  expect(message).toMatch(/^look\.landscape\.json asks for the checkpoints .*\*\.pt, but no file is called so\.$/);
  const { model, checkpoints } = draftOf(["*.pt"]);
  await expect(withCheckpoints({ model, checkpoints })).rejects.toThrow(/^net\.onnx asks for the checkpoints/);
});

test("a study without checkpoints stays as it is", async () => {
  const draft = { model: path.join(folder, "net.onnx") };
  expect(await withCheckpoints(draft)).toEqual({ draft, notices: [] });
});

describe("the training log", () => {
  test.each([
    ["beside the checkpoints", "runs/epochs/log.csv", ["runs/log.csv", "log.csv"]],
    ["above them", "runs/history.csv", ["metrics.csv"]],
    ["beside the model", "training.csv", ["other/log.csv"]],
  ])("is found %s", async (_, log, others) => {
    write(["runs/epochs/model_1.pt"]);
    write([log, ...others], rates);
    expect(await find(["runs/epochs/model_1.pt"])).toMatchObject({
      log,
      notices: [`Learning rates are read from ${path.normalize(log)}.`],
    });
  });

  test("that is found without learning rates is passed over, and it is said so", async () => {
    write(["runs/model_1.pt"]);
    write(["runs/log.csv"], "epoch,loss\n1,2\n");
    write(["runs/trainer_state.json"], "{");
    write(["metrics.csv"], rates);
    expect(await find(["runs/model_1.pt"])).toMatchObject({
      log: "metrics.csv",
      notices: [
        "Learning rates are read from metrics.csv.",
        `The log ${path.normalize("runs/log.csv")} tells no learning rates and is not used.`,
        `The log ${path.normalize("runs/trainer_state.json")} tells no learning rates and is not used.`,
      ],
    });
  });

  test("of TensorBoard is found in the folders that it makes, the newest first", async () => {
    const events = readFileSync(path.resolve("test/fixtures/learning-rates/events.out.tfevents.keras"));
    write(["checkpoints/epoch_1.weights.h5", "checkpoints/epoch_2.weights.h5", "logs/train/events.out.tfevents.9"]);
    writeFileSync(path.join(folder, "logs/train/events.out.tfevents.1"), events);
    expect(await find(["checkpoints/*.h5"])).toMatchObject({
      log: "logs/train/events.out.tfevents.1",
      notices: [
        expect.stringContaining("2 checkpoints"),
        `Learning rates are read from ${path.normalize("logs/train/events.out.tfevents.1")}.`,
        `The log ${path.normalize("logs/train/events.out.tfevents.9")} tells no learning rates and is not used.`,
      ],
    });
  });

  test("of Hugging Face is that of the last checkpoint", async () => {
    const files = [500, 1000].map((step) => `checkpoint-${step}/model.safetensors`);
    write(files);
    const state = { log_history: [{ epoch: 1.5, step: 400, learning_rate: 1e-4 }] };
    write(["checkpoint-500/trainer_state.json", "checkpoint-1000/trainer_state.json"], JSON.stringify(state));
    expect(await find(["checkpoint-*/model.safetensors"])).toMatchObject({
      files,
      log: "checkpoint-1000/trainer_state.json",
    });
  });

  test("that counts otherwise than the checkpoints is passed over", async () => {
    write(["epoch_1.pt", "epoch_2.pt"]);
    write(["log.csv"], `step,lr\n${Array.from({ length: 50 }, (_, k) => `${k},0.1\n`).join("")}`);
    expect((await find(["epoch_*.pt"])).log).toBeUndefined();
  });

  test("that the study names is taken as it is, and none is looked for", async () => {
    write(["model_1.pt"]);
    write(["log.csv"], rates);
    write(["mine.txt"], "no rates at all");
    const log = path.join(folder, "mine.txt");
    expect(await find(["model_1.pt"], { log })).toMatchObject({ log: "mine.txt", notices: [] });
  });

  test("that the study names and is not there is refused by a sentence", async () => {
    write(["model_1.pt"]);
    write(["log.csv"], rates);
    const log = path.join(folder, "gone.csv");
    expect(await problemOf(["model_1.pt"], { log })).toMatchObject({
      reason: "file-missing",
      message: `The training log should be at ${log}, but there is nothing.`,
      file: log,
    });
  });

  test("is absent where there is none; what else the study says of its checkpoints stays", async () => {
    write(["model_1.pt"]);
    const { draft, notices } = await withCheckpoints(draftOf(["model_1.pt"], { every: 3, drops: [5] }));
    expect(draft.checkpoints).toEqual({ files: [path.join(folder, "model_1.pt")], every: 3, drops: [5] });
    expect(notices).toEqual([]);
  });
});
