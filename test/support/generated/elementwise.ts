import fc from "fast-check";
import { codeOf } from "../../../server/graph/elements";
import type { DataType } from "../../../server/graph/tensor";
import { tensorOf } from "../operatorCase";
import {
  broadcastShapes,
  coarse,
  fed,
  flags,
  floating,
  integers,
  maybe,
  number,
  real,
  seeds,
  shapes,
  whole,
  wholeTensor,
  type Application,
  type Generators,
  type Input,
} from "./application";

const opsets = fc.constantFrom(13, 17, 21);

/** A function of every element, over the part of the line where it is defined and single precision suffices. */
function unary(op: string, low = -3, high = 3, attributes = fc.constant({})): fc.Arbitrary<Application> {
  return fc
    .tuple(
      shapes(0, 5).chain((shape) => fed(shape, low, high)),
      attributes,
      opsets,
    )
    .map(([input, set, opset]) => ({ op, inputs: [input], attributes: set, opset }));
}

/** The same for functions with steps, whose inputs must be the same numbers for everyone. */
function stepped(op: string, step: number): fc.Arbitrary<Application> {
  return shapes(0, 5)
    .chain((shape) => coarse(shape, step, 8))
    .map((input) => ({ op, inputs: [{ ...input, from: "feed" }] }));
}

function wholeUnary(op: string): fc.Arbitrary<Application> {
  return fc.constantFrom("int32" as const, "int64" as const).chain((dtype) =>
    shapes(0, 4)
      .chain((shape) => integers(shape, dtype, -9, 9))
      .map((input) => ({ op, inputs: [input], outputs: [dtype] })),
  );
}

type Operand = (shape: readonly number[]) => fc.Arbitrary<Input>;

/** Operands broadcast against each other; the first is fed. */
function combined(
  op: string,
  operands: readonly Operand[],
  rest: Partial<Application> = {},
): fc.Arbitrary<Application> {
  return broadcastShapes(operands.length)
    .chain((shapeList) => fc.tuple(...operands.map((operand, k) => operand(shapeList[k]!))))
    .map((inputs) => ({ op, inputs, ...rest }));
}

const anyReal: Operand = (shape) => real(shape);
const between =
  (low: number, high: number): Operand =>
  (shape) =>
    real(shape, low, high);
const wholeBetween =
  (dtype: DataType, low: number, high: number): Operand =>
  (shape) =>
    integers(shape, dtype, low, high);
const truths = wholeBetween("bool", 0, 1);

const arithmetic = (op: string, a: Operand = anyReal, b: Operand = anyReal): fc.Arbitrary<Application> =>
  fc.oneof(
    { weight: 4, arbitrary: combined(op, [a, b]) },
    ...(["int32", "int64"] as const).map((dtype) => ({
      weight: 1,
      arbitrary: combined(op, [wholeBetween(dtype, -9, 9), wholeBetween(dtype, 1, 5)], { outputs: [dtype] }),
    })),
  );

const variadic = (op: string, whole: boolean): fc.Arbitrary<Application> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.integer({ min: 1, max: 4 }).chain((count) => combined(op, new Array<Operand>(count).fill(anyReal))),
    },
    ...(whole
      ? (["int32", "int64"] as const).map((dtype) => ({
          weight: 1,
          arbitrary: combined(op, [wholeBetween(dtype, -9, 9), wholeBetween(dtype, -9, 9)], { outputs: [dtype] }),
        }))
      : []),
  );

const compared = (op: string): fc.Arbitrary<Application> =>
  fc.oneof(
    { weight: 3, arbitrary: combined(op, [coarse, coarse], { outputs: ["bool"] }) },
    ...(["int32", "int64"] as const).map((dtype) => ({
      weight: 1,
      arbitrary: combined(op, [wholeBetween(dtype, -2, 2), wholeBetween(dtype, -2, 2)], { outputs: ["bool"] }),
    })),
  );

const logical = (op: string): fc.Arbitrary<Application> => combined(op, [truths, truths], { outputs: ["bool"] });

const alpha = (low: number, high: number): fc.Arbitrary<Record<string, unknown>> =>
  fc.record({ alpha: maybe(floating(low, high)) });

/** Bounds as attributes before operator set 11, as inputs since; the lower one may lie above the upper one. */
const clip: fc.Arbitrary<Application> = fc
  .tuple(shapes(0, 4), maybe(whole(-2, 1)), maybe(whole(-1, 3)), fc.constantFrom(6, 7, 11, 12, 13, 21))
  .chain(([shape, low, high, opset]): fc.Arbitrary<Application> =>
    fed(shape, -3, 3).map((input) => {
      if (opset >= 11) {
        const bounds = [low, high].map((bound) => (bound === undefined ? null : number(bound)));
        return { op: "Clip", inputs: [input, ...bounds], opset };
      }
      const attributes = Object.fromEntries(
        // Bounds that cross were not defined then, and ONNX Runtime refuses them.
        Object.entries({ min: low, max: high === undefined ? undefined : Math.max(low ?? high, high) }).flatMap(
          ([name, value]) => (value === undefined ? [] : [[name, { type: "float", value } as const]]),
        ),
      );
      return { op: "Clip", inputs: [input], attributes, opset };
    }),
  );

const wholeClip: fc.Arbitrary<Application> = fc
  .tuple(fc.constantFrom("int32" as const, "int64" as const), shapes(0, 3), seeds, whole(-5, 0), whole(1, 5))
  .map(([dtype, shape, seed, low, high]) => ({
    op: "Clip",
    inputs: [
      { from: "feed", tensor: wholeTensor(shape, dtype, -9, 9, seed) },
      { from: "constant", tensor: tensorOf([low], [], dtype) },
      { from: "constant", tensor: tensorOf([high], [], dtype) },
    ],
    outputs: [dtype],
  }));

const special = [NaN, Infinity, -Infinity, 0, 1.5, -2];

const specials: fc.Arbitrary<Input> = fc.tuple(shapes(0, 4), seeds).map(([shape, seed]) => {
  const kinds = wholeTensor(shape, "int32", 0, special.length - 1, seed);
  const data = Array.from(kinds.data as Int32Array, (kind) => special[kind]!);
  return { from: "feed", tensor: tensorOf(data, shape, "float32") };
});

const castable = ["float32", "float64", "int32", "int64", "uint8", "bool"] as const;

/** Numbers that every element type can hold, or halves that are cut off. */
const cast: fc.Arbitrary<Application> = fc
  .tuple(fc.constantFrom(...castable), fc.constantFrom(...castable), shapes(0, 4), seeds, flags)
  .map(([from, to, shape, seed, like]) => {
    const small = wholeTensor(shape, "int32", from === "uint8" || to === "uint8" ? 0 : -9, 9, seed);
    const halves = from === "float32" || from === "float64" ? 0.5 : 1;
    const values = Array.from(small.data as Int32Array, (value) => (from === "bool" ? value & 1 : value * halves));
    const x: Input = { from: "feed", turned: true, tensor: tensorOf(values, shape, from) };
    if (like) {
      const target: Input = { from: "constant", tensor: tensorOf([0], [1], to) };
      return { op: "CastLike", inputs: [x, target], outputs: [to] };
    }
    return { op: "Cast", inputs: [x], attributes: { to: codeOf(to) }, outputs: [to] };
  });

const slopes: fc.Arbitrary<Application> = shapes(1, 4)
  .chain((shape) =>
    fc
      .tuple(fed(shape, -3, 3), whole(0, shape.length - 1), fc.array(flags, { minLength: 4, maxLength: 4 }))
      .chain(([x, from, thin]) =>
        real(
          shape.slice(from).map((extent, k) => (thin[k] ? 1 : extent)),
          -0.5,
          0.5,
        ).map((slope) => [x, slope]),
      ),
  )
  .map((inputs) => ({ op: "PRelu", inputs }));

const chosen: fc.Arbitrary<Application> = fc.oneof(
  combined("Where", [truths, anyReal, anyReal]),
  combined("Where", [truths, wholeBetween("int64", -9, 9), wholeBetween("int64", -9, 9)], { outputs: ["int64"] }),
);

export const elementwiseGenerators: Generators = {
  Relu: unary("Relu"),
  LeakyRelu: unary("LeakyRelu", -3, 3, alpha(0, 0.5)),
  PRelu: slopes,
  Elu: unary("Elu", -3, 3, alpha(0.1, 2)),
  Celu: unary("Celu", -3, 3, alpha(0.3, 2)),
  Selu: unary("Selu", -3, 3, fc.record({ alpha: maybe(floating(1, 2)), gamma: maybe(floating(1, 2)) })),
  Sigmoid: unary("Sigmoid", -20, 20),
  HardSigmoid: unary("HardSigmoid", -5, 5, fc.record({ alpha: maybe(floating(0.1, 1)), beta: maybe(floating(0, 1)) })),
  HardSwish: unary("HardSwish", -5, 5).map((application) => ({ ...application, opset: 14 })),
  Softplus: unary("Softplus", -30, 30),
  Softsign: unary("Softsign"),
  Mish: unary("Mish", -20, 20).map((application) => ({ ...application, opset: 18 })),
  Gelu: unary("Gelu", -4, 4, fc.record({ approximate: fc.constantFrom(undefined, "none", "tanh") })).map(
    (application) => ({ ...application, opset: 20 }),
  ),
  ThresholdedRelu: unary("ThresholdedRelu", -3, 3, alpha(0, 2)),
  Shrink: unary("Shrink", -2, 2, fc.record({ lambd: maybe(floating(0, 1)), bias: maybe(floating(0, 1)) })),

  Abs: fc.oneof(unary("Abs"), wholeUnary("Abs")),
  Neg: fc.oneof(unary("Neg"), wholeUnary("Neg")),
  Sign: fc.oneof(stepped("Sign", 0.5), wholeUnary("Sign")),
  Acos: unary("Acos", -0.95, 0.95),
  Acosh: unary("Acosh", 1.1, 4),
  Asin: unary("Asin", -0.95, 0.95),
  Asinh: unary("Asinh"),
  Atan: unary("Atan"),
  Atanh: unary("Atanh", -0.9, 0.9),
  Ceil: stepped("Ceil", 0.25),
  Floor: stepped("Floor", 0.25),
  Round: stepped("Round", 0.25),
  Cos: unary("Cos"),
  Cosh: unary("Cosh"),
  Erf: unary("Erf"),
  Exp: unary("Exp", -5, 3),
  Log: unary("Log", 0.01, 9),
  Reciprocal: unary("Reciprocal", 0.2, 3),
  Sin: unary("Sin"),
  Sinh: unary("Sinh"),
  Sqrt: unary("Sqrt", 0, 9),
  Tan: unary("Tan", -1.2, 1.2),
  Tanh: unary("Tanh", -20, 20),
  IsNaN: specials.map((input) => ({ op: "IsNaN", inputs: [input], outputs: ["bool"] })),
  IsInf: fc
    .tuple(specials, maybe(whole(0, 1)), maybe(whole(0, 1)))
    .map(([input, detect_negative, detect_positive]) => ({
      op: "IsInf",
      inputs: [input],
      attributes: { detect_negative, detect_positive },
      outputs: ["bool"],
    })),

  Add: arithmetic("Add"),
  Sub: arithmetic("Sub"),
  Mul: arithmetic("Mul"),
  Div: arithmetic("Div", anyReal, between(0.5, 2)),
  Pow: fc.oneof(
    combined("Pow", [between(0.2, 2), between(-2, 2)]),
    fc
      .tuple(
        shapes(0, 4).chain((shape) => fed(shape)),
        whole(0, 4),
        flags,
      )
      .map(([x, exponent, isWhole]): Application => ({
        op: "Pow",
        inputs: [x, isWhole ? { from: "constant", tensor: tensorOf([exponent], []) } : number(exponent)],
      })),
  ),
  Mod: fc.oneof(
    combined("Mod", [between(-5, 5), between(0.7, 2)], { attributes: { fmod: 1 } }),
    ...[0, 1].flatMap((fmod) =>
      (["int32", "int64"] as const).map((dtype) =>
        combined("Mod", [wholeBetween(dtype, -9, 9), wholeBetween(dtype, 1, 4)], {
          attributes: { fmod },
          outputs: [dtype],
        }),
      ),
    ),
  ),
  Max: variadic("Max", true),
  Min: variadic("Min", true),
  Sum: variadic("Sum", false),
  Mean: variadic("Mean", false),
  Clip: fc.oneof({ weight: 3, arbitrary: clip }, { weight: 1, arbitrary: wholeClip }),

  Equal: compared("Equal"),
  Greater: compared("Greater"),
  GreaterOrEqual: compared("GreaterOrEqual"),
  Less: compared("Less"),
  LessOrEqual: compared("LessOrEqual"),
  And: logical("And"),
  Or: logical("Or"),
  Xor: logical("Xor"),
  Not: combined("Not", [truths], { outputs: ["bool"] }),
  Where: chosen,
  Cast: cast.filter(({ op }) => op === "Cast"),
  CastLike: cast.filter(({ op }) => op === "CastLike"),
};
