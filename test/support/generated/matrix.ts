import fc from "fast-check";
import {
  broadcastShapes,
  fed,
  flags,
  floating,
  maybe,
  real,
  whole,
  type Application,
  type Generators,
} from "./application";

const extents = whole(1, 5);

const gemm: fc.Arbitrary<Application> = fc
  .record({
    rows: extents,
    inner: extents,
    columns: extents,
    transA: flags,
    transB: flags,
    alpha: maybe(floating(-2, 2)),
    beta: maybe(floating(-2, 2)),
    addend: fc.constantFrom("none", "scalar", "one", "columns", "row", "column", "full"),
    opset: fc.constantFrom(11, 13, 21),
  })
  .chain(({ rows, inner, columns, transA, transB, alpha, beta, addend, opset }) => {
    const shapeOfAddend: Readonly<Record<string, number[]>> = {
      scalar: [],
      one: [1],
      columns: [columns],
      row: [1, columns],
      column: [rows, 1],
      full: [rows, columns],
    };
    const c = shapeOfAddend[addend];
    return fc
      .tuple(
        fed(transA ? [inner, rows] : [rows, inner], -1, 1),
        real(transB ? [columns, inner] : [inner, columns], -1, 1),
        ...(c ? [real(c, -1, 1)] : []),
      )
      .map((inputs) => ({
        op: "Gemm",
        opset,
        inputs,
        attributes: { transA: transA ? 1 : undefined, transB: transB ? 1 : undefined, alpha, beta },
      }));
  });

/** numpy's rules: vectors, matrices, and batches of them that are broadcast. */
const matMul: fc.Arbitrary<Application> = fc
  .tuple(broadcastShapes(2, 3), extents, extents, extents, flags, flags)
  .chain(([[left = [], right = []], rows, inner, columns, vectorLeft, vectorRight]) =>
    fc.tuple(
      fed(vectorLeft && left.length === 0 ? [inner] : [...left, rows, inner], -1, 1),
      real(vectorRight && right.length === 0 ? [inner] : [...right, inner, columns], -1, 1),
    ),
  )
  .map((inputs) => ({ op: "MatMul", inputs }));

/** One or two operands without repeated letters, every letter of the result being among them. */
const einsum: fc.Arbitrary<Application> = fc
  .tuple(
    fc.array(extents, { minLength: 5, maxLength: 5 }),
    fc.shuffledSubarray([..."abcde"], { minLength: 1, maxLength: 4 }),
    maybe(fc.shuffledSubarray([..."abcde"], { minLength: 1, maxLength: 4 })),
    fc.shuffledSubarray([..."abcde"]),
    flags,
  )
  .chain(([sizes, first, second, wanted, implicit]) => {
    const terms = second ? [first, second] : [first];
    const result = wanted.filter((letter) => terms.some((term) => term.includes(letter)));
    const equation = terms.map((term) => term.join("")).join(",") + (implicit ? "" : `->${result.join("")}`);
    const shapeOf = (term: readonly string[]): number[] => term.map((letter) => sizes["abcde".indexOf(letter)]!);
    const [a, ...rest] = terms;
    return fc
      .tuple(fed(shapeOf(a!), -1, 1), ...rest.map((term) => real(shapeOf(term), -1, 1)))
      .map((inputs) => ({ op: "Einsum", inputs, attributes: { equation } }));
  });

export const matrixGenerators: Generators = { Gemm: gemm, MatMul: matMul, Einsum: einsum };
