import { as, ForbiddenGlobal, inert, PickleError, PickleTruncated, type AllowList, type Value } from "./objects";

/** Most operations of one pickle; a tensor takes about 25. */
const mostOperations = 10_000_000;
/** Most lists, tuples and dictionaries of one pickle. */
const mostContainers = 1_000_000;
/** Most entries that functions may be given, as the same list may be given again and again; 64 characters count as one. */
const mostArguments = 2 ** 22;
/** Longest whole number, in bytes or decimal digits. */
const longestNumber = 1024;

const utf8 = new TextDecoder();
const mark = Symbol("mark");
type Item = Value | typeof mark;

/**
 * Reads one pickle (protocols 0 to 5) as plain data. It is a machine with a stack and a memo, and runs no code: classes
 * and functions that the pickle names are looked up in an allow-list and only ever rebuild data.
 * Time and memory are bounded by the number of bytes, of operations and of containers.
 */
export class Unpickler {
  private readonly view: DataView;
  private stack: Item[] = [];
  private readonly memo = new Map<number, Value>();
  private containers = 0;
  private given = 0;

  /**
   * @param at where the pickle starts.
   * @param allowed the classes and functions that it may name.
   */
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly allowed: AllowList,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the pickle ends, once it was read. */
  get position(): number {
    return this.at;
  }

  /** @throws PickleError when it is damaged, `PickleTruncated` when it is not all there, `ForbiddenGlobal`. */
  read(): Value {
    for (let i = 0; i < mostOperations; i++) {
      const code = this.byte();
      if (code === 0x2e) return this.pop();
      if (!this.constant(code) && !this.container(code) && !this.memory(code)) this.object(code);
    }
    throw new PickleError("the pickle has more operations than any file of weights or data needs");
  }

  /** Numbers, text and bytes. */
  private constant(code: number): boolean {
    const value = this.constantOf(code);
    if (value === undefined) return false;
    this.stack.push(value);
    return true;
  }

  private constantOf(code: number): Value | undefined {
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

  /** Lists, tuples, dictionaries and sets. */
  private container(code: number): boolean {
    switch (code) {
      case 0x28: // MARK
        this.stack.push(mark);
        return true;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        return this.push([]);
      case 0x7d: // EMPTY_DICT
        return this.push(new Map());
      case 0x6c: // LIST
      case 0x74: // TUPLE
      case 0x91: // FROZENSET
        return this.push(this.popToMark());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.push(this.popMany(code - 0x84));
      case 0x64: // DICT
        return this.push(withItems(new Map(), this.popToMark()));
      case 0x61: // APPEND
        return this.append(this.popMany(1));
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        return this.append(this.popToMark());
      case 0x73: // SETITEM
        return this.addItems(this.popMany(2));
      case 0x75: // SETITEMS
        return this.addItems(this.popToMark());
      default:
        return false;
    }
  }

  /** Stack and memo. */
  private memory(code: number): boolean {
    switch (code) {
      case 0x30: // POP
        if (this.stack.pop() === undefined) throw new PickleError("the pickle takes more than it has");
        return true;
      case 0x31: // POP_MARK
        this.popToMark();
        return true;
      case 0x32: // DUP
        this.stack.push(this.top());
        return true;
      case 0x71: // BINPUT
        return this.put(this.byte());
      case 0x72: // LONG_BINPUT
        return this.put(this.length(4));
      case 0x70: // PUT
        return this.put(Number(this.line()));
      case 0x94: // MEMOIZE
        return this.put(this.memo.size);
      case 0x68: // BINGET
        return this.recall(this.byte());
      case 0x6a: // LONG_BINGET
        return this.recall(this.length(4));
      case 0x67: // GET
        return this.recall(Number(this.line()));
      case 0x80: // PROTO
        if (this.byte() > 5) throw new PickleError("the pickle is of an unknown protocol");
        return true;
      case 0x95: // FRAME
        this.frame();
        return true;
      default:
        return false;
    }
  }

  /** Classes, functions and what they make. */
  private object(code: number): void {
    switch (code) {
      case 0x63: {
        // GLOBAL
        const module = this.line();
        this.stack.push(this.find(module, this.line()));
        return;
      }
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.popMany(2);
        if (typeof module !== "string" || typeof name !== "string") throw new PickleError("a class has no name");
        this.stack.push(this.find(module, name));
        return;
      }
      case 0x69: {
        // INST names a class and calls it at once.
        const module = this.line();
        this.call(this.find(module, this.line()), this.popToMark());
        return;
      }
      case 0x6f: {
        // OBJ
        const [callable, ...args] = this.popToMark();
        this.call(callable, args);
        return;
      }
      case 0x52: // REDUCE
      case 0x81: {
        // NEWOBJ
        const [callable, args] = this.popMany(2);
        this.call(callable, args);
        return;
      }
      case 0x92: {
        // NEWOBJ_EX
        const [callable, args] = this.popMany(3);
        this.call(callable, args);
        return;
      }
      case 0x62: // BUILD
        this.build();
        return;
      case 0x51: {
        // BINPERSID
        const [id] = this.popMany(1);
        if (!Array.isArray(id) || !this.allowed.storage) throw new PickleError("a storage has no identifier");
        this.stack.push(this.allowed.storage(id));
        return;
      }
      default:
        throw new PickleError(`the pickle has the unknown operation ${code}`);
    }
  }

  private call(callable: Value | undefined, args: Value | undefined): void {
    const found = as(callable, "callable");
    if (!found || !Array.isArray(args)) throw new PickleError("the pickle calls what is no function");
    for (const arg of args) {
      if (Array.isArray(arg)) this.given += arg.length;
      else if (typeof arg === "string") this.given += arg.length / 64;
    }
    if (this.given > mostArguments)
      throw new PickleError("the pickle repeats more than any file of weights or data needs");
    this.push(found.call(args));
  }

  private find(module: string, name: string): Value {
    const home = module === "__builtin__" ? "builtins" : module;
    const found = this.allowed.find(home, name);
    if (!found) throw new ForbiddenGlobal(`${module}.${name}`.slice(0, 200));
    return found;
  }

  /** Gives an object its content. Attributes of others are not kept: those of dictionaries are version numbers. */
  private build(): void {
    const [state] = this.popMany(1);
    const target = this.top();
    const buildable = as(target, "buildable");
    if (buildable) return buildable.build(state!);
    if (!(target instanceof Map) && target !== inert && !as(target, "tensor")) {
      throw new PickleError("the pickle gives attributes to what has none");
    }
  }

  private append(items: readonly Value[]): true {
    const target = this.top();
    if (!Array.isArray(target)) throw new PickleError("the pickle appends to what is no list");
    for (const item of items) target.push(item);
    return true;
  }

  private addItems(items: readonly Value[]): true {
    const target = this.top();
    if (!(target instanceof Map)) throw new PickleError("the pickle sets entries of what is no dictionary");
    withItems(target, items);
    return true;
  }

  private put(index: number): true {
    this.memo.set(index, this.top());
    return true;
  }

  private recall(index: number): true {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleError("the pickle recalls what it never kept");
    this.stack.push(value);
    return true;
  }

  private push(value: Value): true {
    this.count();
    this.stack.push(value);
    return true;
  }

  private count(): void {
    this.containers += 1;
    if (this.containers > mostContainers)
      throw new PickleError("the pickle has more parts than any file of weights or data needs");
  }

  private top(): Value {
    const value = this.stack[this.stack.length - 1];
    if (value === undefined || value === mark) throw new PickleError("the pickle uses more than it has");
    return value;
  }

  private pop(): Value {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popMany(count: number): Value[] {
    const values = new Array<Value>(count);
    for (let i = count - 1; i >= 0; i--) values[i] = this.pop();
    return values;
  }

  private popToMark(): Value[] {
    const start = this.stack.lastIndexOf(mark);
    if (start < 0) throw new PickleError("the pickle has no mark");
    const values = this.stack.slice(start + 1) as Value[];
    this.stack.length = start;
    return values;
  }

  private byte(): number {
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

  private length(width: 4 | 8): number {
    const start = this.skip(width);
    return width === 4 ? this.view.getUint32(start, true) : Number(this.view.getBigUint64(start, true));
  }

  /** A frame says how many bytes follow at least; it means nothing else here. */
  private frame(): void {
    if (this.length(8) > this.bytes.length - this.at) throw new PickleTruncated("the pickle ends too early");
  }

  private line(): string {
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

function withItems(target: Map<Value, Value>, items: readonly Value[]): Map<Value, Value> {
  if (items.length % 2 === 1) throw new PickleError("a dictionary has a key without a value");
  for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  return target;
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
