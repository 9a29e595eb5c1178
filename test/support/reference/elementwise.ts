import type { DataType } from "../../../server/graph/tensor";
import {
  broadcastAt,
  broadcastShape,
  fromTensor,
  generate,
  isFloat,
  valueOf,
  type Call,
  type Operator,
  type Value,
} from "./values";

/** erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!! (Abramowitz and Stegun 7.1.6); all terms have one sign. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Rounds halves to the even neighbour. */
function roundEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

function gelu(call: Call): (x: number) => number {
  if (call.string("approximate", "none") === "none") return (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
  return (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** Scalar functions of one variable; the outer call reads the attributes. */
const unary: Readonly<Record<string, (call: Call) => (x: number) => number>> = {
  Abs: () => Math.abs,
  Acos: () => Math.acos,
  Acosh: () => Math.acosh,
  Asin: () => Math.asin,
  Asinh: () => Math.asinh,
  Atan: () => Math.atan,
  Atanh: () => Math.atanh,
  Ceil: () => Math.ceil,
  Cos: () => Math.cos,
  Cosh: () => Math.cosh,
  Erf: () => erf,
  Exp: () => Math.exp,
  Floor: () => Math.floor,
  Log: () => Math.log,
  Neg: () => (x) => -x,
  Reciprocal: () => (x) => 1 / x,
  Round: () => roundEven,
  Sign: () => Math.sign,
  Sin: () => Math.sin,
  Sinh: () => Math.sinh,
  Sqrt: () => Math.sqrt,
  Tan: () => Math.tan,
  Tanh: () => Math.tanh,
  Relu: () => (x) => (x < 0 ? 0 : x),
  Sigmoid: () => sigmoid,
  Softplus: () => softplus,
  Softsign: () => (x) => x / (1 + Math.abs(x)),
  HardSwish: () => (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
  Mish: () => (x) => x * Math.tanh(softplus(x)),
  Gelu: gelu,
  LeakyRelu: (call) => {
    const alpha = call.float("alpha", 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  },
  Elu: (call) => {
    const alpha = call.float("alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  },
  Celu: (call) => {
    const alpha = call.float("alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x / alpha) : x);
  },
  Selu: (call) => {
    const alpha = call.float("alpha", 1.6732632423543772);
    const gamma = call.float("gamma", 1.0507009873554805);
    return (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x);
  },
  HardSigmoid: (call) => {
    const alpha = call.float("alpha", 0.2);
    const beta = call.float("beta", 0.5);
    return (x) => Math.min(1, Math.max(0, alpha * x + beta));
  },
  ThresholdedRelu: (call) => {
    const alpha = call.float("alpha", 1);
    return (x) => (x > alpha ? x : 0);
  },
  Shrink: (call) => {
    const [bias, lambda] = [call.float("bias", 0), call.float("lambd", 0.5)];
    return (x) => (x < -lambda ? x + bias : x > lambda ? x - bias : 0);
  },
};

const binary: Readonly<Record<string, (a: number, b: number, dtype: DataType) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b, dtype) => (isFloat(dtype) ? a / b : Math.trunc(a / b)),
  Pow: (a, b) => a ** b,
  PRelu: (x, slope) => (x < 0 ? slope * x : x),
};

const logical: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  Equal: (a, b) => a === b,
  Greater: (a, b) => a > b,
  GreaterOrEqual: (a, b) => a >= b,
  Less: (a, b) => a < b,
  LessOrEqual: (a, b) => a <= b,
  And: (a, b) => a !== 0 && b !== 0,
  Or: (a, b) => a !== 0 || b !== 0,
  Xor: (a, b) => (a !== 0) !== (b !== 0),
};

const variadic: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((sum, value) => sum + value, 0),
  Mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  Max: (values) => Math.max(...values),
  Min: (values) => Math.min(...values),
};

function map(x: Value, dtype: DataType, f: (x: number) => number): Value {
  return { dtype, shape: x.shape, data: x.data.map(f) };
}

function broadcast(call: Call, dtype: DataType, f: (values: readonly number[]) => number): Value[] {
  const values = call.all;
  const shape = broadcastShape(...values.map((value) => value.shape));
  return [generate(dtype, shape, (index) => f(values.map((value) => broadcastAt(value, index))))];
}

/** Sign of the divisor for integers, sign of the dividend with `fmod`. */
function mod(call: Call): Value[] {
  const truncated = call.int("fmod", 0) === 1;
  return broadcast(call, call.input(0).dtype, ([a, b]) => (truncated ? a! % b! : a! - b! * Math.floor(a! / b!)));
}

function clip(call: Call): Value[] {
  const x = call.input(0);
  const low = call.optional(1)?.data[0] ?? call.float("min", -Infinity);
  const high = call.optional(2)?.data[0] ?? call.float("max", Infinity);
  return [map(x, x.dtype, (value) => Math.min(high, Math.max(low, value)))];
}

function where(call: Call): Value[] {
  return broadcast(call, call.input(1).dtype, ([condition, a, b]) => (condition !== 0 ? a! : b!));
}

/** ONNX's numbers for the element types. */
const elementTypes: Readonly<Record<number, DataType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  11: "float64",
  12: "uint32",
  13: "uint64",
};

export function convert(x: Value, dtype: DataType): Value {
  if (dtype === "bool") return map(x, dtype, (value) => (value !== 0 ? 1 : 0));
  if (isFloat(dtype)) return map(x, dtype, (value) => value);
  return map(x, dtype, (value) => Math.trunc(value));
}

function cast(call: Call): Value[] {
  const dtype = elementTypes[call.int("to", 0)];
  if (!dtype) throw new Error(`Cast: element type ${call.int("to", 0)} is unknown`);
  return [convert(call.input(0), dtype)];
}

/** The value of a `Constant` node, in whichever attribute it is written. */
function constant(call: Call): Value[] {
  const { attributes } = call.node;
  if (attributes.value) return [fromTensor(call.tensor("value")!)];
  const [name, attribute] = Object.entries(attributes)[0] ?? [];
  switch (attribute?.type) {
    case "int":
      return [valueOf("int64", [], [attribute.value])];
    case "float":
      return [valueOf("float32", [], [attribute.value])];
    case "ints":
      return [valueOf("int64", [attribute.value.length], attribute.value)];
    case "floats":
      return [valueOf("float32", [attribute.value.length], attribute.value)];
    default:
      throw new Error(`Constant: attribute ${name ?? "(none)"} is not numeric`);
  }
}

function tableOf<T>(entries: Readonly<Record<string, T>>, make: (entry: T) => Operator): Record<string, Operator> {
  return Object.fromEntries(Object.entries(entries).map(([op, entry]) => [op, make(entry)]));
}

export const elementwise: Readonly<Record<string, Operator>> = {
  ...tableOf(unary, (read) => (call) => [map(call.input(0), call.input(0).dtype, read(call))]),
  ...tableOf(binary, (f) => (call) => {
    const { dtype } = call.input(0);
    return broadcast(call, dtype, ([a, b]) => f(a!, b!, dtype));
  }),
  ...tableOf(logical, (f) => (call) => broadcast(call, "bool", ([a, b]) => Number(f(a!, b!)))),
  ...tableOf(variadic, (f) => (call) => broadcast(call, call.input(0).dtype, f)),
  Not: (call) => [map(call.input(0), "bool", (x) => Number(x === 0))],
  IsNaN: (call) => [map(call.input(0), "bool", (x) => Number(Number.isNaN(x)))],
  IsInf: (call) => {
    const wanted = [-Infinity, Infinity].filter(
      (_, k) => call.int(["detect_negative", "detect_positive"][k]!, 1) === 1,
    );
    return [map(call.input(0), "bool", (x) => Number(wanted.includes(x)))];
  },
  Mod: mod,
  Clip: clip,
  Where: where,
  Cast: cast,
  CastLike: (call) => [convert(call.input(0), call.input(1).dtype)],
  Identity: (call) => [call.input(0)],
  Constant: constant,
};
