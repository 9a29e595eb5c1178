import { at, broadcastAt, broadcastShape, generate, indices, type Call, type Operator, type Value } from "./values";

/** Y = α·A′·B′ + β·C, with A′ and B′ transposed where asked. */
function gemm(call: Call): Value[] {
  const a = call.input(0);
  const b = call.input(1);
  const c = call.optional(2);
  const flipA = call.int("transA", 0) === 1;
  const flipB = call.int("transB", 0) === 1;
  const alpha = call.float("alpha", 1);
  const beta = call.float("beta", 1);
  const inner = a.shape[flipA ? 0 : 1]!;
  return [
    generate(a.dtype, [a.shape[flipA ? 1 : 0]!, b.shape[flipB ? 0 : 1]!], ([i, j]) => {
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(a, flipA ? [k, i!] : [i!, k]) * at(b, flipB ? [j!, k] : [k, j!]);
      return alpha * sum + (c ? beta * broadcastAt(c, [i!, j!]) : 0);
    }),
  ];
}

/** numpy.matmul: a vector is a row on the left and a column on the right, leading axes are broadcast. */
function matMul(call: Call): Value[] {
  const left = call.input(0);
  const right = call.input(1);
  const a = left.shape.length === 1 ? { ...left, shape: [1, ...left.shape] } : left;
  const b = right.shape.length === 1 ? { ...right, shape: [...right.shape, 1] } : right;
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const inner = a.shape.at(-1)!;
  const product = generate(a.dtype, [...batch, a.shape.at(-2)!, b.shape.at(-1)!], (index) => {
    const leading = index.slice(0, -2);
    const [i, j] = [index.at(-2)!, index.at(-1)!];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += broadcastAt(a, [...leading, i, k]) * broadcastAt(b, [...leading, k, j]);
    return sum;
  });
  const shape = [...batch];
  if (left.shape.length > 1) shape.push(left.shape.at(-2)!);
  if (right.shape.length > 1) shape.push(right.shape.at(-1)!);
  return [{ ...product, shape }];
}

/** Einstein summation over single-letter axes (no ellipsis). */
function einsum(call: Call): Value[] {
  const operands = call.all;
  const [terms, result] = call.string("equation", "").replaceAll(" ", "").split("->");
  const labels = terms!.split(",");
  const extents = new Map<string, number>();
  labels.forEach((term, k) => [...term].forEach((letter, axis) => extents.set(letter, operands[k]!.shape[axis]!)));
  const letters = [...extents.keys()].sort();
  const appearances = (letter: string): number => labels.join("").split(letter).length - 1;
  const kept = [...(result ?? letters.filter((letter) => appearances(letter) === 1).join(""))];
  const summed = letters.filter((letter) => !kept.includes(letter));
  const summedShape = summed.map((letter) => extents.get(letter)!);
  return [
    generate(
      operands[0]!.dtype,
      kept.map((letter) => extents.get(letter)!),
      (outer) => {
        const place = new Map(kept.map((letter, k) => [letter, outer[k]!]));
        let total = 0;
        for (const inner of indices(summedShape)) {
          summed.forEach((letter, k) => place.set(letter, inner[k]!));
          total += labels.reduce((product, term, k) => {
            return (
              product *
              at(
                operands[k]!,
                [...term].map((letter) => place.get(letter)!),
              )
            );
          }, 1);
        }
        return total;
      },
    ),
  ];
}

export const matrices: Readonly<Record<string, Operator>> = { Gemm: gemm, MatMul: matMul, Einsum: einsum };
