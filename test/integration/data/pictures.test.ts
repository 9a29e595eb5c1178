import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodePicture } from "../../../server/data/images";
import { readArrays } from "../../../server/data/npz";
import { openData } from "../../../server/data/open";
import { inColor, pictureAxes, pictureOf, type PictureAxes } from "../../../server/data/picture";
import { resized } from "../../../server/data/resize";
import { prepareSamples } from "../../../server/data/samples";
import { fingerprintOf } from "../../../server/evaluator/digest";
import type { Tensor } from "../../../server/graph/tensor";
import { problemFrom, problemOf } from "../../support/data";
import { processorTime } from "../../support/processorTime";

const fixtures = path.join(__dirname, "..", "..", "fixtures", "data");
const folder = mkdtempSync(path.join(tmpdir(), "pictures-"));
afterAll(() => rmSync(folder, { recursive: true }));
let expected: ReadonlyMap<string, Tensor>;
beforeAll(async () => {
  expected = await readArrays(path.join(fixtures, "expected.npz"));
});

function kind(name: string): Buffer {
  return readFileSync(path.join(fixtures, "kinds", name));
}

function decoded(name: string): Tensor {
  return decodePicture(kind(name), name, name);
}

describe("pictures are decoded as Pillow decodes them", () => {
  test.each([
    "rgb.png",
    "grey.png",
    "bits.png",
    "palette.png",
    "rgba.png",
    "grey_alpha.png",
    "grey16.png",
    "rgb16.png",
    "interlaced.png",
    "transparent.png",
  ])("%s, exactly", (name) => {
    const found = decoded(name);
    const wanted = expected.get(`kinds/${name}`)!;
    expect(found.shape).toEqual(wanted.shape);
    expect(found.dtype).toBe(name === "grey16.png" ? "uint16" : "uint8");
    expect(Array.from(found.data, Number)).toEqual(Array.from(wanted.data, Number));
  });

  // Inverse cosine transforms may differ in rounding; where colour has half the resolution, also in how it is spread.
  test.each([
    ["plain.jpg", 3, 0.7],
    ["progressive.jpg", 3, 0.7],
    ["grey.jpg", 2, 0.5],
    ["subsampled.jpg", 60, 6],
  ])("%s, within %i levels, %f on average", (name, most, average) => {
    const found = decoded(name);
    const wanted = expected.get(`kinds/${name}`)!;
    expect(found.shape).toEqual(wanted.shape);
    const differences = Array.from(found.data as Uint8Array, (value, i) => Math.abs(value - Number(wanted.data[i])));
    expect(Math.max(...differences)).toBeLessThanOrEqual(most);
    expect(differences.reduce((sum, difference) => sum + difference, 0) / differences.length).toBeLessThan(average);
  });
});

describe("colour and size", () => {
  const axes = (sample: Tensor): PictureAxes => pictureAxes(sample.shape) as PictureAxes;

  test("grey bytes are those of Pillow's mode L", () => {
    const rgb = decoded("rgb.png");
    const { values } = inColor(pictureOf(rgb, axes(rgb)), "grey");
    expect(Array.from(values)).toEqual(Array.from(expected.get("kinds/grey_of_rgb")!.data, Number));
  });

  test("grey of numbers is not rounded; colour repeats grey; four channels lose the last", () => {
    const sample: Tensor = { dtype: "float32", shape: [2, 1, 4], data: Float32Array.of(0.5, 0.25, 1, 9, 0, 0, 0, 9) };
    const picture = pictureOf(sample, axes(sample));
    expect(inColor(picture, "grey").values[0]).toBeCloseTo(0.299 * 0.5 + 0.587 * 0.25 + 0.114, 12);
    expect([...inColor(picture, "rgb").values]).toEqual([0.5, 0.25, 1, 0, 0, 0]);
    expect([...inColor(inColor(picture, "grey"), "rgb").values]).toHaveLength(6);
  });

  test.each([
    [32, 32],
    [8, 8],
    [21, 9],
    [50, 7],
    [1, 1],
  ])("sizes of %i×%i are those of PyTorch with antialiasing", (height, width) => {
    const rgb = decoded("rgb.png");
    const { values } = resized(pictureOf(rgb, axes(rgb)), [height, width]);
    const wanted = expected.get(`resized/${height}x${width}`)!;
    expect(values).toHaveLength(wanted.data.length);
    values.forEach((value, i) => expect(Math.abs(value - Number(wanted.data[i]))).toBeLessThan(1e-4));
  });

  test("a study's size and colour reach the model, from files and arrays, channels first or last", async () => {
    const wanted = expected.get("resized/32x32")!;
    const chosen = { scale: 1 / 255, mean: [], std: [], resize: [32, 32] as const };
    mkdirSync(path.join(folder, "one", "only"), { recursive: true });
    writeFileSync(path.join(folder, "one", "only", "a.png"), kind("rgb.png"));
    const data = await openData(path.join(folder, "one"), {});
    const selection = { path: data.path, split: "test", samples: 9, sample: "first", seed: 0 } as const;
    const last = await prepareSamples(data, selection, chosen, [32, 32, 3], null);
    Array.from(last.x.data, Number).forEach((value, i) => {
      expect(Math.abs(value - Number(wanted.data[i]) / 255)).toBeLessThan(1e-6);
    });
    expect(last.preprocessing).toBe(
      "resized to 32×32 (bilinear, antialiased); multiplied by 1/255; classes only in this order",
    );
    const first = await prepareSamples(data, selection, chosen, [3, 32, 32], null);
    expect(Number(first.x.data[1024 + 5])).toBeCloseTo(Number(wanted.data[5 * 3 + 1]) / 255, 6);
    const grey = await prepareSamples(data, selection, { ...chosen, color: "grey" }, [1, 32, 32], null);
    expect(grey.x.shape).toEqual([1, 1, 32, 32]);
    expect(grey.preprocessing).toContain("converted to grey");
  });
});

describe("folders of pictures", () => {
  const selection = { path: "", split: "test", samples: 9, sample: "first", seed: 0 } as const;

  function write(name: string, bytes: Uint8Array): string {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    return file;
  }

  test("pictures of different sizes and colours need resize and color", async () => {
    write("mixed/a/1.png", kind("rgb.png"));
    write("mixed/a/2.png", expectedSmall());
    write("mixed/b/3.png", kind("grey.png"));
    const data = await openData(path.join(folder, "mixed"), {});
    const plain = { scale: 1, mean: [], std: [] };
    const sizes = await problemFrom(prepareSamples(data, selection, plain, [21, 18, 3], 2));
    expect(sizes.message).toBe(
      "mixed has a picture (number 1) of 10×12×3 in uint8, but the first is 21×18×3 in uint8.",
    );
    expect(sizes.advice).toContain('"resize": [21, 18]');
    const colours = await problemFrom(prepareSamples(data, selection, { ...plain, resize: [21, 18] }, [21, 18, 3], 2));
    expect(colours.advice).toContain('"color"');
    const chosen = { ...plain, resize: [21, 18], color: "rgb" } as const;
    expect((await prepareSamples(data, selection, chosen, [21, 18, 3], 2)).x.shape).toEqual([3, 21, 18, 3]);
  });

  function expectedSmall(): Buffer {
    return readFileSync(path.join(fixtures, "pictures", "test", "bird", "0.png"));
  }

  test("links may lead to files within the folder only", async () => {
    const file = write("links/a/1.png", kind("rgb.png"));
    symlinkSync(file, path.join(folder, "links", "a", "2.png"));
    expect((await openData(path.join(folder, "links"), {})).x.shape[0]).toBe(2);
    symlinkSync(path.join(fixtures, "kinds", "rgb.png"), path.join(folder, "links", "a", "3.png"));
    const problem = await problemFrom(openData(path.join(folder, "links"), {}));
    expect(problem).toMatchObject({ reason: "file-unsupported" });
    expect(problem.message).toContain("a link that leads to no file within the folder");
  });

  test("splits are no classes, other kinds of pictures are named, other files are counted", async () => {
    write("splits/train/a/1.png", kind("rgb.png"));
    expect((await problemFrom(openData(path.join(folder, "splits"), {}))).message).toContain(
      "are splits and not classes",
    );
    write("kinds/a/1.png", kind("rgb.png"));
    write("kinds/a/notes.txt", Buffer.from("hello"));
    write("kinds/.hidden/x.png", kind("rgb.png"));
    const data = await openData(path.join(folder, "kinds"), {});
    expect(data.classes).toEqual(["a"]);
    expect(data.notices.join()).toContain("1 file in the folder of pictures is neither PNG nor JPEG");
    write("kinds/a/2.webp", Buffer.from("RIFF"));
    expect((await problemFrom(openData(path.join(folder, "kinds"), {}))).message).toContain(
      "a/2.webp".replace("/", path.sep),
    );
  });

  test("have a fingerprint that changes with their files", async () => {
    const one = path.join(folder, "fingerprints");
    write("fingerprints/a/1.png", kind("rgb.png"));
    const before = await fingerprintOf(one, "data");
    expect(await fingerprintOf(one, "data")).toBe(before);
    write("fingerprints/a/2.png", kind("rgb.png"));
    expect(await fingerprintOf(one, "data")).not.toBe(before);
  });
});

describe("hostile pictures are refused at once", () => {
  /** A PNG whose header claims another size, with the right checksum. */
  function claiming(width: number, height: number, name = "rgb.png"): Buffer {
    const bytes = Buffer.from(kind(name));
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    return bytes;
  }

  test.each([
    [65535, 65535, "too-large"],
    [0x7fffffff, 0x7fffffff, "too-large"],
    [0, 5, "file-corrupt"],
    [5000, 5000, "file-corrupt"],
    [500, 21, "file-corrupt"],
  ])("a PNG that claims %i×%i", (width, height, reason) => {
    for (const name of ["rgb.png", "interlaced.png"]) {
      const started = processorTime();
      expect(problemOf(() => decodePicture(claiming(width, height, name), name, name)).reason).toBe(reason);
      expect(processorTime() - started).toBeLessThan(2000);
    }
  });

  test("a JPEG that claims more than it can hold", () => {
    const bytes = Buffer.from(kind("plain.jpg"));
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
    for (const [height, width, reason] of [
      [65535, 65535, "too-large"],
      [3000, 3000, "file-corrupt"],
    ] as const) {
      bytes.writeUInt16BE(height, frame + 5);
      bytes.writeUInt16BE(width, frame + 7);
      const started = processorTime();
      expect(problemOf(() => decodePicture(bytes, "a.jpg", "a.jpg")).reason).toBe(reason);
      expect(processorTime() - started).toBeLessThan(2000);
    }
  });

  test.each(["rgb.png", "plain.jpg"])("%s cut short", (name) => {
    const bytes = kind(name);
    for (const share of [0.2, 0.5, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      expect(problemOf(() => decodePicture(cut, name, name)).reason).toBe("file-corrupt");
    }
  });
});
