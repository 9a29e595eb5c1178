import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { readArrays } from "../../../server/data/npz";
import { openData } from "../../../server/data/open";
import { prepareSamples } from "../../../server/data/samples";
import { idx, npy, npz, problemFrom, readAll } from "../../support/data";
import { processorTime } from "../../support/processorTime";

const fixture = join(__dirname, "../../fixtures/pytorch-resnet8");
const folder = mkdtempSync(join(tmpdir(), "data-"));
afterAll(() => rmSync(folder, { recursive: true }));

function save(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const x = npy("<f4", [4, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
const y = npy("<i8", [4], BigInt64Array.of(0n, 1n, 2n, 1n));

describe("npz", () => {
  test("reads the fixture's samples and labels", async () => {
    const { data, x: all } = await readAll(join(fixture, "test.npz"));
    expect(data.names).toEqual({ x: "x_test", y: "y_test" });
    expect(data.files).toEqual([join(fixture, "test.npz")]);
    expect(data.x).toMatchObject({ dtype: "float32", shape: [500, 1, 28, 28] });
    expect(data.y).toMatchObject({ dtype: "int64", shape: [500] });
    const selection = { path: data.path, split: "test", samples: 100, sample: "stratified", seed: 0 } as const;
    const samples = await prepareSamples(data, selection, undefined, [1, 28, 28], 10);
    expect(samples.x.shape).toEqual([100, 1, 28, 28]);
    const rows = samples.x.data as Float32Array;
    const file = all.data as Float32Array;
    const start = Array.from({ length: 500 }, (_, i) => i * 784).find((at) => file[at + 300] === rows[300]);
    expect([...rows.subarray(0, 784)]).toEqual([...file.subarray(start, start! + 784)]);
  });

  test("reads every array of the oracle's directions", async () => {
    const arrays = await readArrays(join(fixture, "directions.npz"));
    expect(arrays.size).toBe(58);
    expect(arrays.get("x/conv.weight")).toMatchObject({ dtype: "float32", shape: [8, 1, 3, 3] });
    expect(arrays.get("y/fc.bias")!.data).toEqual(new Float32Array(10));
  });

  test.each([0, 6] as const)("reads archives at compression level %i", async (level) => {
    const { data, x: all } = await readAll(save(`level${level}.npz`, npz({ x_test: x, y_test: y }, level)));
    expect([...(all.data as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...(data.y.data as BigInt64Array)]).toEqual([0n, 1n, 2n, 1n]);
  });

  test.each([
    [{ x_train: x, y_train: y, x_test: x, y_test: y }, ["x_test", "y_test"]],
    [{ X: x, y }, ["X", "y"]],
    [{ images: x, labels: y }, ["images", "labels"]],
    [{ data: x, targets: y }, ["data", "targets"]],
    [{ data: x, labels: y, extra: npy("<U1", [1], new Uint8Array(4)) }, ["data", "labels"]],
    [{ arr_0: x, arr_1: y }, ["arr_0", "arr_1"]],
    [{ pictures: x, onehot: npy("|u1", [4, 3], new Uint8Array(12)), note: y }, undefined],
    [{ a: x, b: npy("<i8", [3], new BigInt64Array(3)) }, undefined],
    [{ only: x }, undefined],
  ])("finds the arrays of %#", async (arrays, names) => {
    const opening = openData(save("names.npz", npz(arrays as Record<string, Uint8Array>)), {});
    if (names) expect((await opening).names).toEqual({ x: names[0], y: names[1] });
    else {
      const problem = await problemFrom(opening);
      expect(problem.reason).toBe("data-mismatch");
      for (const name of Object.keys(arrays)) expect(problem.message).toContain(name);
    }
  });

  test("takes the arrays that the study names, one or both", async () => {
    const path = save("chosen.npz", npz({ x_test: x, y_test: y, other: npy("|u1", [4], new Uint8Array(4)) }));
    expect((await openData(path, { x: "x_test", y: "other" })).names.y).toBe("other");
    expect((await openData(path, { y: "other" })).names).toEqual({ x: "x_test", y: "other" });
    const problem = await problemFrom(openData(path, { x: "x_val" }));
    expect(problem.message).toBe("chosen.npz has no array named x_val; it holds x_test [4, 2], y_test [4], other [4].");
  });

  test("never unpickles objects", async () => {
    const path = save("objects.npz", npz({ x_test: x, y_test: npy("|O", [4], new Uint8Array(32)) }));
    expect(await problemFrom(openData(path, {}))).toMatchObject({ reason: "file-unsupported", file: path });
  });

  test("refuses archives that claim more than they can hold", async () => {
    const honest = zipSync({ "x.npy": [new Uint8Array(1000), { level: 6 }], "y.npy": y });
    const view = new DataView(honest.buffer);
    const directory = view.getUint32(honest.length - 6, true);
    for (const size of [2 ** 31, 2 ** 32 - 2]) {
      view.setUint32(directory + 24, size, true);
      const problem = await problemFrom(openData(save("bomb.npz", honest), {}));
      expect(problem.reason).toBe("file-corrupt");
      expect(problem.message).toContain("more than the file can hold");
    }
  });

  test("stops where an entry is longer than it claims, and where it is shorter", async () => {
    for (const size of [x.length - 4, x.length + 4]) {
      const archive = npz({ x_test: x, y_test: y });
      const view = new DataView(archive.buffer);
      view.setUint32(view.getUint32(archive.length - 6, true) + 24, size, true);
      expect((await problemFrom(readAll(save("liar.npz", archive)))).reason).toBe("file-corrupt");
    }
  });

  test("notices a flipped bit and a file cut short", async () => {
    const archive = npz({ x_test: x, y_test: y }, 0);
    const flipped = archive.slice();
    flipped[x.length - 10]! ^= 1;
    expect((await problemFrom(readAll(save("flipped.npz", flipped)))).message).toContain("checksum of x_test");
    const cut = archive.slice(0, archive.length / 2);
    expect((await problemFrom(openData(save("cut.npz", cut), {}))).message).toContain("cut short");
  });
});

describe("idx", () => {
  const images = idx(
    "uint8",
    [3, 2, 2],
    Uint8Array.from({ length: 12 }, (_, i) => i),
  );
  const labels = idx("uint8", [3], Uint8Array.of(7, 2, 1));

  test("reads samples, and labels found by name, plain or gzipped", async () => {
    const cases: readonly [string, string, string, boolean, boolean][] = [
      ["both-plain", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", false, false],
      ["both-packed", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", true, true],
      ["one-packed", "a-images.idx3-ubyte", "a-labels.idx1-ubyte.gz", false, true],
      ["other-packed", "b-images.idx3-ubyte.gz", "b-labels.idx1-ubyte", true, false],
    ];
    for (const [, imageName, labelName, packedImages, packedLabels] of cases) {
      const path = save(imageName, packedImages ? gzipSync(images) : images);
      const labelPath = save(labelName, packedLabels ? gzipSync(labels) : labels);
      const { data, x: all } = await readAll(path);
      expect(all).toEqual({ dtype: "uint8", shape: [3, 2, 2], data: Uint8Array.from({ length: 12 }, (_, i) => i) });
      expect([...(data.y.data as Uint8Array)]).toEqual([7, 2, 1]);
      expect(data.files).toEqual([path, labelPath]);
      expect(data.names).toEqual({ x: imageName, y: labelName });
    }
  });

  test("takes the labels' file that the study names", async () => {
    const path = save("samples.idx", images);
    save("classes.idx", labels);
    expect((await openData(path, { y: "classes.idx" })).names.y).toBe("classes.idx");
    expect((await openData(path, { y: join(folder, "classes.idx") })).names.y).toBe("classes.idx");
  });

  test("reads wider types, big-endian as they are", async () => {
    const floats = Uint8Array.of(0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0);
    const path = save("wide.idx", idx("float32", [2, 1], floats));
    save("wide-labels.idx", idx("int16", [2], Uint8Array.of(1, 2, 0, 3)));
    const { data, x: all } = await readAll(path, { y: "wide-labels.idx" });
    expect(all.data).toEqual(Float32Array.of(1, -2));
    expect(data.y.data).toEqual(Int16Array.of(258, 3));
  });

  test("says which labels it looked for, and that labels are no samples", async () => {
    const path = save("lonely-images-idx3-ubyte", images);
    expect(await problemFrom(openData(path, {}))).toMatchObject({
      reason: "data-missing",
      message: "lonely-images-idx3-ubyte holds samples only, and beside it there is no lonely-labels-idx1-ubyte.",
    });
    const swapped = await problemFrom(openData(save("x-labels-idx1-ubyte", labels), {}));
    expect(swapped.title).toBe("This file holds labels");
  });

  test("refuses sizes that disagree with the header, plain and gzipped", async () => {
    save("bad-labels.idx", labels);
    for (const damage of [
      images.slice(0, -1),
      Uint8Array.of(...images, 0),
      idx("uint8", [2 ** 31, 2 ** 31, 9], images),
    ]) {
      expect((await problemFrom(readAll(save("bad.idx", damage), { y: "bad-labels.idx" }))).reason).toBe(
        "file-corrupt",
      );
      const packed = save("bad-idx3.gz", gzipSync(damage));
      expect((await problemFrom(readAll(packed, { y: "bad-labels.idx" }))).reason).toBe("file-corrupt");
    }
  });

  test("notices damage inside a gzip", async () => {
    const packed = gzipSync(
      idx(
        "uint8",
        [40, 10],
        Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 251),
      ),
    );
    packed[packed.length - 30]! ^= 4;
    save("flip-labels.idx", labels);
    const problem = await problemFrom(readAll(save("flip-idx2.gz", packed), { y: "flip-labels.idx" }));
    expect(problem.reason).toBe("file-corrupt");
    const cut = await problemFrom(
      readAll(save("cut-idx3.gz", gzipSync(images).slice(0, -9)), { y: "flip-labels.idx" }),
    );
    expect(cut.reason).toBe("file-corrupt");
  });
});

describe("files that are no data", () => {
  test("are named, with what was found", async () => {
    expect(await problemFrom(openData(join(folder, "nowhere.npz"), {}))).toMatchObject({
      reason: "data-missing",
      message: "The data file nowhere.npz does not exist.",
    });
    expect((await problemFrom(openData(folder, {}))).message).toContain("has no subfolders, one for each class");
    expect((await problemFrom(openData(save("notes.txt", Buffer.from("a,b\n1,2\n")), {}))).reason).toBe(
      "file-unsupported",
    );
    expect((await problemFrom(openData(save("empty.npz", new Uint8Array(0)), {}))).reason).toBe("file-corrupt");
    expect((await problemFrom(openData(save("text.npz", Buffer.from("hello")), {}))).reason).toBe("file-corrupt");
    const checkpoint = await problemFrom(openData(join(fixture, "model_0.pt"), {}));
    expect(checkpoint.message).toContain("holds no arrays");
  });
});

test("mutated files give a result or a problem, quickly", async () => {
  const fixtureBytes = new Uint8Array(readFileSync(join(fixture, "directions.npz")));
  const seeds = [
    { name: "a.npz", bytes: npz({ x_test: x, y_test: y }, 6), names: {} },
    { name: "b.npz", bytes: npz({ x_test: x, y_test: y }, 0), names: {} },
    { name: "c.npz", bytes: fixtureBytes, names: { x: "x/fc.weight", y: "y/fc.bias" } },
    { name: "d-idx3.gz", bytes: gzipSync(idx("uint8", [3, 2, 2], new Uint8Array(12))), names: { y: "d-idx3.gz" } },
    { name: "e-idx2", bytes: idx("int32", [3, 1], new Uint8Array(12)), names: { y: "e-idx2" } },
  ];
  let state = 12345;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const outcomes = { read: 0, refused: 0 };
  const started = processorTime();
  for (let round = 0; round < 250; round++) {
    const seed = seeds[round % seeds.length]!;
    let bytes = seed.bytes.slice();
    for (let flips = 1 + next(4); flips > 0; flips--) {
      // Half of the damage goes to the ends, where headers and the list of contents are.
      const span = next(2) ? bytes.length : Math.min(160, bytes.length);
      const at = next(2) ? next(span) : bytes.length - 1 - next(span);
      bytes[at] = next(2) ? next(256) : [0, 0xff, 0x7f, 0x80][next(4)]!;
    }
    if (next(5) === 0) bytes = bytes.slice(0, next(bytes.length));
    const path = save(seed.name, bytes);
    await readAll(path, seed.names).then(
      () => (outcomes.read += 1),
      async (error: unknown) => {
        const problem = await problemFrom(Promise.reject(error));
        expect(problem.message).toMatch(/^.+\.$/s);
        expect(problem.advice).not.toBe("");
        outcomes.refused += 1;
      },
    );
  }
  expect(outcomes.read + outcomes.refused).toBe(250);
  expect(outcomes.refused).toBeGreaterThan(100);
  expect(processorTime() - started).toBeLessThan(10_000);
});
