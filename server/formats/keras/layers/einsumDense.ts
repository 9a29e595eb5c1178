import { string } from "../../../graph/build";
import { sizeOf } from "../../../graph/tensor";
import { activate } from "../activations";
import type { LayerCall, Lowerings } from "../call";
import type { Owner } from "../instance";
import type { Extent, KerasValue } from "../value";

/** An equation of two factors, a letter for each axis and none hidden behind an ellipsis. */
interface Equation {
  readonly input: string;
  readonly kernel: string;
  readonly result: string;
}

/** y = einsum(x, W) + b, where W has an axis for each letter of the equation's second factor. */
export interface Projection {
  /** e.g. `abc,cde->abde`. */
  readonly equation: Equation;
  /** Extents of the letters that only kernel and result have. */
  readonly extents: Readonly<Record<string, number>>;
  /** Letters of the result that the bias has; none when it is empty. */
  readonly biasAxes: string;
}

/**
 * Applies a projection with the variables `kernel` and `bias` of their owner. The kernel's output units, which are what its
 * filters are, are indexed by the letters that it shares with the result.
 */
export function project(call: LayerCall, owner: Owner, x: KerasValue, projection: Projection): KerasValue {
  const { emit } = call;
  const { equation, extents, biasAxes } = projection;
  const known = new Map<string, Extent>([...equation.input].map((letter, axis) => [letter, x.shape[axis]!]));
  const extentOf = (letter: string): number => {
    const extent = known.get(letter) ?? extents[letter];
    if (extent === undefined) throw call.refuse("needs to know an extent of its input that the model leaves open");
    return extent;
  };
  const letters = [...equation.kernel];
  const outputs = letters.map((_, axis) => axis).filter((axis) => equation.result.includes(letters[axis]!));
  const kernel = owner.weight("kernel", letters.map(extentOf), "kernel", outputs);
  const shape = [...equation.result].map((letter) => known.get(letter) ?? extents[letter] ?? null);
  const product = multiplied(call, emit.plain(x), kernel, equation, extentOf);
  if (biasAxes === "") return emit.value(product, shape);
  const first = Math.min(...[...biasAxes].map((letter) => equation.result.indexOf(letter)));
  const biasShape = [...equation.result.slice(first)].map((letter) =>
    biasAxes.includes(letter) ? extentOf(letter) : 1,
  );
  return emit.value(emit.op("Add", [product, owner.weight("bias", biasShape, "bias")]), shape);
}

/** The product; by one MatMul where the letters that go are the last of the input and those that come the last of the result. */
function multiplied(
  { emit }: LayerCall,
  x: string,
  kernel: string,
  { input, kernel: letters, result }: Equation,
  extentOf: (letter: string) => number,
): string {
  const gone = [...letters].filter((letter) => !result.includes(letter)).join("");
  const come = letters.slice(gone.length);
  const kept = input.slice(0, input.length - gone.length);
  if (gone === "" || come === "" || letters !== gone + come || input !== kept + gone || result !== kept + come) {
    return emit.op("Einsum", [x, kernel], { equation: string(`${input},${letters}->${result}`) });
  }
  const sizes = (part: string): readonly number[] => [...part].map(extentOf);
  const shaped = (name: string, shape: readonly number[]): string => emit.op("Reshape", [name, emit.integers(shape)]);
  const same = [...kept].map(() => 0);
  const flat = gone.length === 1 ? x : shaped(x, [...same, sizeOf(sizes(gone))]);
  const matrix = letters.length === 2 ? kernel : shaped(kernel, [sizeOf(sizes(gone)), sizeOf(sizes(come))]);
  const product = emit.op("MatMul", [flat, matrix]);
  return come.length === 1 ? product : shaped(product, [...same, ...sizes(come)]);
}

const form = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/;

/**
 * The equation of an EinsumDense with letters in the place of its ellipsis, for an input of `rank` axes, and the letters
 * that its setting `output_shape` gives the extents of: all but the batch's.
 */
function equationOf(call: LayerCall, rank: number): { readonly equation: Equation; readonly named: readonly string[] } {
  const given = call.settings.text("equation").replaceAll(" ", "");
  const [, left = "", input = "", right = "", kernel = "", leftOut = "", result = "", rightOut = ""] =
    form.exec(given) ?? [];
  const count = rank - input.length;
  const isElided = left !== "" || right !== "";
  if (
    kernel === "" ||
    left !== leftOut ||
    right !== rightOut ||
    (left && right) ||
    count < 0 ||
    (count > 0 && !isElided)
  ) {
    throw call.refuse(`has the equation ${given} for an input of ${rank} axes`);
  }
  const free = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].filter((letter) => !given.includes(letter));
  const hidden = free.slice(0, count).join("");
  const whole = (letters: string): string => (left === "" ? letters + hidden : hidden + letters);
  return {
    equation: { input: whole(input), kernel, result: whole(result) },
    named: [...result].slice(left === "" ? 1 : 0),
  };
}

function einsumDense(call: LayerCall): KerasValue {
  const { settings } = call;
  const x = call.input();
  const { equation, named } = equationOf(call, x.rank);
  const given = settings.raw("output_shape");
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const sized = named.flatMap((letter, k) => {
    const extent = list[k];
    return typeof extent === "number" ? [[letter, extent] as const] : [];
  });
  const extents = Object.fromEntries(sized);
  return activate(call, project(call, call, x, { equation, extents, biasAxes: settings.text("bias_axes", "") }));
}

/** Layers that are one product by an equation. */
export const einsumLayers: Lowerings = { EinsumDense: einsumDense };
