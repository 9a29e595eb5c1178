import fc from "fast-check";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dropsOf, expandCheckpoints, orderCheckpoints, readLearningRates } from "../../../server/formats/series";
import { expandBraces, matches } from "../../../server/formats/series/glob";
import { shortNames } from "../../../server/formats/series/names";
import { alignRates } from "../../../server/formats/series/rates";
import type { LoggedRate } from "../../../server/formats/series/rates/logged";
import { ProblemError } from "../../../server/protocol/problem";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "series-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content = ""): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const order = (paths: readonly string[], modified?: ReadonlyMap<string, number>): string[] =>
  orderCheckpoints(paths, modified).files.map((file) => file.path);

describe("names by which checkpoints are told apart", () => {
  test.each<[readonly string[], readonly string[]]>([
    [
      ["/a/model_1.pt", "/a/model_2.pt"],
      ["model_1.pt", "model_2.pt"],
    ],
    [
      ["/a/epoch_1/model.json", "/a/epoch_2/model.json"],
      ["epoch_1/model.json", "epoch_2/model.json"],
    ],
    [
      ["/a/1/x/w.pt", "/a/2/x/w.pt", "/a/2/x/v.pt"],
      ["1/x/w.pt", "2/x/w.pt", "2/x/v.pt"],
    ],
    [
      ["C:\\runs\\a\\w.pt", "C:\\runs\\b\\w.pt"],
      ["a/w.pt", "b/w.pt"],
    ],
    [
      ["/a/w.pt", "/a/w.pt"],
      ["w.pt", "w.pt"],
    ],
    [[], []],
  ])("%j", (files, names) => {
    expect(shortNames(files)).toEqual(names);
  });
});

describe("the order of checkpoints", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "the authors' names: the 7 of .t7 is no epoch",
      "number",
      ["model_1.t7", "model_2.t7", "model_10.t7", "model_300.t7"],
    ],
    ["a common beginning that ends within a number", "number", ["model_10.pt", "model_11.pt", "model_100.pt"]],
    ["bare numbers", "number", ["0.pt", "5.pt", "10.pt"]],
    ["Lightning", "epoch", ["epoch=2-step=300.ckpt", "epoch=9-step=1000.ckpt", "epoch=10-step=1100.ckpt"]],
    ["a measure after the epoch", "epoch", ["e_02-0.91.pth", "e_03-0.50.pth", "e_11-0.10.pth"]],
    ["Keras", "epoch", ["epoch_00.weights.h5", "epoch_01.weights.h5", "epoch_12.weights.h5"]],
    ["Hugging Face", "step", ["checkpoint-500/model.safetensors", "checkpoint-1000/model.safetensors"]],
    ["folders", "epoch", ["epoch_2/model.json", "epoch_12/model.json"]],
    ["steps", "step", ["net_iter_900.pth", "net_iter_1000.pth"]],
    ["steps within an epoch", "epoch", ["epoch=1-step=9.ckpt", "epoch=1-step=10.ckpt", "epoch=2-step=1.ckpt"]],
    ["archives of archives", "number", ["model_8.pth.tar", "model_9.pth.tar", "model_10.pth.tar"]],
    ["a learning rate is no epoch", "number", ["lr=1e-3_run_2.pt", "lr=1e-3_run_10.pt"]],
  ])("%s", (_, by, names) => {
    const paths = names.map((name) => `/home/user/epoch_99/${name}`);
    const shuffled = [...paths].reverse();
    expect(order(shuffled)).toEqual(paths);
    expect(orderCheckpoints(shuffled)).toMatchObject({ by, leftOut: [], repeated: [] });
  });

  test("any order of the same files gives the same order", () => {
    const paths = Array.from({ length: 25 }, (_, i) => `/runs/model_${i * 3}.pt`);
    fc.assert(
      fc.property(fc.shuffledSubarray(paths, { minLength: 2 }), (some) => {
        expect(order(some)).toEqual(paths.filter((file) => some.includes(file)));
      }),
      { numRuns: 50 },
    );
  });

  test("best, last and optimizers are left out, whatever else they are called", () => {
    const paths = ["epoch=1.ckpt", "best-epoch=7.ckpt", "last.ckpt", "epoch=2.ckpt", "opt_state_2.t7", "optimizer.pt"];
    expect(orderCheckpoints(paths)).toMatchObject({
      files: [
        { path: "epoch=1.ckpt", epoch: 1 },
        { path: "epoch=2.ckpt", epoch: 2 },
      ],
      leftOut: ["best-epoch=7.ckpt", "last.ckpt", "opt_state_2.t7", "optimizer.pt"],
    });
    expect(order(["/best/model_1.pt", "/best/model_2.pt"])).toHaveLength(2);
    expect(order(["blast_1.pt", "blast_2.pt"])).toHaveLength(2);
  });

  test("times of modification, then names, when nothing else tells", () => {
    const paths = ["c.pt", "a.pt", "b.pt"];
    const modified = new Map([
      ["a.pt", 30],
      ["b.pt", 10],
      ["c.pt", 20],
    ]);
    expect(order(paths, modified)).toEqual(["b.pt", "c.pt", "a.pt"]);
    expect(orderCheckpoints(paths, modified).by).toBe("modification time");
    modified.delete("a.pt");
    expect(orderCheckpoints(paths, modified)).toMatchObject({ by: "name", files: [{ path: "a.pt" }, {}, {}] });
  });

  test("names or times of modification when they are asked for", () => {
    const paths = ["epoch=2-step=1.ckpt", "epoch=10-step=2.ckpt", "epoch=1-step=30.ckpt", "best.ckpt"];
    const modified = new Map(paths.map((file, k) => [file, k]));
    const named = orderCheckpoints(paths, modified, "name");
    expect(named.files.map(({ epoch }) => epoch)).toEqual([1, 2, 10]);
    expect(named).toMatchObject({ by: "name", leftOut: ["best.ckpt"] });
    const timed = orderCheckpoints(paths, modified, "time");
    expect(timed.files.map(({ epoch }) => epoch)).toEqual([2, 10, 1]);
    expect(timed.by).toBe("modification time");
  });

  test("gaps and repetitions", () => {
    const named = (numbers: readonly number[]): string[] => numbers.map((n) => `model_${n}.pt`);
    expect(orderCheckpoints(named([0, 1, 2, 5, 6])).gaps).toEqual([[2, 5]]);
    expect(orderCheckpoints(named([0, 10, 20, 40])).gaps).toEqual([[20, 40]]);
    expect(orderCheckpoints(named([0, 10, 20, 30])).gaps).toEqual([]);
    expect(orderCheckpoints(["epoch=3.ckpt", "epoch=3-v1.ckpt", "epoch=4.ckpt"])).toMatchObject({ repeated: [3] });
  });

  test("none and one", () => {
    expect(orderCheckpoints([])).toMatchObject({ files: [], leftOut: [], gaps: [] });
    expect(orderCheckpoints(["/a/epoch_4.pt"]).files).toEqual([{ path: "/a/epoch_4.pt", epoch: 4 }]);
  });
});

describe("patterns", () => {
  test("files are found, by the value of their numbers", async () => {
    for (const name of ["model_1.pt", "model_10.pt", "model_2.pt", "model_2.txt", "sub/model_3.pt", ".hidden.pt"]) {
      write(`globs/${name}`);
    }
    const base = path.join(folder, "globs");
    const found = async (pattern: string): Promise<string[]> =>
      (await expandCheckpoints(pattern, base)).map((file) => path.relative(base, file).replaceAll("\\", "/"));
    expect(await found("model_*.pt")).toEqual(["model_1.pt", "model_2.pt", "model_10.pt"]);
    expect(await found("model_?.{pt,txt}")).toEqual(["model_1.pt", "model_2.pt", "model_2.txt"]);
    expect(await found("**/*.pt")).toEqual(["model_1.pt", "model_2.pt", "model_10.pt", "sub/model_3.pt"]);
    expect(await found("*/model_3.pt")).toEqual(["sub/model_3.pt"]);
    expect(await found("./sub/../model_1.pt")).toEqual(["model_1.pt"]);
    expect(await found(".hidden.*")).toEqual([".hidden.pt"]);
    expect(await found("none/*.pt")).toEqual([]);
    expect(await found("sub")).toEqual([]);
    const absolute = `${base.replaceAll("\\", "/")}/*_1.pt`;
    expect(await expandCheckpoints(absolute, "/elsewhere")).toEqual([path.join(base, "model_1.pt")]);
  });

  test("names against patterns", () => {
    expect(matches("model_10.pt", "*_*0.pt")).toBe(true);
    expect(matches("model_10.pt", "model_?.pt")).toBe(false);
    expect(matches("a[-1.0,1.0].h5", "a[-1.0,*.h5")).toBe(true);
    expect(matches("abc", "***c*")).toBe(true);
    expect(matches("", "*")).toBe(true);
    expect(matches("a".repeat(200), `${"*a".repeat(50)}b`)).toBe(false);
  });

  test("braces", () => {
    expect([...expandBraces("a{b,c{d,e}}f")].sort()).toEqual(["abf", "acdf", "acef"]);
    expect(expandBraces("{}a{b}")).toEqual(["{}a{b}"]);
    expect(() => expandBraces("{a,b}".repeat(20))).toThrow(ProblemError);
  });
});

/** The drops of a log that tells epochs. */
const dropsIn = (rates: readonly LoggedRate[]): number[] => dropsOf(alignRates(rates, [{ epoch: 1 }]).rates);

describe("learning rates", () => {
  test("the sample's log: epochs as they are", async () => {
    const rates = await readLearningRates(path.resolve("test/fixtures/pytorch-resnet8/log.csv"));
    expect(rates).toHaveLength(10);
    expect(rates[6]).toEqual({ epoch: 7, rate: 0.01 });
    expect(dropsIn(rates)).toEqual([6, 8]);
  });

  test("Keras counts from 0 in its logs and from 1 in its checkpoints", async () => {
    const text = "epoch,accuracy,learning_rate,loss\n0,0.5,0.05,1\n1,0.6,0.05,0.9\n2,0.7,0.005,0.8\n";
    expect(dropsIn(await readLearningRates(write("keras.csv", text)))).toEqual([2]);
    const semicolons = write("keras2.csv", text.replaceAll(",", ";"));
    expect(await readLearningRates(semicolons)).toHaveLength(3);
  });

  test("Lightning writes rates without their epoch, before it", async () => {
    const text =
      "lr-SGD-momentum,lr-SGD,epoch,step,loss\n0.9,0.1,,0,\n,,0,49,2.1\n0.9,0.1,,50,\n,,1,99,1.9\n0.9,0.01,,100,\n,,2,149,1\n";
    expect(await readLearningRates(write("metrics.csv", text))).toEqual([
      { epoch: 0, step: 0, rate: 0.1 },
      { epoch: 1, step: 50, rate: 0.1 },
      { epoch: 2, step: 100, rate: 0.01 },
    ]);
  });

  test("Hugging Face", async () => {
    const history = [
      { epoch: 0.5, learning_rate: 1e-4, step: 10 },
      { epoch: 1, eval_loss: 2 },
      { epoch: 1.5, learning_rate: 1e-5, step: 30 },
    ];
    const rates = await readLearningRates(write("trainer_state.json", JSON.stringify({ log_history: history })));
    expect(dropsIn(rates)).toEqual([0.5]);
  });

  test("quoted cells and a byte order mark", async () => {
    const file = write("quoted.csv", '\uFEFF"epoch","note","lr"\r\n1,"a, b",0.1\r\n2,"",0.1\r\n');
    expect(await readLearningRates(file)).toEqual([
      { epoch: 1, rate: 0.1 },
      { epoch: 2, rate: 0.1 },
    ]);
  });

  test.each([
    ["none.csv", "epoch,loss\n1,2\n", /columns are epoch, loss/],
    ["empty.csv", "", /no log of learning rates/],
    ["blank.csv", "epoch,lr\n1,\n", /a log without learning rates/],
    ["broken.json", "{", /no valid JSON/],
    ["other.json", "[]", /no log_history/],
  ])("%s is refused", async (name, text, message) => {
    const file = write(name, text);
    await expect(readLearningRates(file)).rejects.toThrow(message);
    await expect(readLearningRates(file)).rejects.toBeInstanceOf(ProblemError);
  });

  test("drops are falls of at least 30 %", () => {
    const rates = (...values: number[]): { epoch: number; rate: number }[] =>
      values.map((rate, i) => ({ epoch: i + 1, rate }));
    expect(dropsOf(rates(0.1, 0.07))).toEqual([1]);
    expect(dropsOf(rates(0.1, 0.0701))).toEqual([]);
    expect(dropsOf(rates(0.1, 0.2, 0.02, 0, 0))).toEqual([2, 3]);
    expect(dropsOf(rates(0.1, 0.09, 0.08, 0.07))).toEqual([]);
    expect(dropsOf([])).toEqual([]);
  });
});
