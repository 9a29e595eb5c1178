import { PickleError, PickleTruncated, type Value } from "./objects";

/** Longest whole number, in bytes or decimal digits. */
const longestNumber = 1024;

const utf8 = new TextDecoder();

/** The bytes of a pickle, read from a place on: operations, what follows them, and plain values. */
export class PickleBytes {
  private readonly view: DataView;

  /** @param at where the pickle starts. */
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next byte is. */
  get position(): number {
    return this.at;
  }

  /**
   * The number, text or bytes that an operation stands for; undefined for other operations.
   * @throws PickleError when it is damaged, `PickleTruncated` when it is not all there.
   */
  constant(code: number): Value | undefined {
    switch (code) {
      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x4a: // BININT
        return this.view.getInt32(this.skip(4), true);
      case 0x4b: // BININT1
        return this.byte();
      case 0x4d: // BININT2
        return this.view.getUint16(this.skip(2), true);
      case 0x49: // INT
        return this.decimal(true);
      case 0x4c: // LONG
        return this.decimal(false);
      case 0x8a: // LONG1
        return this.long(this.byte());
      case 0x8b: // LONG4
        return this.long(this.length(4));
      case 0x46: // FLOAT
        return floatOf(this.line());
      case 0x47: // BINFLOAT
        return this.view.getFloat64(this.skip(8), false);
      case 0x55: // SHORT_BINSTRING
        return latin1(this.take(this.byte()));
      case 0x54: // BINSTRING
        return latin1(this.take(this.length(4)));
      case 0x53: // STRING
        return plainText(this.line().replace(/^(['"])(.*)\1$/, "$2"));
      case 0x56: // UNICODE
        return plainText(this.line());
      case 0x58: // BINUNICODE
        return utf8.decode(this.take(this.length(4)));
      case 0x8c: // SHORT_BINUNICODE
        return utf8.decode(this.take(this.byte()));
      case 0x8d: // BINUNICODE8
        return utf8.decode(this.take(this.length(8)));
      case 0x43: // SHORT_BINBYTES
        return this.take(this.byte());
      case 0x42: // BINBYTES
        return this.take(this.length(4));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.take(this.length(8));
      default:
        return undefined;
    }
  }

  byte(): number {
    return this.bytes[this.skip(1)]!;
  }

  /** Moves on and gives where the bytes start. */
  private skip(count: number): number {
    const start = this.at;
    if (count > this.bytes.length - start) throw new PickleTruncated("the pickle ends too early");
    this.at += count;
    return start;
  }

  private take(count: number): Uint8Array {
    const start = this.skip(count);
    return this.bytes.subarray(start, start + count);
  }

  /** A length or an index, of so many bytes. */
  length(width: 4 | 8): number {
    const start = this.skip(width);
    return width === 4 ? this.view.getUint32(start, true) : Number(this.view.getBigUint64(start, true));
  }

  /** A frame says how many bytes follow at least; it means nothing else here. */
  frame(): void {
    if (this.length(8) > this.bytes.length - this.at) throw new PickleTruncated("the pickle ends too early");
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new PickleTruncated("the pickle ends too early");
    const start = this.at;
    this.at = end + 1;
    return latin1(this.bytes.subarray(start, end));
  }

  private decimal(boolean: boolean): Value {
    const text = this.line();
    if (boolean && (text === "00" || text === "01")) return text === "01";
    if (text.length > longestNumber || !/^[+-]?\d+L?$/.test(text)) throw new PickleError("a number is none");
    return narrow(BigInt(text.replace(/^\+|L$/g, "")));
  }

  private long(length: number): Value {
    if (length > longestNumber) throw new PickleError("a number is absurdly long");
    let value = 0n;
    const bytes = this.take(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
    return narrow(BigInt.asIntN(8 * length, value));
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** Text of the oldest protocol, which no version of PyTorch writes; its escapes are not read. */
function plainText(text: string): string {
  if (text.includes("\\")) throw new PickleError("the pickle has text in an old notation");
  return text;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function floatOf(text: string): number {
  const value = { nan: NaN, inf: Infinity, "-inf": -Infinity }[text] ?? Number(text);
  if (Number.isNaN(value) && text !== "nan") throw new PickleError("a number is none");
  return value;
}
