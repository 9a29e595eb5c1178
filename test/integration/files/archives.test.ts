import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { crc32 } from "../../../server/files/crc32";
import { unreadable } from "../../../server/files/faults";
import { inflatePart } from "../../../server/files/inflate";
import { npyParts, parseNpy } from "../../../server/files/npy";
import { NumpyArchive } from "../../../server/files/npz";
import { withSource, type FileKind, type Source } from "../../../server/files/source";
import { ZipArchive } from "../../../server/files/zip";
import { ZipWriter } from "../../../server/files/zipWriter";
import { readDirections } from "../../../server/formats/directions";
import { openCheckpoint } from "../../../server/formats/openCheckpoint";
import type { Tensor } from "../../../server/graph/tensor";
import { npy, npz, problemFrom } from "../../support/data";

const folder = mkdtempSync(path.join(tmpdir(), "files-"));
afterAll(() => rmSync(folder, { recursive: true }));

const kind: FileKind = { unreadable, tooLargeAdvice: "Use a smaller file." };

function using<T>(content: Uint8Array, use: (source: Source) => Promise<T>): Promise<T> {
  const file = path.join(folder, "file");
  writeFileSync(file, content);
  return withSource(file, kind, use);
}

/** Bytes that pack to about half, the same at every run. */
function noise(length: number): Uint8Array<ArrayBuffer> {
  let state = 7;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) & 0x0f;
  });
}

interface Entry {
  readonly name: string;
  readonly content: Uint8Array;
  /** The packed bytes, when it is not stored. */
  readonly packed?: Uint8Array;
  /** Whether sizes and position are in the list's 64-bit fields. */
  readonly wide?: boolean;
}

/** A zip archive with what other writers may do; with a 64-bit end when an entry is wide. */
function zip(entries: readonly Entry[]): Uint8Array {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let position = 0;
  for (const { name, content, packed, wide = false } of entries) {
    const data = packed ?? content;
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(packed ? 8 : 0, 4);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(wide ? 0xffffffff : data.length, 14);
    facts.writeUInt32LE(wide ? 0xffffffff : content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), facts, Buffer.from(name), Buffer.from(data)]);
    const extra = Buffer.alloc(wide ? 28 : 0);
    if (wide) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      [content.length, data.length, position].forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
    }
    facts.writeUInt16LE(extra.length, 24);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(wide ? 0xffffffff : position, 10);
    list.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), facts, rest, Buffer.from(name), extra);
    parts.push(local);
    position += local.length;
  }
  const directory = Buffer.concat(list);
  const wide = entries.some((entry) => entry.wide);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(wide ? 0xffff : entries.length, 6);
  end.writeUInt32LE(wide ? 0xffffffff : directory.length, 8);
  end.writeUInt32LE(wide ? 0xffffffff : position, 12);
  const end64 = Buffer.alloc(wide ? 76 : 0);
  if (wide) {
    end64.write("PK\x06\x06");
    [entries.length, directory.length, position].forEach((value, i) =>
      end64.writeBigUInt64LE(BigInt(value), 32 + 8 * i),
    );
    end64.write("PK\x06\x07", 56);
    end64.writeBigUInt64LE(BigInt(position + directory.length), 64);
  }
  return Buffer.concat([...parts, directory, end64, Buffer.from("PK\x05\x06"), end]);
}

function readEntry(archive: Uint8Array, name: string): Promise<Uint8Array> {
  return using(archive, async (source) => {
    const opened = await ZipArchive.open(source);
    return opened.read(opened.entries.get(name)!);
  });
}

describe("zip archives", () => {
  const content = noise(300_000);
  const packed = deflateRawSync(content);

  test.each<[string, Entry]>([
    ["stored", { name: "a", content }],
    ["packed", { name: "a", content, packed }],
    ["stored, with 64-bit sizes", { name: "a", content, wide: true }],
    ["packed, with 64-bit sizes", { name: "a", content, packed, wide: true }],
    ["packed, with bytes left over", { name: "a", content, packed: Buffer.concat([packed, noise(200_000)]) }],
    ["empty and packed", { name: "a", content: new Uint8Array(0), packed: deflateRawSync(new Uint8Array(0)) }],
  ])("read entries that are %s", async (_, entry) => {
    const archive = zip([{ name: "before", content: noise(99) }, entry]);
    expect(Buffer.compare(await readEntry(archive, "a"), entry.content)).toBe(0);
  });

  test("give the start of an entry without the rest", async () => {
    for (const entry of [{ name: "a", content } as const, { name: "a", content, packed } as const]) {
      const head = await using(zip([entry]), async (source) => {
        const opened = await ZipArchive.open(source);
        return opened.readHead(opened.entries.get("a")!, 70_000);
      });
      expect(Buffer.compare(head, content.subarray(0, 70_000))).toBe(0);
    }
  });

  test.each<[string, readonly Entry[], RegExp]>([
    [
      "whose packed bytes are cut short",
      [{ name: "a", content, packed: packed.subarray(0, 90_000) }],
      /cannot be unpacked/,
    ],
    ["that are not packed as they say", [{ name: "a", content, packed: noise(90_000) }], /cannot be unpacked/],
    [
      "of another content",
      [{ name: "a", content, packed: deflateRawSync(noise(300_001).subarray(1)) }],
      /checksum of a/,
    ],
    [
      "that are longer than they claim",
      [{ name: "a", content, packed: deflateRawSync(noise(300_001)) }],
      /longer than/,
    ],
    [
      "that are shorter than they claim",
      [{ name: "a", content, packed: deflateRawSync(noise(9)) }],
      /more than the file/,
    ],
    [
      "that end too early",
      [{ name: "a", content, packed: deflateRawSync(noise(299_999)) }],
      /ends after 299999 of 300000/,
    ],
    [
      "of which there are two",
      [
        { name: "a", content },
        { name: "a", content: noise(5) },
      ],
      /holds a twice/,
    ],
  ])("refuse entries %s", async (_, entries, message) => {
    const problem = await problemFrom(readEntry(zip(entries), "a"));
    expect(problem).toMatchObject({ reason: "file-corrupt", file: path.join(folder, "file") });
    expect(problem.message).toMatch(message);
  });
});

test("several gzip members are one content, each with its checksum", async () => {
  const [first, second] = [noise(100_000), noise(10)];
  const members = [gzipSync(first), gzipSync(second)];
  const unpack = (limit: number): ReturnType<typeof inflatePart> => {
    const bytes = Buffer.concat(members);
    return using(bytes, (source) => inflatePart(source, 0, source.size, "gzip", limit));
  };
  const { bytes, more } = await unpack(100_010);
  expect(more).toBe(false);
  expect(Buffer.compare(bytes, Buffer.concat([first, second]))).toBe(0);
  expect((await unpack(100_009)).more).toBe(true);
  members[0]![members[0]!.length - 8]! ^= 1;
  await expect(unpack(100_010)).rejects.toThrow("incorrect data check");
});

describe("NumPy arrays", () => {
  const tensors: readonly Tensor[] = [
    { dtype: "float32", shape: [2, 2], data: Float32Array.of(1.5, -2, NaN, Infinity) },
    { dtype: "float64", shape: [], data: Float64Array.of(0.1) },
    { dtype: "float16", shape: [1], data: Uint16Array.of(0x3c00) },
    { dtype: "bool", shape: [3, 1], data: Uint8Array.of(0, 1, 1) },
    { dtype: "uint8", shape: [2], data: Uint8Array.of(0, 255) },
    { dtype: "int64", shape: [0, 4], data: new BigInt64Array(0) },
  ];

  test("are read as they were written, alone and in an archive", async () => {
    const file = path.join(folder, "written.npz");
    const handle = await open(file, "w");
    const writer = new ZipWriter(handle, file);
    for (const tensor of tensors) {
      const [header, elements] = npyParts(tensor);
      expect(header.length % 64).toBe(0);
      expect(parseNpy(new Uint8Array(Buffer.concat([header, elements])), "x", file)).toEqual(tensor);
      await writer.add(`${tensor.dtype}.npy`, [header, elements]);
    }
    await writer.finish();
    await handle.close();
    await withSource(file, kind, async (source) => {
      const archive = await NumpyArchive.open(source);
      expect(archive.names).toEqual(tensors.map(({ dtype }) => dtype));
      for (const tensor of tensors) expect(await archive.read(tensor.dtype)).toEqual(tensor);
    });
  });

  test("weights may be big-endian and in Fortran order, but not text", async () => {
    const turned = new Uint8Array(Float32Array.of(1, 4, 2, 5, 3, 6).buffer).reverse();
    const numbers = npy(">f4", [2, 3], turned, { fortran: true });
    const file = path.join(folder, "weights.npz");
    writeFileSync(file, npz({ w: numbers }));
    const checkpoint = await openCheckpoint(file);
    // The bytes are reversed as a whole, so the elements come from the last to the first.
    const expected = { dtype: "float32", shape: [2, 3], data: Float32Array.of(6, 5, 4, 3, 2, 1) };
    expect(await checkpoint.read("w")).toEqual(expected);
    await checkpoint.close();
    writeFileSync(file, npz({ w: numbers, note: npy("<U1", [1], new Uint8Array(4)) }));
    const problem = await problemFrom(openCheckpoint(file));
    expect(problem).toMatchObject({ reason: "file-unsupported", file });
    expect(problem.message).toContain("weights.npz holds note as type <U1, which is not an array of plain numbers");
  });

  test("directions must be floating-point", async () => {
    const file = path.join(folder, "directions.npz");
    writeFileSync(file, npz({ "x/w": npy("<i4", [2], Int32Array.of(1, 2)) }));
    expect(await problemFrom(readDirections(file, [], "m.onnx"))).toMatchObject({
      reason: "file-unsupported",
      message: "directions.npz holds x/w as int32.",
    });
  });

  test("bfloat16 has no name in NumPy", () => {
    expect(() => npyParts({ dtype: "bfloat16", shape: [1], data: Uint16Array.of(1) })).toThrow("NumPy has no bfloat16");
  });

  test("small ones are checked as a whole when their headers are read", async () => {
    const archive = npz({ w: npy("<f4", [2], Float32Array.of(1, 2)) }, 0);
    const header = (): Promise<unknown> =>
      using(archive, async (source) => (await NumpyArchive.open(source)).header("w"));
    expect(await header()).toMatchObject({ dtype: "float32", shape: [2] });
    archive[30 + "w.npy".length + 128]! ^= 1;
    await expect(header()).rejects.toThrow("checksum of w.npy");
  });
});
