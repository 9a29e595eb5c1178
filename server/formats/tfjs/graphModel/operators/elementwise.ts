import { float } from "../../../../graph/build";
import type { DataType } from "../../../../graph/tensor";
import type { Extent } from "../../../keras/value";
import type { Call, Translation, Translations } from "../call";
import { elementwise, spreadName } from "../layout";
import { elementsOf, elementType, Known, withElements, type Value } from "../value";

/** ONNX's operators of one value that have TensorFlow's name, or another. */
const unaries: Readonly<Record<string, string>> = {
  ...sameNames("Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Floor Log Neg Relu Round Selu"),
  ...sameNames("Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Tan Tanh Reciprocal"),
  Inv: "Reciprocal",
  Rint: "Round",
};

function sameNames(names: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, name]));
}

const unary: Translation = (call) => call.emit.unary(unaries[call.op]!, call.input());

const predicate =
  (op: string): Translation =>
  (call) => {
    const [x, { emit }] = [call.input(), call];
    return emit.value(emit.op(op, [x.name]), x.shape, { order: x.order, dtype: "bool" });
  };

/** Several operators of one value, one after the other. */
const chain =
  (...ops: readonly string[]): Translation =>
  (call) =>
    ops.reduce((x, op) => call.emit.unary(op, x), call.input());

/** What two whole numbers become, for those of which it matters. */
type Arithmetic = (a: number, b: number) => number;

const binary =
  (op: string, arithmetic?: Arithmetic): Translation =>
  (call) => {
    const [a, b] = [call.input(0), call.input(1)];
    const result = elementwise(call, op, [a, b]);
    return arithmetic ? withElements(call.emit, result, pairwise(arithmetic, a, b)) : result;
  };

/** Element by element, a single number with every one; undefined when nothing is known. */
function pairwise(arithmetic: Arithmetic, a: Value, b: Value): readonly Extent[] | undefined {
  const [left, right] = [elementsOf(a), elementsOf(b)];
  if (!left || !right) return undefined;
  const count = Math.max(left.length, right.length);
  if ([left, right].some(({ length }) => length !== count && length !== 1)) return undefined;
  return Array.from({ length: count }, (_, k) => {
    const [m, n] = [left[left.length === 1 ? 0 : k]!, right[right.length === 1 ? 0 : k]!];
    if (m === null || n === null) return null;
    const result = arithmetic(m, n);
    return Number.isSafeInteger(result) ? result : null;
  });
}

const comparison =
  (op: string): Translation =>
  (call) =>
    elementwise(call, op, [call.input(0), call.input(1)], { dtype: "bool" });

/** ⌊a/b⌋ */
const floorDivision: Translation = (call) => {
  const [a, b] = [call.input(0), call.input(1)];
  if (a.dtype === "float32") return call.emit.unary("Floor", elementwise(call, "Div", [a, b]));
  const whole = elementwise(call, "Sub", [a, elementwise(call, "Mod", [a, b])]);
  const elements = pairwise((m, n) => Math.floor(m / n), a, b);
  return withElements(call.emit, elementwise(call, "Div", [whole, b]), elements);
};

/** a − b·⌊a/b⌋ */
const floorRemainder: Translation = (call) => {
  const [a, b] = [call.input(0), call.input(1)];
  if (a.dtype === "int64") {
    const elements = pairwise((m, n) => m - n * Math.floor(m / n), a, b);
    return withElements(call.emit, elementwise(call, "Mod", [a, b]), elements);
  }
  const quotient = call.emit.unary("Floor", elementwise(call, "Div", [a, b]));
  return elementwise(call, "Sub", [a, elementwise(call, "Mul", [b, quotient])]);
};

/** a/b, and 0 where b is 0 */
const divideNoNan: Translation = (call) => {
  const [a, b] = [call.input(0), call.input(1)];
  const zero = number(call, 0);
  const isZero = elementwise(call, "Equal", [b, zero], { dtype: "bool" });
  return elementwise(call, "Where", [isZero, zero, elementwise(call, "Div", [a, b])]);
};

/** A single number. */
function number({ emit }: Call, value: number): Value {
  return emit.value(emit.scalar(value), []);
}

/** x + 1 and the like. */
function withNumber(call: Call, op: string, x: Value, value: number): Value {
  return call.emit.like(x, call.emit.op(op, [x.name, call.emit.scalar(value)]));
}

/** min(6, max(0, x)) */
export function relu6(call: Call, x: Value): Value {
  return withNumber(call, "Min", call.emit.unary("Relu", x), 6);
}

/** x where it is positive, a slope times x where it is not; the slope has the shape of the last axes. */
export function prelu(call: Call, x: Value, slope: Value): Value {
  return call.emit.like(x, call.emit.op("PRelu", [x.name, spreadName(call.emit, slope, x.order)]));
}

export function leakyRelu(call: Call, x: Value, slope: number): Value {
  return call.emit.unary("LeakyRelu", x, { alpha: float(slope) });
}

/** `Select` of version 1: a list of conditions chooses whole slices along the first axis. */
const select: Translation = (call) => {
  const [condition, a, b] = [call.input(0), call.input(1), call.input(2)];
  if (condition.rank !== 1 || a.rank <= 1) return elementwise(call, "Where", [condition, a, b]);
  const axes = Array.from({ length: a.rank - 1 }, (_, k) => k + 1);
  const name = call.emit.op("Unsqueeze", [condition.name, call.emit.integers(axes)]);
  const raised = call.emit.value(name, [condition.shape[0]!, ...axes.map(() => 1)], { dtype: "bool" });
  return elementwise(call, "Where", [raised, a, b]);
};

/** Real numbers lose their fraction, as in C; whole numbers of all widths are the same here. */
const cast: Translation = (call) => {
  const x = call.input();
  const type = call.attributes.type("DstT");
  const dtype: DataType | undefined = elementType(type);
  if (!dtype) throw call.refuse(`to ${type ?? "nothing"}`);
  return x instanceof Known && dtype === "int64" ? x : call.cast(x, dtype);
};

const clip: Translation = (call) => {
  const [x, low, high] = [call.input(0), call.input(1), call.input(2)];
  return elementwise(call, "Min", [elementwise(call, "Max", [x, low]), high]);
};

const sum: Translation = (call) => elementwise(call, "Sum", call.inputs);

/** Operators that work element by element. */
export const elementwiseOperators: Translations = {
  ...Object.fromEntries(Object.keys(unaries).map((name) => [name, unary])),
  Relu6: (call) => relu6(call, call.input()),
  LeakyRelu: (call) => leakyRelu(call, call.input(), call.attributes.float("alpha", 0.2)),
  Prelu: (call) => prelu(call, call.input(0), call.input(1)),
  Rsqrt: chain("Sqrt", "Reciprocal"),
  Square: (call) => elementwise(call, "Mul", [call.input(), call.input()]),
  Expm1: (call) => withNumber(call, "Sub", call.emit.unary("Exp", call.input()), 1),
  Erfc: (call) => elementwise(call, "Sub", [number(call, 1), call.emit.unary("Erf", call.input())]),
  Log1p: (call) => call.emit.unary("Log", withNumber(call, "Add", call.input(), 1)),
  IsNan: predicate("IsNaN"),
  IsInf: predicate("IsInf"),
  LogicalNot: predicate("Not"),
  Add: binary("Add", (a, b) => a + b),
  AddV2: binary("Add", (a, b) => a + b),
  Sub: binary("Sub", (a, b) => a - b),
  Mul: binary("Mul", (a, b) => a * b),
  Div: binary("Div"),
  RealDiv: binary("Div"),
  DivNoNan: divideNoNan,
  FloorDiv: floorDivision,
  FloorMod: floorRemainder,
  Maximum: binary("Max", Math.max),
  Minimum: binary("Min", Math.min),
  Pow: binary("Pow"),
  SquaredDifference: (call) => {
    const difference = elementwise(call, "Sub", [call.input(0), call.input(1)]);
    return elementwise(call, "Mul", [difference, difference]);
  },
  AddN: sum,
  AccumulateNV2: sum,
  Equal: comparison("Equal"),
  NotEqual: (call) => {
    const equal = elementwise(call, "Equal", [call.input(0), call.input(1)], { dtype: "bool" });
    return call.emit.unary("Not", equal);
  },
  Greater: comparison("Greater"),
  GreaterEqual: comparison("GreaterOrEqual"),
  Less: comparison("Less"),
  LessEqual: comparison("LessOrEqual"),
  LogicalAnd: comparison("And"),
  LogicalOr: comparison("Or"),
  Select: select,
  SelectV2: (call) => elementwise(call, "Where", [call.input(0), call.input(1), call.input(2)]),
  ClipByValue: clip,
  Cast: cast,
};
