import { axisOf, broadcast, range } from "../../differentiate/shapes";
import type { Call, Decompositions } from "../call";
import type { Name } from "../emitter";
import { einsum } from "./einsum";

/** A vector is a row on the left and a column on the right; the axis that this adds is taken off the product. */
function matMul(call: Call): Name {
  const { emit } = call;
  const [a, b] = [call.input(0), call.input(1)];
  const [left, right] = [call.shape(0), call.shape(1)];
  const row = left.length === 1 ? emit.reshape(a, [1, ...left]) : a;
  const column = right.length === 1 ? emit.reshape(b, [...right, 1]) : b;
  const product = emit.matmul(row, column);
  if (row === a && column === b) return product;
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2));
  const kept = [...(left.length > 1 ? left.slice(-2, -1) : []), ...(right.length > 1 ? right.slice(-1) : [])];
  return emit.reshape(product, [...batch, ...kept]);
}

/** Y = α·A′·B′ + β·C, with A′ and B′ transposed where asked. */
function gemm(call: Call): Name {
  const { emit } = call;
  const turned = (position: number, name: string): Name => {
    const x = call.input(position);
    return call.int(name, 0) === 0 ? x : emit.swap(x);
  };
  const product = emit.scale(emit.matmul(turned(0, "transA"), turned(1, "transB")), call.float("alpha", 1));
  const c = call.optional(2);
  const beta = call.float("beta", 1);
  return c === undefined || beta === 0 ? product : emit.add(product, emit.scale(c, beta));
}

/** The matrices of the last two axes with everything above (or below) a diagonal set to 0. */
function trilu(call: Call): Name {
  const { emit } = call;
  const x = call.input(0);
  const [rows = 0, columns = 0] = call.shape(0).slice(-2);
  const [diagonal = 0] = call.integers(1) ?? [];
  const upper = call.int("upper", 1) === 1;
  const kept = range(rows * columns).map((position) => {
    const offset = (position % columns) - Math.floor(position / columns);
    return Number(upper ? offset >= diagonal : offset <= diagonal);
  });
  const mask = emit.constant({ dtype: "bool", shape: [rows, columns], data: Uint8Array.from(kept) });
  return emit.dtypeOf(x) === "bool" ? emit.node("And", [x, mask]) : emit.where(mask, x, emit.like(x, 0));
}

function cumSum(call: Call): Name {
  const { emit } = call;
  const [given = 0] = call.integers(1) ?? [];
  const axis = emit.scalar(axisOf(given, call.rank(0)), "int64");
  const { exclusive, reverse } = call.node.attributes;
  return emit.node("CumSum", [call.input(0), axis], { ...(exclusive && { exclusive }), ...(reverse && { reverse }) });
}

/** Operators of linear algebra. */
export const matrices: Decompositions = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
  Trilu: trilu,
  CumSum: cumSum,
};
