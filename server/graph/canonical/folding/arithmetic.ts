import { numberAt } from "../../differentiate/constants";
import { range, stridesOf } from "../../differentiate/shapes";
import type { DataType, Tensor } from "../../tensor";
import type { ValueType } from "../canonical";
import { isWhole, selected, tensorOfNumbers, tensorOfWholes, wholeAt } from "./elements";

type OfReals = (a: number, b: number) => number;
/** Undefined where the result is not defined. */
type OfWholes = (a: bigint, b: bigint) => bigint | undefined;

/** Rounds halves to the even neighbour. */
function roundEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const ofReals: Readonly<Record<string, OfReals>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Max: Math.max,
  Min: Math.min,
  Neg: (x) => -x,
  Abs: Math.abs,
  Exp: Math.exp,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Sin: Math.sin,
  Cos: Math.cos,
  Tanh: Math.tanh,
  Relu: (x) => (x < 0 ? 0 : x),
  Sign: Math.sign,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: roundEven,
  Reciprocal: (x) => 1 / x,
};

const ofWholes: Readonly<Record<string, OfWholes>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => (b === 0n ? undefined : a / b),
  Pow: (a, b) => (b < 0n || b > 64n ? undefined : a ** b),
  Max: (a, b) => (a > b ? a : b),
  Min: (a, b) => (a < b ? a : b),
  Neg: (x) => -x,
  Abs: (x) => (x < 0n ? -x : x),
  Sign: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  Relu: (x) => (x < 0n ? 0n : x),
};

const comparisons: Readonly<Record<string, (a: number | bigint, b: number | bigint) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
  And: (a, b) => Number(a) !== 0 && Number(b) !== 0,
  Or: (a, b) => Number(a) !== 0 || Number(b) !== 0,
  Not: (x) => Number(x) === 0,
};

/** Operators on each element by itself that `foldElements` knows. */
export function foldsElements(op: string): boolean {
  return op === "Where" || Object.hasOwn(ofReals, op) || Object.hasOwn(comparisons, op);
}

/**
 * The result of an elementwise operator on constants: whole numbers exactly (and wrapping around), real ones rounded once
 * to their element type.
 * @returns undefined where the result is not defined or the element type is a 16-bit float.
 */
export function foldElements(op: string, inputs: readonly Tensor[], type: ValueType): Tensor | undefined {
  const [a, b = a] = inputs;
  if (!a || !b) return undefined;
  const positions = inputs.map((input) => broadcastPositions(input.shape, type.shape));
  const [atA, atB = atA] = positions;
  if (op === "Where") return chosen(inputs, positions, type);
  if (inputs.some(({ dtype }) => isSmallFloat(dtype))) return undefined;
  const compare = comparisons[op];
  if (compare) {
    const read = isWhole(a.dtype) ? wholeAt : numberAt;
    return tensorOfNumbers("bool", type.shape, (k) => Number(compare(read(a, atA!(k)), read(b, atB!(k)))));
  }
  if (!isWhole(type.dtype)) {
    const f = ofReals[op];
    return f && tensorOfNumbers(type.dtype, type.shape, (k) => f(numberAt(a, atA!(k)), numberAt(b, atB!(k))));
  }
  const f = ofWholes[op];
  let defined = f !== undefined && isWhole(b.dtype);
  if (!f || !defined) return undefined;
  const result = tensorOfWholes(type.dtype, type.shape, (k) => {
    const value = f(wholeAt(a, atA!(k)), wholeAt(b, atB!(k)));
    defined &&= value !== undefined;
    return value ?? 0n;
  });
  return defined ? result : undefined;
}

function isSmallFloat(dtype: DataType): boolean {
  return dtype === "float16" || dtype === "bfloat16";
}

function chosen(
  [condition, a, b]: readonly Tensor[],
  [atCondition, atA, atB]: readonly ((position: number) => number)[],
  { dtype, shape }: ValueType,
): Tensor {
  const both = { dtype, shape, data: a!.data };
  const first = selected(both, shape, atA!);
  const second = selected({ ...both, data: b!.data }, shape, atB!);
  for (let k = 0; k < first.data.length; k++) {
    if (Number(condition!.data[atCondition!(k)]) === 0) first.data[k] = second.data[k]!;
  }
  return first;
}

/** Where numpy's broadcasting of `from` to `to` finds the element of a row-major position. */
export function broadcastPositions(from: readonly number[], to: readonly number[]): (position: number) => number {
  const skipped = to.length - from.length;
  const own = stridesOf(from);
  const strides = to.map((_, axis) => (axis < skipped || from[axis - skipped] === 1 ? 0 : own[axis - skipped]!));
  return viewPositions(to, strides, 0);
}

/** Positions of a strided view of the given shape. */
export function viewPositions(
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): (position: number) => number {
  const steps = stridesOf(shape);
  const axes = range(shape.length).filter((axis) => strides[axis] !== 0);
  return (position) => {
    let source = offset;
    for (const axis of axes) source += (Math.floor(position / steps[axis]!) % shape[axis]!) * strides[axis]!;
    return source;
  };
}
