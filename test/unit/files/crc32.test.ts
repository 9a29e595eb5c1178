import { expect, test } from "vitest";
import { crc32 } from "../../../server/files/crc32";

test("crc32 gives the check value of its definition, for every length modulo four", () => {
  expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
  // zlib.crc32 of Python.
  expect(["", "a", "ab", "abc", "abcd"].map((text) => crc32(Buffer.from(text)))).toEqual([
    0, 0xe8b7be43, 0x9e83486d, 0x352441c2, 0xed82cd11,
  ]);
});
