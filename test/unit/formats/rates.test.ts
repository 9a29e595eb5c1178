import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crc32c } from "../../../server/files/crc32c";
import { dropsOf, readLearningRates } from "../../../server/formats/series";
import { alignRates, rateAt } from "../../../server/formats/series/rates";
import type { LoggedRate } from "../../../server/formats/series/rates/logged";
import { ProblemError } from "../../../server/protocol/problem";

const fixtures = path.resolve("test/fixtures/learning-rates");
const written = [0.1, 0.1, 0.1, 0.01, 0.01, 0.001];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rates-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

const events = (name: string): string => path.join(fixtures, `events.out.tfevents.${name}`);

describe("event files of TensorBoard", () => {
  test("Keras counts epochs from 0, its checkpoints from 1", async () => {
    const rates = await readLearningRates(events("keras"));
    expect(rates.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
    rates.forEach(({ rate }, i) => expect(rate).toBe(Math.fround(written[i]!)));
    expect(rates).toEqual(await readLearningRates(path.join(fixtures, "keras.csv")));
    expect(dropsOf(alignRates(rates, [{ epoch: 6 }]).rates)).toEqual([3, 5]);
  });

  test("PyTorch, among histograms and pictures", async () => {
    const rates = await readLearningRates(events("torch"));
    expect(rates).toEqual(written.map((rate, step) => ({ step, rate: Math.fround(rate) })));
  });

  test("steps with their epochs", async () => {
    const rates = await readLearningRates(events("steps"));
    expect(rates).toHaveLength(12);
    expect(rates[7]).toEqual({ epoch: 3.5, step: 35, rate: Math.fround(0.01) });
  });

  test.each([
    ["float64", 0],
    ["float16", 2 ** -11],
    ["bfloat16", 2 ** -8],
  ])("tensors of %s", async (type, tolerance) => {
    const rates = await readLearningRates(events(type));
    expect(rates.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    rates.forEach(({ rate }, i) => expect(Math.abs(rate / written[i]! - 1)).toBeLessThanOrEqual(tolerance));
  });

  test("that are cut off in writing tell what is there", async () => {
    const bytes = readFileSync(events("keras"));
    const rates = await readLearningRates(write("events.out.tfevents.cut", bytes.subarray(0, bytes.length - 3)));
    expect(rates.length).toBeGreaterThanOrEqual(5);
  });

  test("with a changed byte are refused", async () => {
    const bytes = readFileSync(events("steps"));
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      await expect(readLearningRates(write("events.out.tfevents.1", changed))).rejects.toThrow(
        /^events\.out\.tfevents\.1 is damaged or no event file: the checksum at \d+ is wrong\.$/,
      );
    }
  });

  test("without learning rates are refused", async () => {
    await expect(readLearningRates(write("events.out.tfevents.2", ""))).rejects.toThrow("without learning rates");
  });

  test("the checksum of the standard's example", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });
});

describe("rates in the unit of the checkpoints", () => {
  const both: readonly LoggedRate[] = [
    { epoch: 0.5, step: 50, rate: 0.1 },
    { epoch: 1.5, step: 150, rate: 0.01 },
  ];
  const steps: readonly LoggedRate[] = [0.1, 0.1, 0.01].map((rate, step) => ({ step, rate }));

  test("steps become epochs by the log", () => {
    expect(alignRates(both, [{ step: 50 }, { step: 75 }, { step: 150 }])).toEqual({
      times: [0.5, 0.75, 1.5],
      rates: [
        { epoch: 0.5, rate: 0.1 },
        { epoch: 1.5, rate: 0.01 },
      ],
    });
  });

  test("steps stay where nobody tells epochs", () => {
    expect(alignRates(steps, [{ step: 1 }, { step: 2 }])).toEqual({
      times: [1, 2],
      rates: [
        { epoch: 0, rate: 0.1 },
        { epoch: 1, rate: 0.1 },
        { epoch: 2, rate: 0.01 },
      ],
    });
    expect(alignRates([{ epoch: 3, rate: 0.1 }], [{ step: 500 }]).rates).toEqual([]);
  });

  test("a log of steps alone counts epochs only where it ends with the checkpoints", () => {
    expect(alignRates(steps, [{ epoch: 1 }, { epoch: 2 }]).rates).toHaveLength(3);
    const batches = Array.from({ length: 100 }, (_, i) => ({ step: 10 * i, rate: 0.1 }));
    expect(alignRates(batches, [{ epoch: 1 }, { epoch: 2 }]).rates).toEqual([]);
  });

  test("a checkpoint has the last rate that was logged until then", () => {
    const { rates } = alignRates(both, [{ epoch: 1 }]);
    expect([0.2, 0.5, 1, 1.5, 9].map((time) => rateAt(rates, time))).toEqual([undefined, 0.1, 0.1, 0.01, 0.01]);
  });
});

describe("logs made to mislead", () => {
  test("a table of nothing but lines ends", async () => {
    const file = write("lines.csv", `epoch,lr\n${"1\n".repeat(500_001)}`);
    await expect(readLearningRates(file)).rejects.toThrow("lines.csv has more than 500000 lines.");
  });

  test.each(["epoch,lr\n1", `${",".repeat(2 ** 20)}\n1,1`, `"${"a,".repeat(2 ** 16)}\n1,2\n`])(
    "a table without rates",
    async (text) => {
      await expect(readLearningRates(write("odd.csv", text))).rejects.toBeInstanceOf(ProblemError);
    },
  );

  test.each([
    ["nested without end", "[".repeat(1_000_000), "no valid JSON"],
    ["nested and closed", `{"log_history": ${"[".repeat(500_000)}${"]".repeat(500_000)}}`, "no valid JSON"],
    [
      "entries that are none",
      '{"log_history": [null, 1, "a", {"epoch": "1", "learning_rate": []}]}',
      "without learning",
    ],
  ])("JSON %s", async (_, text, words) => {
    await expect(readLearningRates(write("trainer_state.json", text))).rejects.toThrow(words);
  });
});
