import type { DataType, Tensor } from "../../../graph/tensor";
import type { Call } from "../call";
import { broadcastPositions, broadcastShape } from "../shapes";
import { allocate, bools, isFloat, store } from "./arrays";

/**
 * Arithmetic on the host: floats in float64, rounded to the element type of the result; integers as bigints, exactly,
 * wrapped to the element type of the result. 16-bit floats are not computed with.
 */

type Unary<T> = (x: T) => T;
type Binary<T, R = T> = (a: T, b: T) => R;

/** A unary operator in both kinds of numbers; one that has no integer form leaves it out. */
export function unary(float: Unary<number>, integer?: Unary<bigint>) {
  return (call: Call): Tensor => {
    const x = call.input(0).host();
    return mapTensor(x, float, integer, call.node.op);
  };
}

function mapTensor(x: Tensor, float: Unary<number>, integer: Unary<bigint> | undefined, op: string): Tensor {
  const data = allocate(x.dtype, x.data.length);
  if (isArithmetic(x.dtype)) for (let k = 0; k < data.length; k++) data[k] = float(x.data[k] as number);
  else if (integer) for (let k = 0; k < data.length; k++) store(data, k, integer(BigInt(x.data[k]!)));
  else throw lackOf(op, x.dtype);
  return { dtype: x.dtype, shape: x.shape, data };
}

/** An operator on any number of broadcast inputs, combined two at a time; the result has the first input's type. */
export function combining(float: Binary<number>, integer?: Binary<bigint>) {
  return (call: Call): Tensor =>
    call.all
      .map((value) => value.host())
      .reduce((a, b) => {
        const shape = broadcastShape(a.shape, b.shape);
        const [at, bt] = [broadcastPositions(a.shape, shape), broadcastPositions(b.shape, shape)];
        const data = allocate(a.dtype, at.length);
        if (isArithmetic(a.dtype)) {
          for (let k = 0; k < data.length; k++) data[k] = float(Number(a.data[at[k]!]), Number(b.data[bt[k]!]));
        } else if (integer) {
          for (let k = 0; k < data.length; k++) {
            store(data, k, integer(wholeOf(a.data[at[k]!]!), wholeOf(b.data[bt[k]!]!)));
          }
        } else throw lackOf(call.node.op, a.dtype);
        return { dtype: a.dtype, shape, data };
      });
}

/** A comparison, exact for every element type. */
export function comparing(holds: (a: number | bigint, b: number | bigint) => boolean) {
  return (call: Call): Tensor => {
    const [a, b] = [call.input(0).host(), call.input(1).host()];
    if (isHalf(a.dtype)) throw lackOf(call.node.op, a.dtype);
    const shape = broadcastShape(a.shape, b.shape);
    const [at, bt] = [broadcastPositions(a.shape, shape), broadcastPositions(b.shape, shape)];
    return bools(
      shape,
      Array.from(at, (position, k) => holds(a.data[position]!, b.data[bt[k]!]!)),
    );
  };
}

/** Takes `a` where the condition holds and `b` elsewhere; works for every element type. */
export function choose(call: Call): Tensor {
  const [condition, a, b] = [0, 1, 2].map((position) => call.input(position).host()) as [Tensor, Tensor, Tensor];
  const shape = broadcastShape(condition.shape, a.shape, b.shape);
  const [ct, at, bt] = [condition, a, b].map((tensor) => broadcastPositions(tensor.shape, shape)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  const data = allocate(a.dtype, ct.length);
  for (let k = 0; k < data.length; k++) data[k] = (condition.data[ct[k]!] ? a.data[at[k]!] : b.data[bt[k]!])!;
  return { dtype: a.dtype, shape, data };
}

/** The nearest whole number, halves to the even neighbour. */
export function roundEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return Number.isFinite(x) ? floor + (floor % 2 === 0 ? 0 : 1) : x;
}

/** Integer division rounds towards zero; by zero there is no answer. */
export function divideWhole(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new Error("an integer is divided by zero");
  return a / b;
}

/** Remainder with the sign of the divisor, as in Python; with `fmod` the sign of the dividend, as in C. */
export function remainder(call: Call): Tensor {
  const asC = call.int("fmod", 0) === 1;
  return combining(
    (a, b) => {
      const rest = a % b;
      return asC || rest === 0 || rest < 0 === b < 0 ? rest : rest + b;
    },
    (a, b) => {
      const rest = a - b * divideWhole(a, b);
      return asC || rest === 0n || rest < 0n === b < 0n ? rest : rest + b;
    },
  )(call);
}

/** Whether elements of this type are computed with as JavaScript numbers. */
export function isArithmetic(dtype: DataType): boolean {
  return dtype === "float32" || dtype === "float64";
}

export function lackOf(op: string, dtype: DataType): Error {
  return new Error(`${op} of ${dtype} tensors is not available in this engine`);
}

function isHalf(dtype: DataType): boolean {
  return isFloat(dtype) && !isArithmetic(dtype);
}

function wholeOf(value: number | bigint): bigint {
  return BigInt(typeof value === "number" ? Math.trunc(value) : value);
}
