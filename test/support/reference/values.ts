import type { GraphNode } from "../../../server/graph/graph";
import { sizeOf, type DataType, type Tensor } from "../../../server/graph/tensor";

/** A tensor of the reference evaluator: every element type is computed in float64. */
export interface Value {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

interface Kinds {
  int: number;
  float: number;
  string: string;
  tensor: Tensor;
  ints: readonly number[];
}

/** One application of an operator: its inputs by position and its attributes by name. */
export class Call {
  constructor(
    readonly node: GraphNode,
    readonly opset: number,
    private readonly inputs: readonly (Value | undefined)[],
  ) {}

  get op(): string {
    return this.node.op;
  }

  /** Inputs that are present, in order. */
  get all(): readonly Value[] {
    return this.inputs.filter((value) => value !== undefined);
  }

  input(position: number): Value {
    const value = this.inputs[position];
    if (!value) throw new Error(`${this.op}: input ${position} is missing`);
    return value;
  }

  optional(position: number): Value | undefined {
    return this.inputs[position];
  }

  /** An input that holds integers (axes, shapes, indices). */
  integers(position: number): number[] | undefined {
    const value = this.inputs[position];
    return value && Array.from(value.data);
  }

  int(name: string, otherwise: number): number {
    return this.attribute(name, "int") ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.attribute(name, "float") ?? otherwise;
  }

  string(name: string, otherwise: string): string {
    return this.attribute(name, "string") ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name, "ints");
  }

  tensor(name: string): Tensor | undefined {
    return this.attribute(name, "tensor");
  }

  private attribute<K extends keyof Kinds>(name: string, type: K): Kinds[K] | undefined {
    const found = this.node.attributes[name];
    if (!found) return undefined;
    if (found.type !== type) throw new Error(`${this.op}: attribute ${name} is ${found.type}, expected ${type}`);
    return found.value as Kinds[K];
  }
}

/** Computes the outputs of one operator; a shorter list leaves trailing optional outputs out. */
export type Operator = (call: Call) => readonly Value[];

export function valueOf(dtype: DataType, shape: readonly number[], data: ArrayLike<number>): Value {
  const size = sizeOf(shape);
  if (data.length !== size) throw new Error(`${data.length} elements do not fill the shape [${shape.join(", ")}]`);
  return { dtype, shape: [...shape], data: Float64Array.from(data) };
}

/** A value whose element at each index is computed from that index. */
export function generate(
  dtype: DataType,
  shape: readonly number[],
  element: (index: readonly number[]) => number,
): Value {
  const data = new Float64Array(sizeOf(shape));
  let position = 0;
  for (const index of indices(shape)) data[position++] = element(index);
  return { dtype, shape: [...shape], data };
}

/** Every index of a shape in row-major order. The array that is yielded is reused. */
export function* indices(shape: readonly number[]): Generator<readonly number[]> {
  const size = sizeOf(shape);
  const index = shape.map(() => 0);
  for (let i = 0; i < size; i++) {
    yield index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = index[axis]! + 1;
      if (next < shape[axis]!) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
    }
  }
}

/** Row-major position of `index`, which has one entry for each axis of `shape`. */
export function positionOf(shape: readonly number[], index: readonly number[]): number {
  let position = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const at = index[axis]!;
    if (!(at >= 0 && at < shape[axis]!))
      throw new Error(`index [${index.join(", ")}] is outside [${shape.join(", ")}]`);
    position = position * shape[axis]! + at;
  }
  return position;
}

export function at(value: Value, index: readonly number[]): number {
  return value.data[positionOf(value.shape, index)]!;
}

/** The element that numpy's broadcasting puts at `index` of a result whose trailing axes are those of `value`. */
export function broadcastAt(value: Value, index: readonly number[]): number {
  const skipped = index.length - value.shape.length;
  return at(
    value,
    value.shape.map((extent, axis) => (extent === 1 ? 0 : index[axis + skipped]!)),
  );
}

/** Shape of the result of numpy's broadcasting. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let extent = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === extent) continue;
      if (extent !== 1) throw new Error(`shapes ${JSON.stringify(shapes)} cannot be broadcast together`);
      extent = own;
    }
    return extent;
  });
}

/** An axis counted from the end when negative. */
export function axisOf(axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved < 0 || resolved >= Math.max(rank, 1)) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return resolved;
}

/** A copy of `index` with one entry replaced. */
export function withAxis(index: readonly number[], axis: number, value: number): number[] {
  const copy = [...index];
  copy[axis] = value;
  return copy;
}

export function isFloat(dtype: DataType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16" || dtype === "bfloat16";
}

export function fromTensor(tensor: Tensor): Value {
  if (tensor.dtype === "float16" || tensor.dtype === "bfloat16") {
    throw new Error(`the reference evaluator does not read ${tensor.dtype}`);
  }
  return valueOf(tensor.dtype, tensor.shape, Array.from(tensor.data as ArrayLike<number | bigint>, Number));
}

/** Float values come out as float64, unrounded; all others in their own element type. */
export function toTensor(value: Value): Tensor {
  const { shape, data, dtype } = value;
  switch (dtype) {
    case "int64":
      return { dtype, shape, data: BigInt64Array.from(Array.from(data, BigInt)) };
    case "uint64":
      return { dtype, shape, data: BigUint64Array.from(Array.from(data, BigInt)) };
    case "int32":
      return { dtype, shape, data: Int32Array.from(data) };
    case "uint32":
      return { dtype, shape, data: Uint32Array.from(data) };
    case "int16":
      return { dtype, shape, data: Int16Array.from(data) };
    case "uint16":
      return { dtype, shape, data: Uint16Array.from(data) };
    case "int8":
      return { dtype, shape, data: Int8Array.from(data) };
    case "uint8":
    case "bool":
      return { dtype, shape, data: Uint8Array.from(data) };
    default:
      return { dtype: "float64", shape, data };
  }
}
