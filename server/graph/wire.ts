/**
 * The wire format of Protocol Buffers, read and written without a schema.
 * Reading never looks outside the bytes that it was given and never recurses by itself.
 */

/** The bytes are no well-formed message. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "WireError";
  }
}

const Varint = 0;
const Fixed64 = 1;
const Bytes = 2;
const Fixed32 = 5;

/** One field of a message, as it lies in the bytes. */
export class Field {
  constructor(
    private readonly source: Uint8Array,
    readonly number: number,
    private readonly wireType: number,
    private readonly start: number,
    private readonly from: number,
    private readonly to: number,
  ) {}

  /** Content of a length-delimited field, as a view of the source. */
  bytes(): Uint8Array {
    this.expect(Bytes);
    return this.source.subarray(this.from, this.to);
  }

  /** The whole field with its tag, as a copy. */
  whole(): Uint8Array {
    return new Uint8Array(this.source.subarray(this.start, this.to));
  }

  /** UTF-8 text. */
  text(): string {
    const text = decodeText(this.bytes());
    if (text === undefined) throw new WireError(`field ${this.number} is no UTF-8 text`);
    return text;
  }

  /** A signed 64-bit integer. */
  integer(): bigint {
    this.expect(Varint);
    return BigInt.asIntN(64, readVarint(this.source, this.from).value);
  }

  /** An integer that a number holds exactly. */
  number53(): number {
    const value = Number(this.integer());
    if (!Number.isSafeInteger(value)) throw new WireError(`field ${this.number} holds an absurd number`);
    return value;
  }

  float(): number {
    this.expect(Fixed32);
    return this.view().getFloat32(0, true);
  }

  /** Items of a repeated integer field, packed or one of them; as unsigned 64-bit numbers. */
  integers(): bigint[] {
    if (this.wireType === Varint) return [readVarint(this.source, this.from).value];
    const values: bigint[] = [];
    const content = this.bytes();
    for (let at = 0; at < content.length;) {
      const { value, next } = readVarint(content, at);
      values.push(value);
      at = next;
    }
    return values;
  }

  /** Little-endian bytes of the items of a repeated float (width 4) or double (width 8) field, packed or one of them. */
  fixed(width: 4 | 8): Uint8Array {
    if (this.wireType === (width === 4 ? Fixed32 : Fixed64)) return this.source.subarray(this.from, this.to);
    const content = this.bytes();
    if (content.length % width !== 0) throw new WireError(`field ${this.number} ends within a number`);
    return content;
  }

  private view(): DataView {
    return new DataView(this.source.buffer, this.source.byteOffset + this.from, this.to - this.from);
  }

  private expect(wireType: number): void {
    if (this.wireType !== wireType) throw new WireError(`field ${this.number} has the wrong wire type`);
  }
}

/**
 * The fields of a message in file order.
 * @throws WireError when the bytes are no message: truncated, over-long or with an unknown wire type.
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at);
    const number = Number(tag.value >> 3n);
    const wireType = Number(tag.value & 7n);
    if (number < 1 || number > 0x1fffffff) throw new WireError(`a field has the impossible number ${number}`);
    let from = tag.next;
    let to: number;
    if (wireType === Varint) to = readVarint(message, from).next;
    else if (wireType === Fixed64) to = from + 8;
    else if (wireType === Fixed32) to = from + 4;
    else if (wireType === Bytes) {
      const length = readVarint(message, from);
      from = length.next;
      to = from + Number(length.value);
    } else throw new WireError(`field ${number} has the unknown wire type ${wireType}`);
    if (to > message.length) throw new WireError(`field ${number} reaches beyond the end`);
    yield new Field(message, number, wireType, at, from, to);
    at = to;
  }
}

function readVarint(bytes: Uint8Array, at: number): { value: bigint; next: number } {
  let low = 0;
  let scale = 1;
  // Seven groups of seven bits fit a double exactly; nearly every number ends there.
  for (let i = 0; i < 7; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new WireError("the bytes end within a number");
    low += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value: BigInt(low), next: at + i + 1 };
    scale *= 128;
  }
  let value = BigInt(low);
  for (let i = 7; i < 10; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new WireError("the bytes end within a number");
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: at + i + 1 };
  }
  throw new WireError("a number is longer than ten bytes");
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that UTF-8 bytes spell, or undefined when they are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

const utf8 = new TextEncoder();

/** A message being written. Parts are kept as they come and copied once, when the whole is written out. */
export class Message {
  private readonly parts: (Uint8Array | Message)[] = [];
  private size = 0;

  get byteLength(): number {
    return this.size;
  }

  /** Fields that are already serialised. */
  raw(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.size += bytes.length;
  }

  /** An integer field; negative numbers as two's complement of 64 bits. */
  integer(field: number, value: number | bigint): void {
    this.tag(field, Varint);
    this.raw(varint(BigInt.asUintN(64, BigInt(value))));
  }

  float(field: number, value: number): void {
    this.tag(field, Fixed32);
    this.raw(floatBytes([value]));
  }

  bytes(field: number, content: Uint8Array): void {
    this.tag(field, Bytes);
    this.raw(varint(content.length));
    this.raw(content);
  }

  text(field: number, text: string): void {
    this.bytes(field, utf8.encode(text));
  }

  /** A nested message, which must be complete: it is measured here. */
  message(field: number, content: Message): void {
    this.tag(field, Bytes);
    this.raw(varint(content.size));
    this.parts.push(content);
    this.size += content.size;
  }

  packedIntegers(field: number, values: Iterable<number | bigint>): void {
    const content = new Message();
    for (const value of values) content.raw(varint(BigInt.asUintN(64, BigInt(value))));
    this.message(field, content);
  }

  packedFloats(field: number, values: readonly number[]): void {
    this.bytes(field, floatBytes(values));
  }

  /**
   * The message in one piece of memory.
   * @param placed called with every part and its offset, so that a caller can find the parts that it wrote.
   * @param endsAt the message ends at a multiple of it, in bytes, of its buffer.
   */
  finish(placed: (part: Uint8Array, offset: number) => void = () => {}, { endsAt = 1 } = {}): Uint8Array {
    const room = Math.ceil(this.size / endsAt) * endsAt;
    const target = new Uint8Array(new ArrayBuffer(room), room - this.size);
    this.copyTo(target, 0, placed);
    return target;
  }

  private tag(field: number, wireType: number): void {
    this.raw(varint(field * 8 + wireType));
  }

  private copyTo(target: Uint8Array, offset: number, placed: (part: Uint8Array, offset: number) => void): void {
    for (const part of this.parts) {
      if (part instanceof Message) {
        part.copyTo(target, offset, placed);
        offset += part.size;
      } else {
        target.set(part, offset);
        placed(part, offset);
        offset += part.length;
      }
    }
  }
}

/** Tags and lengths are nearly always short: these are the numbers of one byte. */
const short = Array.from({ length: 0x80 }, (_, value) => Uint8Array.of(value));

/** @param value not negative. */
function varint(value: number | bigint): Uint8Array {
  if (value < 0x80) return short[Number(value)]!;
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function floatBytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}
