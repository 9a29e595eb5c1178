import fc from "fast-check";
import { float } from "../../../server/graph/build";
import type { Attribute, GraphNode } from "../../../server/graph/graph";
import type { DataType, Tensor } from "../../../server/graph/tensor";
import { floats, graphCase, node, tensorOf, uniform, type OperatorCase, type Source } from "../operatorCase";

/** One operator with inputs and attributes that are valid together. */
export interface Application {
  readonly op: string;
  readonly domain?: string;
  /** By position; null leaves an optional input out. */
  readonly inputs: readonly (Input | null)[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Element types of the outputs; one float32 output when absent, "" for an output that is left out. */
  readonly outputs?: readonly (DataType | "")[];
  readonly opset?: number;
  readonly tolerance?: number;
  /** Why ONNX Runtime cannot be held against the definition here. */
  readonly onnxruntimeDiffers?: string | undefined;
  /** Why our engine of ONNX Runtime must refuse it. */
  readonly onnxruntimeRefuses?: string | undefined;
}

/** An input; `turned` ones reach the operator through one that leaves the channels last in the TensorFlow engine. */
export interface Input extends Source {
  readonly turned?: boolean;
}

type AttributeValue = number | string | readonly number[] | Attribute | undefined;

/** Applications by the operator that they are for. To cover an operator, add it to the table of its family. */
export type Generators = Readonly<Record<string, fc.Arbitrary<Application>>>;

/** The case of an application; its name says all that is needed to write it down by hand. */
export function caseOf(application: Application): OperatorCase {
  const { op, domain = "", inputs, outputs = ["float32"], opset = 21, tolerance } = application;
  const attributes = Object.fromEntries(
    Object.entries(application.attributes ?? {}).filter(
      (entry): entry is [string, Exclude<AttributeValue, undefined>] => entry[1] !== undefined,
    ),
  );
  const turns: GraphNode[] = [];
  const names = inputs.map((input, k) => {
    if (!input) return "";
    if (!isTurnable(input)) return `i${k}`;
    turns.push(node("MaxPool", [`i${k}`], [`t${k}`], { kernel_shape: input.tensor.shape.slice(2).map(() => 1) }));
    return `t${k}`;
  });
  const results = outputs.map((dtype, k) => (dtype === "" ? "" : `o${k}`));
  return graphCase(textOf(application), {
    opset,
    tolerance,
    values: Object.fromEntries(inputs.flatMap((input, k) => (input ? [[`i${k}`, input] as const] : []))),
    nodes: [...turns, { ...node(op, names, results, attributes), domain }],
    outputs: Object.fromEntries(outputs.flatMap((dtype, k) => (dtype === "" ? [] : [[`o${k}`, dtype] as const]))),
  });
}

function isTurnable({ turned, tensor }: Input): boolean {
  const rank = tensor.shape.length;
  return turned === true && tensor.dtype === "float32" && (rank === 3 || rank === 4) && tensor.data.length > 0;
}

function textOf({ op, inputs, attributes, outputs, opset = 21 }: Application): string {
  const given = inputs.map((input) => {
    if (!input) return "–";
    const { from, tensor } = input;
    const values =
      (tensor.dtype !== "float32" || from === "constant") && tensor.data.length <= 12 ? ` = ${tensor.data.join()}` : "";
    return `${from}${isTurnable(input) ? " turned" : ""} ${tensor.dtype}[${tensor.shape.join()}]${values}`;
  });
  const set = JSON.stringify(attributes ?? {}, (_, value: unknown) => (ArrayBuffer.isView(value) ? "…" : value));
  return `${op}-${opset}(${given.join("; ")}) ${set} → ${(outputs ?? ["float32"]).join()}`;
}

// Building blocks.

export const seeds = fc.nat(1000);
export const flags = fc.boolean();
export const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** Extents of a tensor; 1 is likelier than the others. */
export function shapes(minRank: number, maxRank: number, most = 5): fc.Arbitrary<number[]> {
  const extent = fc.oneof({ weight: 1, arbitrary: fc.constant(1) }, { weight: 4, arbitrary: whole(1, most) });
  return fc.array(extent, { minLength: minRank, maxLength: maxRank });
}

/** `count` shapes that can be broadcast against each other. */
export function broadcastShapes(count: number, maxRank = 4): fc.Arbitrary<readonly (readonly number[])[]> {
  return shapes(0, maxRank).chain((full) =>
    fc
      .array(fc.tuple(whole(0, full.length), fc.array(flags, { minLength: full.length, maxLength: full.length })), {
        minLength: count,
        maxLength: count,
      })
      .map((cuts) => cuts.map(([from, thin]) => full.slice(from).map((extent, k) => (thin[k] ? 1 : extent)))),
  );
}

/** An axis of a tensor, from the front or from the end. */
export function axes(rank: number): fc.Arbitrary<number> {
  return whole(-rank, rank - 1);
}

/** Some different axes of a tensor, each from the front or from the end, in any order. */
export function axisLists(rank: number, minLength = 0): fc.Arbitrary<number[]> {
  return fc
    .tuple(fc.shuffledSubarray(rangeOf(rank), { minLength }), fc.array(flags, { minLength: rank, maxLength: rank }))
    .map(([list, negative]) => list.map((axis) => (negative[axis] ? axis - rank : axis)));
}

export function rangeOf(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

/** A list of one entry for each axis. */
export function each<T>(rank: number, entry: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(entry, { minLength: rank, maxLength: rank });
}

/** Leaves the value out now and then. */
export function maybe<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

const sources = fc.constantFrom("feed", "feed", "parameter", "constant" as const);

/** A float32 input in [low, high], from anywhere and in any layout. */
export function real(shape: readonly number[], low = -2, high = 2): fc.Arbitrary<Input> {
  return fc
    .tuple(sources, flags, seeds)
    .map(([from, turned, seed]) => ({ from, turned, tensor: floats(shape, low, high, seed) }));
}

/** A float32 input that is fed. */
export function fed(shape: readonly number[], low = -2, high = 2): fc.Arbitrary<Input> {
  return real(shape, low, high).map((input) => ({ ...input, from: "feed" }));
}

/** A float32 input of few different values, so that many of them are equal. */
export function coarse(shape: readonly number[], step = 0.5, reach = 4): fc.Arbitrary<Input> {
  return real(shape).map((input) => ({
    ...input,
    tensor: {
      ...input.tensor,
      data: Float32Array.from(input.tensor.data as Float32Array, (value) => Math.round((value * reach) / 2) * step),
    },
  }));
}

/** Whole numbers in [low, high]. */
export function integers(shape: readonly number[], dtype: DataType, low: number, high: number): fc.Arbitrary<Input> {
  return fc.tuple(sources, seeds).map(([from, seed]) => ({ from, tensor: wholeTensor(shape, dtype, low, high, seed) }));
}

export function wholeTensor(
  shape: readonly number[],
  dtype: DataType,
  low: number,
  high: number,
  seed: number,
): Tensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensorOf(
    uniform(size, seed).map((u) => low + Math.floor(u * (high - low + 1))),
    shape,
    dtype,
  );
}

/** int64 values that the graph knows beforehand, as shapes and axes usually are. */
export function known(values: readonly number[]): Input {
  return { from: "constant", tensor: tensorOf(values) };
}

/** One float32 number that the graph knows beforehand. */
export function number(value: number): Input {
  return { from: "constant", tensor: tensorOf([value], [], "float32") };
}

/** A float attribute. */
export function floating(low: number, high: number): fc.Arbitrary<Attribute> {
  return fc.double({ min: low, max: high, noNaN: true }).map((value) => float(Math.round(value * 1e4) / 1e4));
}
