import { float } from "../../../server/graph/build";
import { feed, operatorCase, weight, type OperatorCase } from "../operatorCase";

const matMul = (variant: string, a: number[], b: number[]) =>
  operatorCase("MatMul", variant, { inputs: [feed(a), feed(b, -1, 1, 3)] });

export const matrixCases: readonly OperatorCase[] = [
  operatorCase("Gemm", "plain", { inputs: [feed([3, 4]), weight([4, 5]), weight([5])] }),
  operatorCase("Gemm", "without C", { inputs: [feed([3, 4]), weight([4, 5])] }),
  operatorCase("Gemm", "transB", { inputs: [feed([3, 4]), weight([5, 4]), weight([5])], attributes: { transB: 1 } }),
  operatorCase("Gemm", "transA", { inputs: [feed([4, 3]), weight([4, 5]), weight([5])], attributes: { transA: 1 } }),
  operatorCase("Gemm", "transA, transB, alpha, beta", {
    inputs: [feed([4, 3]), weight([5, 4]), weight([3, 5])],
    attributes: { transA: 1, transB: 1, alpha: float(0.5), beta: float(-2) },
  }),
  operatorCase("Gemm", "alpha without C", {
    inputs: [feed([3, 4]), weight([4, 5])],
    attributes: { alpha: float(1.5) },
  }),
  operatorCase("Gemm", "C is a column", { inputs: [feed([3, 4]), weight([4, 5]), weight([3, 1])] }),
  operatorCase("Gemm", "C is a row of rank 2", {
    inputs: [feed([3, 4]), weight([4, 5]), weight([1, 5])],
    attributes: { beta: float(0.25) },
  }),
  operatorCase("Gemm", "C is a scalar", { inputs: [feed([3, 4]), weight([4, 5]), weight([])] }),
  operatorCase("Gemm", "C of one element", { inputs: [feed([3, 4]), weight([4, 5]), weight([1])] }),
  operatorCase("Gemm", "opset 9", { inputs: [feed([3, 4]), weight([4, 5]), weight([5])], opset: 9 }),
  operatorCase("Gemm", "long inner axis", {
    inputs: [feed([2, 300]), weight([7, 300]), weight([7])],
    attributes: { transB: 1 },
  }),

  matMul("2-D", [3, 4], [4, 5]),
  matMul("batched", [2, 3, 4], [2, 4, 5]),
  matMul("batch by matrix", [2, 3, 4], [4, 5]),
  matMul("matrix by batch", [3, 4], [2, 4, 5]),
  matMul("broadcast batch axes", [2, 1, 3, 4], [3, 4, 2]),
  matMul("both batches broadcast", [3, 1, 2, 4], [1, 2, 4, 3]),
  matMul("vector by matrix", [4], [4, 5]),
  matMul("matrix by vector", [3, 4], [4]),
  matMul("batch by vector", [2, 3, 4], [4]),
  matMul("vector by batch", [4], [2, 4, 5]),
  matMul("vector by vector", [4], [4]),
  operatorCase("MatMul", "weight", { inputs: [feed([2, 3, 4]), weight([4, 5])] }),

  operatorCase("Einsum", "matrix product", {
    inputs: [feed([3, 4]), feed([4, 5], -1, 1, 3)],
    attributes: { equation: "ij,jk->ik" },
    tensorflow: false,
  }),
  operatorCase("Einsum", "attention scores", {
    inputs: [feed([2, 3, 4, 2]), feed([2, 5, 4, 2], -1, 1, 3)],
    attributes: { equation: "bqhd,bkhd->bhqk" },
    tensorflow: false,
  }),
  operatorCase("Einsum", "trace of a product", {
    inputs: [feed([3, 4]), feed([4, 3], -1, 1, 3)],
    attributes: { equation: "ij,ji->" },
    tensorflow: false,
  }),
  operatorCase("Einsum", "implicit output", {
    inputs: [feed([3, 4]), feed([4, 5], -1, 1, 3)],
    attributes: { equation: "ij,jk" },
    tensorflow: false,
  }),
];
