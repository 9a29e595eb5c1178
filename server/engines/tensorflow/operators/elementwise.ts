import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import type { DataType } from "../../../graph/tensor";
import { attributeOf, type Call, type Family, type Operator } from "../call";
import {
  choose,
  combining,
  comparing,
  divideWhole,
  remainder,
  roundEven,
  unary as unaryOnHost,
} from "../host/arithmetic";
import { bools, scalarOf } from "../host/arrays";
import { convert, dtypeOfNumber } from "../host/cast";
import type { Library } from "../library";
import type { Value } from "../values";
import { combine, fold, map } from "./broadcast";
import { clamp, larger, sign, smaller } from "./guarded";
import { same } from "./movement";

type Numbers = Parameters<typeof unaryOnHost>;

function unary(f: (tf: Library, x: DeviceTensor) => DeviceTensor, ...host: Numbers): Operator {
  return { host: unaryOnHost(...host), run: (call) => map(call, call.input(0), (x) => f(call.tf, x)) };
}

/** Functions of angles, and their hyperbolic kin, for which WebGPU promises three digits and nothing outside its domain. */
function angular(...operator: Parameters<typeof unary>): Operator {
  return {
    ...unary(...operator),
    lacks: (_, { backend }) => (backend === "webgpu" ? "as exactly as it is needed" : undefined),
  };
}

function arithmetic(
  f: (tf: Library, a: DeviceTensor, b: DeviceTensor) => DeviceTensor,
  ...host: Parameters<typeof combining>
): Operator {
  return { host: combining(...host), run: (call) => fold(call, call.all, (a, b) => f(call.tf, a, b)) };
}

function comparison(
  f: (tf: Library, a: DeviceTensor, b: DeviceTensor) => DeviceTensor,
  holds: Parameters<typeof comparing>[0],
): Operator {
  return {
    host: comparing(holds),
    run: (call) => combine(call, [call.input(0), call.input(1)], (a, b) => f(call.tf, a!, b!)),
  };
}

const sum = arithmetic(
  (tf, a, b) => tf.add(a, b),
  (a, b) => a + b,
  (a, b) => a + b,
);

function power(call: Call): Value {
  const [x, exponent] = [call.input(0), call.input(1)];
  if (exponent.prefersHost && exponent.size === 1) {
    const value = Number(scalarOf(exponent.host()));
    if (value === 2) return map(call, x, (t) => call.tf.square(t));
  }
  if (exponent.dtype === "float32") return combine(call, [x, exponent], (a, b) => call.tf.pow(a!, b!));
  const asFloat = call.onHost(convert(exponent.host(), "float32"));
  const result = combine(call, [x, asFloat], (a, b) => call.tf.pow(a!, b!));
  asFloat.release();
  return result;
}

/** Remainder with the dividend's sign: the only one that ONNX has for floats. */
function remainderOnDevice(call: Call): Value {
  const { tf } = call;
  return combine(call, [call.input(0), call.input(1)], (a, b) => tf.mul(tf.sign(a!), tf.mod(tf.abs(a!), tf.abs(b!))));
}

function clip(call: Call): Value {
  const [low, high] = [call.optional(1), call.optional(2)];
  const from = low ? Number(scalarOf(low.host())) : call.float("min", -Infinity);
  const to = high ? Number(scalarOf(high.host())) : call.float("max", Infinity);
  return map(call, call.input(0), (x) => clamp(call, x, from, to));
}

function clipOnHost(call: Call) {
  const [low, high] = [call.optional(1)?.host(), call.optional(2)?.host()];
  const from = low ? scalarOf(low) : call.float("min", -Infinity);
  const to = high ? scalarOf(high) : call.float("max", Infinity);
  return unaryOnHost(
    (x) => Math.min(Number(to), Math.max(Number(from), x)),
    (x) => {
      const bounded = x < from ? BigInt(from) : x;
      return bounded > to ? BigInt(to) : bounded;
    },
  )(call);
}

function where(call: Call): Value {
  const values = [call.input(0), call.input(1), call.input(2)];
  if (values[1]!.dtype !== "float32" && values[1]!.dtype !== "bool") return call.onHost(choose(call));
  return combine(call, values, (condition, a, b) => call.tf.where(condition!, a!, b!));
}

function cast(call: Call, value: Value, dtype: DataType): Value {
  if (dtype === value.dtype) return same(value);
  const { tf } = call;
  const stays = (dtype === "float32" || dtype === "bool") && (value.dtype === "float32" || value.dtype === "bool");
  if (value.prefersHost || !stays) return call.onHost(convert(value.host(), dtype));
  return map(call, value, (x) => (dtype === "bool" ? tf.notEqual(x, 0) : tf.cast(x, "float32")));
}

const logical = (holds: (a: boolean, b: boolean) => boolean) =>
  comparing((a, b) => holds(Number(a) !== 0, Number(b) !== 0));

export const elementwise: Family = {
  Abs: unary(
    (tf, x) => tf.abs(x),
    Math.abs,
    (x) => (x < 0n ? -x : x),
  ),
  Acos: angular((tf, x) => tf.acos(x), Math.acos),
  Acosh: angular((tf, x) => tf.acosh(x), Math.acosh),
  Asin: angular((tf, x) => tf.asin(x), Math.asin),
  Asinh: angular((tf, x) => tf.asinh(x), Math.asinh),
  Atan: angular((tf, x) => tf.atan(x), Math.atan),
  Atanh: angular((tf, x) => tf.atanh(x), Math.atanh),
  Ceil: unary(
    (tf, x) => tf.ceil(x),
    Math.ceil,
    (x) => x,
  ),
  Cos: angular((tf, x) => tf.cos(x), Math.cos),
  Cosh: angular((tf, x) => tf.cosh(x), Math.cosh),
  Erf: { run: (call) => map(call, call.input(0), (x) => call.tf.erf(x)) },
  Exp: unary((tf, x) => tf.exp(x), Math.exp),
  Floor: unary(
    (tf, x) => tf.floor(x),
    Math.floor,
    (x) => x,
  ),
  Log: unary((tf, x) => tf.log(x), Math.log),
  Neg: unary(
    (tf, x) => tf.neg(x),
    (x) => -x,
    (x) => -x,
  ),
  Reciprocal: unary(
    (tf, x) => tf.reciprocal(x),
    (x) => 1 / x,
  ),
  Round: unary(
    (tf, x) => tf.round(x),
    roundEven,
    (x) => x,
  ),
  Sign: {
    host: unaryOnHost(Math.sign, (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n)),
    run: (call) => map(call, call.input(0), (x) => sign(call, x)),
  },
  Sin: angular((tf, x) => tf.sin(x), Math.sin),
  Sinh: angular((tf, x) => tf.sinh(x), Math.sinh),
  Sqrt: unary((tf, x) => tf.sqrt(x), Math.sqrt),
  Tan: angular((tf, x) => tf.tan(x), Math.tan),
  Tanh: unary((tf, x) => tf.tanh(x), Math.tanh),

  Add: sum,
  Sum: sum,
  Sub: arithmetic(
    (tf, a, b) => tf.sub(a, b),
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  Mul: arithmetic(
    (tf, a, b) => tf.mul(a, b),
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Div: arithmetic(
    (tf, a, b) => tf.div(a, b),
    (a, b) => a / b,
    divideWhole,
  ),
  Max: {
    host: combining(Math.max, (a, b) => (a > b ? a : b)),
    run: (call) => fold(call, call.all, (a, b) => larger(call, a, b)),
  },
  Min: {
    host: combining(Math.min, (a, b) => (a < b ? a : b)),
    run: (call) => fold(call, call.all, (a, b) => smaller(call, a, b)),
  },
  Pow: {
    host: combining(
      (a, b) => a ** b,
      (a, b) => a ** b,
    ),
    run: power,
  },
  Mod: { host: remainder, run: remainderOnDevice },
  Mean: {
    run: (call) => {
      const total = fold(call, call.all, (a, b) => call.tf.add(a, b));
      const mean = map(call, total, (x) => call.tf.div(x, call.all.length));
      total.release();
      return mean;
    },
  },
  Clip: { host: clipOnHost, run: clip },

  Equal: comparison(
    (tf, a, b) => tf.equal(a, b),
    (a, b) => a === b,
  ),
  Greater: comparison(
    (tf, a, b) => tf.greater(a, b),
    (a, b) => a > b,
  ),
  GreaterOrEqual: comparison(
    (tf, a, b) => tf.greaterEqual(a, b),
    (a, b) => a >= b,
  ),
  Less: comparison(
    (tf, a, b) => tf.less(a, b),
    (a, b) => a < b,
  ),
  LessOrEqual: comparison(
    (tf, a, b) => tf.lessEqual(a, b),
    (a, b) => a <= b,
  ),
  And: {
    host: logical((a, b) => a && b),
    run: (call) => combine(call, call.all, (a, b) => call.tf.logicalAnd(a!, b!)),
  },
  Or: {
    host: logical((a, b) => a || b),
    run: (call) => combine(call, call.all, (a, b) => call.tf.logicalOr(a!, b!)),
  },
  Xor: {
    host: logical((a, b) => a !== b),
    run: (call) => combine(call, call.all, (a, b) => call.tf.logicalXor(a!, b!)),
  },
  Not: {
    host: (call) => {
      const { shape, data } = call.input(0).host();
      return bools(
        shape,
        Array.from(data as Uint8Array, (x) => x === 0),
      );
    },
    run: (call) => map(call, call.input(0), (x) => call.tf.logicalNot(x)),
  },
  IsNaN: { run: (call) => map(call, call.input(0), (x) => call.tf.isNaN(x)) },
  IsInf: {
    run: (call) => {
      const { tf } = call;
      const negative = call.int("detect_negative", 1) === 1;
      const positive = call.int("detect_positive", 1) === 1;
      if (negative && positive) return map(call, call.input(0), (x) => tf.isInf(x));
      if (positive) return map(call, call.input(0), (x) => tf.equal(x, Infinity));
      if (negative) return map(call, call.input(0), (x) => tf.equal(x, -Infinity));
      return map(call, call.input(0), (x) => tf.zerosLike(tf.isInf(x)));
    },
  },
  Where: { host: choose, run: where },
  Cast: {
    run: (call) => cast(call, call.input(0), dtypeOfNumber(call.int("to", 1))!),
    lacks: (node) => {
      const number = attributeOf(node, "to", "int") ?? 1;
      return dtypeOfNumber(number) ? undefined : `to element type ${number}`;
    },
  },
  CastLike: { run: (call) => cast(call, call.input(0), call.input(1).dtype) },
};
