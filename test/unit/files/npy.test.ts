import { describe, expect, test } from "vitest";
import { dtypeOf, parseNpy, parseNpyHeader } from "../../../server/files/npy";
import { ProblemError } from "../../../server/protocol/problem";
import { npy, problemOf } from "../../support/data";

const parse = (bytes: Uint8Array<ArrayBuffer>) => parseNpy(bytes, "x", "/data/test.npz");

describe("parseNpy", () => {
  test.each([
    ["<f4", Float32Array.of(1.5, -2, NaN, Infinity), "float32"],
    ["<f8", Float64Array.of(0.1, -2e300), "float64"],
    ["<f2", Uint16Array.of(0x3c00, 0x8001), "float16"],
    ["|u1", Uint8Array.of(0, 255), "uint8"],
    ["|i1", Int8Array.of(-128, 127), "int8"],
    ["|b1", Uint8Array.of(0, 1), "bool"],
    ["<i2", Int16Array.of(-300, 300), "int16"],
    ["<u2", Uint16Array.of(65535, 1), "uint16"],
    ["<i4", Int32Array.of(-70000, 70000), "int32"],
    ["<u4", Uint32Array.of(4294967295, 1), "uint32"],
    ["<i8", BigInt64Array.of(-5n, 2n ** 60n), "int64"],
    ["<u8", BigUint64Array.of(2n ** 63n, 1n), "uint64"],
  ])("reads %s", (descr, values, dtype) => {
    expect(parse(npy(descr, [values.length], values))).toEqual({ dtype, shape: [values.length], data: values });
  });

  test("turns big-endian elements round", () => {
    const bytes = Uint8Array.of(0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0);
    expect(parse(npy(">f4", [2], bytes)).data).toEqual(Float32Array.of(1.5, -2));
    const wide = Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 2);
    expect(parse(npy(">i8", [1], wide)).data).toEqual(BigInt64Array.of(258n));
  });

  test("turns Fortran order into row-major", () => {
    // numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]) holds 1 4 2 5 3 6.
    const matrix = parse(npy("<i4", [2, 3], Int32Array.of(1, 4, 2, 5, 3, 6), { fortran: true }));
    expect([...(matrix.data as Int32Array)]).toEqual([1, 2, 3, 4, 5, 6]);
    const cube = Int32Array.from({ length: 24 }, (_, i) => {
      const [a, b, c] = [i % 2, Math.floor(i / 2) % 3, Math.floor(i / 6)];
      return 100 * a + 10 * b + c;
    });
    const turned = parse(npy("<i4", [2, 3, 4], cube, { fortran: true })).data as Int32Array;
    expect(turned[(1 * 3 + 2) * 4 + 3]).toBe(123);
    expect(turned[(0 * 3 + 1) * 4 + 2]).toBe(12);
  });

  test.each([1, 2, 3] as const)("reads format version %i", (version) => {
    expect(parse(npy("<f4", [2], Float32Array.of(1, 2), { version })).data).toEqual(Float32Array.of(1, 2));
  });

  test("reads scalars, empty arrays and elements that are not aligned", () => {
    expect(parse(npy("<f8", [], Float64Array.of(3)))).toEqual({
      dtype: "float64",
      shape: [],
      data: Float64Array.of(3),
    });
    expect(parse(npy("<f4", [0, 3], new Float32Array(0))).shape).toEqual([0, 3]);
    const aligned = npy("<f8", [2], Float64Array.of(1, 2));
    const shifted = new Uint8Array(aligned.length + 1);
    shifted.set(aligned, 1);
    expect(parse(shifted.subarray(1)).data).toEqual(Float64Array.of(1, 2));
  });

  test("refuses Python objects, text and records with what to do", () => {
    for (const descr of ["|O", "<U10", "<M8[ns]", "<c8"]) {
      const problem = problemOf(() => parse(npy(descr, [2], new Uint8Array(16))));
      expect(problem.reason).toBe("file-unsupported");
      expect(problem.message).toContain(`test.npz holds x as type ${descr}`);
      expect(problem.advice).toContain("astype");
    }
    const records = "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }";
    expect(problemOf(() => parse(npy("", [2], new Uint8Array(16), { header: records }))).message).toContain("records");
  });

  test("refuses sizes that disagree with the shape", () => {
    for (const shape of [[3], [1], [2 ** 40, 2 ** 40], [1e300, 1e300]]) {
      const problem = problemOf(() => parse(npy("<f4", shape, Float32Array.of(1, 2))));
      expect(problem).toMatchObject({ reason: "file-corrupt", file: "/data/test.npz" });
    }
  });

  test("refuses damaged headers", () => {
    const good = npy("<f4", [2], Float32Array.of(1, 2));
    const damages: ((bytes: Uint8Array) => void)[] = [
      (bytes) => (bytes[0] = 0),
      (bytes) => (bytes[6] = 9),
      (bytes) => bytes.set([0xff, 0xff], 8),
      (bytes) => bytes.fill(0x20, 10, 40),
    ];
    for (const damage of damages) {
      const bytes = good.slice();
      damage(bytes);
      expect(problemOf(() => parse(bytes)).reason).toBe("file-corrupt");
    }
    const version2 = npy("<f4", [2], Float32Array.of(1, 2), { version: 2 });
    version2.set([0xff, 0xff, 0xff, 0x7f], 8);
    expect(problemOf(() => parse(version2)).message).toContain("claims 2147483647 bytes");
    for (let length = 0; length < good.length; length++) {
      expect(() => parse(good.slice(0, length))).toThrow(ProblemError);
    }
  });
});

test("parseNpyHeader reads what old Pythons wrote", () => {
  const header = "{'fortran_order': False, 'shape': (3L, 2L), 'descr': '>i2'}\n";
  const bytes = npy("", [], new Uint8Array(12), { header });
  expect(parseNpyHeader(bytes, "x", "p")).toMatchObject({ descr: ">i2", fortranOrder: false, shape: [3, 2] });
});

test("dtypeOf knows plain numbers only", () => {
  expect(dtypeOf("=f4")).toBe("float32");
  expect(["<f1", "<c8", "|O", "|S4", "f4", "<b2"].map(dtypeOf)).toEqual(new Array(6).fill(undefined));
});
