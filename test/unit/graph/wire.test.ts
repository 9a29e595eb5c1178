import { describe, expect, test } from "vitest";
import { fieldsOf, Message, WireError } from "../../../server/graph/wire";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const first = (message: Uint8Array) => [...fieldsOf(message)][0]!;

describe("reading and writing", () => {
  test("integers of every size and sign", () => {
    const values = [0n, 1n, 127n, 128n, 300n, 2n ** 49n - 1n, 2n ** 49n, 2n ** 63n - 1n, -1n, -300n, -(2n ** 63n)];
    const message = new Message();
    for (const value of values) message.integer(3, value);
    expect([...fieldsOf(message.finish())].map((field) => field.integer())).toEqual(values);
  });

  test("an example from the encoding's documentation", () => {
    const message = new Message();
    message.integer(1, 150);
    message.text(2, "testing");
    expect([...message.finish()]).toEqual([0x08, 0x96, 0x01, 0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  });

  test("text, floats, packed lists and nested messages", () => {
    const inner = new Message();
    inner.float(1, 0.5);
    inner.packedIntegers(2, [1, -2, 300]);
    inner.packedFloats(3, [1.5, -2]);
    const outer = new Message();
    outer.text(17, "größer 🎈");
    outer.message(500, inner);
    const [text, nested] = [...fieldsOf(outer.finish())];
    expect(text!.number).toBe(17);
    expect(text!.text()).toBe("größer 🎈");
    expect(nested!.number).toBe(500);
    const [half, integers, floats] = [...fieldsOf(nested!.bytes())];
    expect(half!.float()).toBe(0.5);
    expect(integers!.integers().map((value) => BigInt.asIntN(64, value))).toEqual([1n, -2n, 300n]);
    expect(floats!.fixed(4)).toEqual(new Uint8Array(Float32Array.of(1.5, -2).buffer));
  });

  test("tells where each part was placed", () => {
    const content = bytes(9, 8, 7);
    const inner = new Message();
    inner.bytes(4, content);
    const outer = new Message();
    outer.integer(1, 5);
    outer.message(2, inner);
    const places: number[] = [];
    const whole = outer.finish((part, offset) => {
      if (part === content) places.push(offset);
    });
    expect(places).toHaveLength(1);
    expect([...whole.subarray(places[0], places[0]! + 3)]).toEqual([9, 8, 7]);
  });
});

describe("damaged bytes", () => {
  test.each([
    ["a number without end", bytes(0x08, 0xff)],
    ["a number of more than ten bytes", bytes(0x08, ...new Array<number>(11).fill(0x80))],
    ["a length beyond the end", bytes(0x0a, 0x05, 0x01)],
    ["an absurd length", bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)],
    ["a length of 2^64 - 1", bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)],
    ["a truncated fixed number", bytes(0x0d, 0x01, 0x02)],
    ["field number zero", bytes(0x00, 0x00)],
    ["an unknown wire type", bytes(0x0b)],
  ])("%s", (_, message) => {
    expect(() => [...fieldsOf(message)]).toThrow(WireError);
  });

  test("content of another kind than asked for", () => {
    expect(() => first(bytes(0x08, 0x01)).bytes()).toThrow(WireError);
    expect(() => first(bytes(0x0a, 0x00)).integer()).toThrow(WireError);
    expect(() => first(bytes(0x0a, 0x01, 0xff)).text()).toThrow(WireError);
    expect(() => first(bytes(0x0a, 0x03, 1, 2, 3)).fixed(4)).toThrow(WireError);
    expect(() => first(bytes(0x08, ...new Array<number>(8).fill(0x80), 0x01)).number53()).toThrow(WireError);
  });
});
