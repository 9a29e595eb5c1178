import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../graph/tensor";
import { attributeOf, type Call, type Family } from "../call";
import { broadcastShape } from "../shapes";
import type { Value } from "../values";

/** Y = α·A′·B′ + β·C, with A′ and B′ transposed where asked. */
function gemm(call: Call): Value {
  const { tf } = call;
  const product = tf.matMul(
    call.input(0).plain(),
    call.input(1).plain(),
    call.int("transA", 0) === 1,
    call.int("transB", 0) === 1,
  );
  const [alpha, beta] = [call.float("alpha", 1), call.float("beta", 1)];
  const scaled = alpha === 1 ? product : tf.mul(product, alpha);
  const c = call.optional(2)?.plain();
  if (!c) return call.plain(scaled);
  return call.plain(tf.add(scaled, beta === 1 ? c : tf.mul(c, beta)));
}

/** numpy.matmul: a vector is a row on the left and a column on the right, leading axes are broadcast. */
function matMul(call: Call): Value {
  const { tf } = call;
  const [left, right] = [call.input(0), call.input(1)];
  const a = left.rank === 1 ? tf.reshape(left.plain(), [1, left.size]) : left.plain();
  const b = right.rank === 1 ? tf.reshape(right.plain(), [right.size, 1]) : right.plain();
  const product = multiplied(call, a, b);
  const shape = product.shape.slice(0, -2);
  if (left.rank > 1) shape.push(a.shape.at(-2)!);
  if (right.rank > 1) shape.push(b.shape.at(-1)!);
  return call.plain(left.rank > 1 && right.rank > 1 ? product : tf.reshape(product, shape));
}

/** A batch of products; a matrix on the right of a batch is one product with all rows of the batch. */
function multiplied({ tf }: Call, a: DeviceTensor, b: DeviceTensor): DeviceTensor {
  if (b.rank > 2 || a.rank === 2) {
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    // The WebAssembly kernel repeats a batch of one only.
    const whole = (t: DeviceTensor): DeviceTensor => {
      const own = sizeOf(t.shape.slice(0, -2));
      return own === 1 || own === sizeOf(batch) ? t : tf.broadcastTo(t, [...batch, ...t.shape.slice(-2)]);
    };
    return tf.matMul(whole(a), whole(b));
  }
  const rows = tf.reshape(a, [sizeOf(a.shape.slice(0, -1)), a.shape.at(-1)!]);
  return tf.reshape(tf.matMul(rows, b), [...a.shape.slice(0, -1), b.shape[1]!]);
}

/**
 * Einstein summation of one or two operands without repeated letters: letters that only one operand has and the result
 * has not are summed first, the rest is a batch of matrix products.
 */
function einsum(call: Call): Value {
  const { tf } = call;
  const { terms, result } = parsed(call.string("equation", ""));
  const operands = call.all.map((value, k) => {
    const others = terms.filter((_, other) => other !== k).join("") + result;
    const gone = [...terms[k]!].flatMap((letter, axis) => (others.includes(letter) ? [] : [axis]));
    const letters = [...terms[k]!].filter((letter) => others.includes(letter));
    return { letters, tensor: gone.length ? tf.sum(value.plain(), gone) : value.plain() };
  });
  const [first, second] = operands;
  if (!second) return call.plain(arranged(call, first!.tensor, first!.letters, [...result]));

  const extent = new Map<string, number>();
  for (const { letters, tensor } of operands)
    letters.forEach((letter, axis) => extent.set(letter, tensor.shape[axis]!));
  const shared = first!.letters.filter((letter) => second.letters.includes(letter));
  const batch = shared.filter((letter) => result.includes(letter));
  const summed = shared.filter((letter) => !result.includes(letter));
  const rows = first!.letters.filter((letter) => !shared.includes(letter));
  const columns = second.letters.filter((letter) => !shared.includes(letter));
  const size = (letters: readonly string[]): number => sizeOf(letters.map((letter) => extent.get(letter)!));
  const matrices = (operand: typeof second, middle: readonly string[], last: readonly string[]): DeviceTensor =>
    tf.reshape(arranged(call, operand.tensor, operand.letters, [...batch, ...middle, ...last]), [
      size(batch),
      size(middle),
      size(last),
    ]);
  const product = tf.matMul(matrices(first!, rows, summed), matrices(second, summed, columns));
  const letters = [...batch, ...rows, ...columns];
  const unfolded = tf.reshape(
    product,
    letters.map((letter) => extent.get(letter)!),
  );
  return call.plain(arranged(call, unfolded, letters, [...result]));
}

/** `tensor`, whose axes are `letters`, with its axes in the order `wanted`. */
function arranged(
  { tf }: Call,
  tensor: DeviceTensor,
  letters: readonly string[],
  wanted: readonly string[],
): DeviceTensor {
  if (tensor.rank < 2) return tf.reshape(tensor, tensor.shape);
  return tf.transpose(
    tensor,
    wanted.map((letter) => letters.indexOf(letter)),
  );
}

/** Terms and result of an equation; without a result, it is the letters that appear once, in alphabetical order. */
function parsed(equation: string): { readonly terms: readonly string[]; readonly result: string } {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const letters = [...left.replaceAll(",", "")];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return { terms: left.split(","), result: right ?? once.sort().join("") };
}

export const matrices: Family = {
  Gemm: { run: gemm },
  MatMul: { run: matMul },
  Einsum: {
    run: einsum,
    lacks: (node) => {
      const equation = attributeOf(node, "equation", "string") ?? "";
      const { terms } = parsed(equation);
      const repeated = terms.some((term) => new Set(term).size !== term.length);
      return equation.includes(".") || terms.length > 2 || repeated ? `of ${equation}` : undefined;
    },
  },
};
