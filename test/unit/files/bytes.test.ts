import { expect, test } from "vitest";
import { joined } from "../../../server/files/bytes";

test("pieces are joined in order, with a buffer of their own", () => {
  const whole = joined([Uint8Array.of(1, 2), Uint8Array.of(), Buffer.from([3])]);
  expect([...whole]).toEqual([1, 2, 3]);
  expect([whole.byteOffset, whole.buffer.byteLength]).toEqual([0, 3]);
  expect(joined([]).length).toBe(0);
});

test("a single piece is not copied", () => {
  const piece = Uint8Array.of(1, 2);
  expect(joined([piece])).toBe(piece);
});
