import { PickleBytes } from "./bytes";
import { as, ForbiddenGlobal, inert, PickleError, type AllowList, type Value } from "./objects";

/** Most operations of one pickle; a tensor takes about 25. */
const mostOperations = 10_000_000;
/** Most lists, tuples and dictionaries of one pickle. */
const mostContainers = 1_000_000;
/** Most entries that functions may be given, as the same list may be given again and again; 64 characters count as one. */
const mostArguments = 2 ** 22;
const mark = Symbol("mark");
type Item = Value | typeof mark;

/**
 * Reads one pickle (protocols 0 to 5) as plain data. It is a machine with a stack and a memo, and runs no code: classes
 * and functions that the pickle names are looked up in an allow-list and only ever rebuild data.
 * Time and memory are bounded by the number of bytes, of operations and of containers.
 */
export class Unpickler {
  private readonly from: PickleBytes;
  private stack: Item[] = [];
  private readonly memo = new Map<number, Value>();
  private containers = 0;
  private given = 0;

  /**
   * @param at where the pickle starts.
   * @param allowed the classes and functions that it may name.
   */
  constructor(
    bytes: Uint8Array,
    at: number,
    private readonly allowed: AllowList,
  ) {
    this.from = new PickleBytes(bytes, at);
  }

  /** Where the pickle ends, once it was read. */
  get position(): number {
    return this.from.position;
  }

  /** @throws PickleError when it is damaged, `PickleTruncated` when it is not all there, `ForbiddenGlobal`. */
  read(): Value {
    for (let i = 0; i < mostOperations; i++) {
      const code = this.from.byte();
      if (code === 0x2e) return this.pop();
      if (!this.constant(code) && !this.container(code) && !this.memory(code)) this.object(code);
    }
    throw new PickleError("the pickle has more operations than any file of weights or data needs");
  }

  /** Numbers, text and bytes. */
  private constant(code: number): boolean {
    const value = this.from.constant(code);
    if (value === undefined) return false;
    this.stack.push(value);
    return true;
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
        return this.put(this.from.byte());
      case 0x72: // LONG_BINPUT
        return this.put(this.from.length(4));
      case 0x70: // PUT
        return this.put(Number(this.from.line()));
      case 0x94: // MEMOIZE
        return this.put(this.memo.size);
      case 0x68: // BINGET
        return this.recall(this.from.byte());
      case 0x6a: // LONG_BINGET
        return this.recall(this.from.length(4));
      case 0x67: // GET
        return this.recall(Number(this.from.line()));
      case 0x80: // PROTO
        if (this.from.byte() > 5) throw new PickleError("the pickle is of an unknown protocol");
        return true;
      case 0x95: // FRAME
        this.from.frame();
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
        const module = this.from.line();
        this.stack.push(this.find(module, this.from.line()));
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
        const module = this.from.line();
        this.call(this.find(module, this.from.line()), this.popToMark());
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
}

function withItems(target: Map<Value, Value>, items: readonly Value[]): Map<Value, Value> {
  if (items.length % 2 === 1) throw new PickleError("a dictionary has a key without a value");
  for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!);
  return target;
}
