import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Kept } from "../../../server/evaluator/stamps";

const folder = mkdtempSync(path.join(tmpdir(), "loss-landscape-stamps-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** More than the two seconds by which file systems may be off. */
const long = 2100;

describe("what was read of a file", () => {
  const file = path.join(folder, "model.bin");
  const further = path.join(folder, "weights.bin");
  let reads = 0;
  const read =
    (more: readonly string[] = []) =>
    () => {
      reads += 1;
      return Promise.resolve({ value: `read ${String(reads)}`, further: more });
    };

  beforeAll(async () => {
    writeFileSync(file, "model");
    writeFileSync(further, "weights");
    await sleep(long);
  });
  beforeEach(() => {
    reads = 0;
  });

  test("is kept while the file is the same", async () => {
    const kept = new Kept<string>(2);
    expect(await kept.of(file, read())).toBe("read 1");
    expect(await kept.of(file, read())).toBe("read 1");
  });

  test("is read again when a file beside it has changed", async () => {
    const kept = new Kept<string>(2);
    await kept.of(file, read([further]));
    // The same size, and a time of change that is set back: only the file system's own time tells.
    writeFileSync(further, "WEIGHTS");
    utimesSync(further, 1, 1);
    expect(await kept.of(file, read([further]))).toBe("read 2");
  });

  test("is not kept of a file that has just been written, or that the reader does not want to be kept", async () => {
    const fresh = path.join(folder, "fresh.bin");
    writeFileSync(fresh, "fresh");
    const kept = new Kept<string>(2);
    await kept.of(fresh, read());
    expect(await kept.of(fresh, read())).toBe("read 2");
    await kept.of(file, () => Promise.resolve({ value: "large", mayStay: false }));
    expect(await kept.of(file, read())).toBe("read 3");
  });

  test("makes room for what is used later", async () => {
    const others = ["a", "b"].map((name) => path.join(folder, name));
    for (const each of others) writeFileSync(each, each);
    await sleep(long);
    const kept = new Kept<string>(2);
    for (const each of [file, others[0]!, file, others[1]!]) await kept.of(each, read());
    expect(reads).toBe(3);
    expect(await kept.of(file, read())).toBe("read 1");
    expect(await kept.of(others[0]!, read())).toBe("read 4");
  });
});
