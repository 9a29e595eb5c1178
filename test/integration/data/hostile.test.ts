import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { boundedCompressors } from "../../../server/data/parquetCodecs";
import { openData } from "../../../server/data/open";
import { problemFrom, readAll } from "../../support/data";
import { processorTime } from "../../support/processorTime";

const fixtures = path.join(__dirname, "..", "..", "fixtures", "data");
const folder = mkdtempSync(path.join(tmpdir(), "hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

function save(name: string, bytes: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const fixture = (name: string): Buffer => readFileSync(path.join(fixtures, name));

describe("tables", () => {
  const rows = "a,b,label\n1,2,0\n3,4,1\n";

  test.each<[string, string, string]>([
    ["a missing value", `${rows}5,,1\n`, "has no value in row 3, column b."],
    ["NaN", `${rows}5,NaN,1\n`, 'has no value in row 3, column b ("NaN").'],
    ["a missing label", `${rows}5,6,\n`, "has no value in row 3, column label."],
    ["text among numbers", `${rows}5,six,1\n`, 'has the text "six" in row 3, column b, where a number was expected.'],
    ["a row that is too long", `${rows}5,6,1,7\n`, "with another number of fields than the first."],
    ["a quote that is never closed", `${rows}"5,6,1\n7,8,1\n`, "quote"],
    ["a quote within a field", `${rows}5"5,6,1\n`, "has a quote within a field"],
    ["no column of labels that the study names", rows, ""],
    ["one column", "label\n1\n2\n", "has one column"],
    ["nothing", "", "is empty."],
  ])("%s", async (what, text, sentence) => {
    const file = save("table.csv", text);
    const asked = what.startsWith("no column") ? { y: "digit" } : {};
    const problem = await problemFrom(openData(file, asked));
    expect(problem.message).toContain(sentence || "has no column digit; its columns are a, b, label");
    expect(problem.file).toBe(file);
  });

  test("a quote that is never closed ends at the limit of a row", async () => {
    const file = save("quote.csv", `a,label\n1,"${"0,1\n".repeat(3_000_000)}`);
    const started = processorTime();
    expect((await problemFrom(openData(file, {}))).message).toContain("a row of more than");
    expect(processorTime() - started).toBeLessThan(8000);
  });

  test("no names, quoted names, byte-order marks, empty lines, Windows' line ends", async () => {
    const { data, x } = await readAll(save("odd.csv", '\uFEFF"a, b";"class"\r\n"1";x\r\n\r\n2;y\r\n'));
    expect([...(x.data as Float64Array)]).toEqual([1, 2]);
    expect(data.classes).toEqual(["x", "y"]);
  });
});

describe("pickles", () => {
  test.each([
    ["a call of the system", "\x80\x02cos\nsystem\nU\x02ls\x85R.", "os.system"],
    ["a class of its own", "\x80\x02c__main__\nData\n)\x81.", "__main__.Data"],
    ["PyTorch's objects, which are for weights", "\x80\x02ctorch\nFloatStorage\n.", "torch.FloatStorage"],
  ])("never run %s", async (_, text, name) => {
    const problem = await problemFrom(openData(save("data.pkl", Buffer.from(text, "latin1")), {}));
    expect(problem.reason).toBe("file-unsupported");
    expect(problem.message).toContain(`contains program code and was not opened: it asks for ${name}`);
  });

  test.each([
    ["a list", "\x80\x02](K\x01e.", "something else than a dictionary"],
    [
      "an array without content",
      "\x80\x02}U\x01xcnumpy.core.multiarray\n_reconstruct\n)RNbs.",
      "an array has no content",
    ],
  ])("with %s", async (_, text, sentence) => {
    expect((await problemFrom(openData(save("data.pkl", Buffer.from(text, "latin1")), {}))).message).toContain(
      sentence,
    );
  });

  test("an array that claims more than it has", async () => {
    const bytes = fixture("cifar-10-batches-py/test_batch");
    const at = bytes.indexOf(Buffer.from("M\x00\x0c", "latin1"));
    bytes.writeUInt16LE(0xffff, at + 1);
    const problem = await problemFrom(openData(save("test_batch", bytes), {}));
    expect(problem.message).toContain("is damaged: data of shape [2, 65535] has 6144 bytes");
  });
});

describe("Parquet", () => {
  test("absurd lengths", async () => {
    const bytes = fixture("lists.parquet");
    const footer = Buffer.from(bytes);
    footer.writeUInt32LE(0x7fffffff, bytes.length - 8);
    expect((await problemFrom(openData(save("a.parquet", footer), {}))).reason).toBe("file-corrupt");
    expect((await problemFrom(openData(save("a.parquet", bytes.subarray(0, 500)), {}))).reason).toBe("file-corrupt");
    expect((await problemFrom(openData(save("a.parquet", "PAR1"), {}))).reason).toBe("file-corrupt");
  });

  test("pages that claim more values than their column", async () => {
    // The number of values of every page, in Thrift's variable-length form, becomes 2^31 - 1.
    const bytes = fixture("flowers_none.parquet");
    let changed = 0;
    for (let at = 4; at + 6 < bytes.length - 1000; at++) {
      // field 1 of a data page's header: 5 rows, then its encoding.
      if (bytes[at] === 0x15 && bytes[at + 1] === 10 && bytes[at + 2] === 0x15) {
        bytes[at + 1] = 0xfe;
        changed += 1;
      }
    }
    expect(changed).toBeGreaterThan(0);
    expect((await problemFrom(readAll(save("b.parquet", bytes)))).reason).toBe("file-corrupt");
  });
});

describe("compressed pages that would unpack to more than they claim", () => {
  /** A frame of Zstandard whose blocks repeat one byte 128 KiB each. */
  function repeating(blocks: number): Uint8Array {
    const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    const block = (last: number): number[] => {
      const header = ((2 ** 17) << 3) | (1 << 1) | last;
      return [header & 0xff, (header >> 8) & 0xff, header >> 16, 7];
    };
    return Uint8Array.from([
      ...head,
      ...Array.from({ length: blocks }, (_, i) => block(Number(i === blocks - 1))).flat(),
    ]);
  }
  const { ZSTD, GZIP, BROTLI } = boundedCompressors(2 ** 30);

  test("Zstandard", () => {
    expect(ZSTD!(repeating(2), 2 ** 18)).toHaveLength(2 ** 18);
    expect(() => ZSTD!(repeating(100_000), 1000)).toThrow("would unpack to more");
    expect(() => ZSTD!(repeating(1), 2 ** 40)).toThrow("claims");
  });

  test("gzip and Brotli", () => {
    const zeros = new Uint8Array(50_000_000);
    expect(() => GZIP!(gzipSync(zeros), 1000)).toThrow();
    expect(() =>
      BROTLI!(brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }), 1000),
    ).toThrow();
    expect(GZIP!(gzipSync(zeros.subarray(0, 1000)), 1000)).toHaveLength(1000);
  });
});

test("CIFAR's files with bytes left over, and names without labels", async () => {
  const bytes = fixture("cifar-10-batches-bin/test_batch.bin");
  const cut = await problemFrom(openData(save("test_batch.bin", bytes.subarray(0, -1)), {}));
  expect(cut.message).toContain("6145 bytes, which are no whole records");
  const other = await problemFrom(openData(save("test_batch.bin", bytes), { y: "coarse" }));
  expect(other.advice).toBe('Remove "y" from "data" in the study.');
});

test("damaged files of every format give samples or a problem, quickly", async () => {
  const names = [
    "packed.npz",
    "fortran.npz",
    "tensors.safetensors",
    "cifar-10-batches-py/test_batch",
    "arrays.pkl",
    "flowers.csv",
    "flowers_snappy.parquet",
    "flowers_zstd.parquet",
    "flowers_gzip.parquet",
    "flowers_brotli.parquet",
    "flowers_lz4.parquet",
    "lists.parquet",
    "test-00000-of-00002.parquet",
    "kinds/rgb.png",
    "kinds/interlaced.png",
    "kinds/progressive.jpg",
    "kinds/plain.jpg",
  ];
  let state = 2024;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  mkdirSync(path.join(folder, "fuzzed", "a"), { recursive: true });
  copyFileSync(path.join(fixtures, "kinds", "rgb.png"), path.join(folder, "fuzzed", "a", "z.png"));
  const outcomes = { read: 0, refused: 0 };
  const slow: string[] = [];
  for (let round = 0; round < 340; round++) {
    const name = names[round % names.length]!;
    let bytes = Uint8Array.from(fixture(name));
    for (let flips = 1 + next(4); flips > 0; flips--) {
      const span = next(2) ? bytes.length : Math.min(400, bytes.length);
      const at = next(2) ? next(span) : bytes.length - 1 - next(span);
      bytes[at] = next(2) ? next(256) : [0, 0xff, 0x7f, 0x80][next(4)]!;
    }
    if (next(5) === 0) bytes = bytes.slice(0, next(bytes.length));
    const isPicture = name.startsWith("kinds/");
    const file = isPicture ? path.join("fuzzed", "a", `1${path.extname(name)}`) : path.basename(name);
    const saved = save(file, bytes);
    const started = processorTime();
    await readAll(isPicture ? path.join(folder, "fuzzed") : saved).then(
      () => (outcomes.read += 1),
      async (error: unknown) => {
        const problem = await problemFrom(Promise.reject(error)).catch((other: unknown) => {
          throw new Error(`${name}, round ${round}: ${String(other)}`);
        });
        expect(problem.message).toMatch(/^.+\.$/s);
        expect(problem.advice).not.toBe("");
        outcomes.refused += 1;
      },
    );
    if (processorTime() - started > 2000) slow.push(`${name}, round ${round}`);
    rmSync(saved);
  }
  expect(slow).toEqual([]);
  expect(outcomes.read + outcomes.refused).toBe(340);
  expect(outcomes.refused).toBeGreaterThan(120);
}, 60_000);
