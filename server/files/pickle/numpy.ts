import { dtypeOf } from "../npy";
import type { DataType } from "../../graph/tensor";
import { as, PickleError, type AllowList, type Buildable, type Callable, type Value } from "./objects";
import { plainCalls, type Call } from "./plain";

/** An element type of NumPy; its byte order arrives after it was made. */
class ElementType implements Buildable {
  readonly kind = "buildable";
  private order = "|";

  constructor(private readonly code: string) {}

  /** NumPy's own type string, e.g. `<f4`. */
  get descr(): string {
    return `${this.order}${this.code}`;
  }

  build(state: Value): void {
    const order = Array.isArray(state) ? state[1] : undefined;
    if (typeof order !== "string" || !/^[<>|=]$/.test(order))
      throw new PickleError("an element type has no byte order");
    this.order = order === "=" ? "<" : order;
  }
}

/** An array of NumPy as it was pickled. */
export class PickledArray implements Buildable {
  readonly kind = "buildable";
  shape: readonly number[] = [];
  /** NumPy's own type string. */
  descr = "";
  fortranOrder = false;
  bytes: Uint8Array = new Uint8Array();

  /** Undefined for elements that are no plain numbers. */
  get dtype(): DataType | undefined {
    return dtypeOf(this.descr);
  }

  /** @param state (version, shape, element type, Fortran order, bytes) */
  build(state: Value): void {
    if (!Array.isArray(state) || state.length < 4) throw new PickleError("an array has no content");
    const [shape, type, order, content] = state.slice(-4) as [Value, Value, Value, Value];
    this.fill(shape, type, order === true, content);
  }

  fill(shape: Value, type: Value, fortranOrder: boolean, content: Value): void {
    if (!Array.isArray(shape) || shape.length > 32 || !shape.every((extent) => Number.isSafeInteger(extent))) {
      throw new PickleError("an array has an absurd shape");
    }
    if (!(type instanceof ElementType)) throw new PickleError("an array has no element type");
    this.shape = shape as number[];
    this.descr = type.descr;
    this.fortranOrder = fortranOrder;
    // Python 2 wrote bytes as text; objects are written as a list, of which nothing is kept.
    if (typeof content === "string") this.bytes = Buffer.from(content, "latin1");
    else if (content instanceof Uint8Array) this.bytes = content;
  }
}

const arrayCalls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...plainCalls,
  ["numpy.dtype", ([code]) => new ElementType(typeof code === "string" ? code : "")],
  ["numpy.multiarray._reconstruct", () => new PickledArray()],
  ["numpy.numeric._frombuffer", arrayFromBuffer],
  ["numpy.ndarray", () => new PickledArray()],
]);

/** Protocol 5: (bytes, element type, shape, "C" or "F"). */
function arrayFromBuffer([content, type, shape, order]: readonly Value[]): Value {
  const array = new PickledArray();
  array.fill(shape ?? null, type ?? null, order === "F", content ?? null);
  return array;
}

/** What a pickle of arrays, lists, text and numbers needs, and nothing else. */
export const numpyObjects: AllowList = {
  find(module, name): Callable | undefined {
    const full = `${module.replace(/^numpy\._?core\./, "numpy.")}.${name}`;
    const call = arrayCalls.get(full);
    return call && { kind: "callable", name: full, call };
  },
};

/** The value as an array of NumPy, or undefined. */
export function asArray(value: Value | undefined): PickledArray | undefined {
  const buildable = as(value, "buildable");
  return buildable instanceof PickledArray ? buildable : undefined;
}
