import { dtypeOf } from "../../elements";
import type { GraphNode } from "../../graph";
import { intOf } from "../../differentiate/attributes";
import { integersIn } from "../../differentiate/constants";
import { axisOf, range, stridesOf } from "../../differentiate/shapes";
import { sizeOf, type Tensor } from "../../tensor";
import type { ValueType } from "../canonical";
import { foldElements, foldsElements, viewPositions } from "./arithmetic";
import { converted, selected } from "./elements";
import { layoutFolds, type Folding } from "./layout";

/** A result that is larger than this, and than its inputs together, is better computed than kept. */
const largestGrown = 65536;

/**
 * The result of a canonical node whose inputs are all constants, so that the shape arithmetic of exporters disappears.
 *
 * @returns undefined where the node has to stay: operators that shapes are not made with, 16-bit floats (but for moving
 * them), results that are not defined, and small constants spread over large shapes.
 */
export function fold(node: GraphNode, inputs: readonly Tensor[], type: ValueType): Tensor | undefined {
  const given = inputs.reduce((sum, { data }) => sum + data.length, 0);
  if (sizeOf(type.shape) > Math.max(largestGrown, given)) return undefined;
  if (Object.hasOwn(layoutFolds, node.op)) return layoutFolds[node.op]!({ node, inputs, type });
  if (foldsElements(node.op)) return foldElements(node.op, inputs, type);
  const [x] = inputs;
  if (node.op === "Cast") {
    const dtype = dtypeOf(intOf(node, "to"));
    return x && dtype && converted(x, dtype);
  }
  if (node.op === "ReduceSum") return reduced("Add", { node, inputs, type });
  if (node.op === "ReduceMax") return reduced("Max", { node, inputs, type });
  return undefined;
}

/** Combines the slices across the reduced axes one after another. */
function reduced(op: "Add" | "Max", { node, inputs: [x, given], type }: Folding): Tensor | undefined {
  const { shape } = x!;
  const named = given ? integersIn(given).map((axis) => axisOf(axis, shape.length)) : [];
  if (named.length === 0 && intOf(node, "noop_with_empty_axes", 0) === 1) return x;
  const axes = named.length > 0 ? named : range(shape.length);
  const strides = stridesOf(shape);
  const kept = range(shape.length).filter((axis) => !axes.includes(axis));
  const extents = axes.map((axis) => shape[axis]!);
  const offsets = viewPositions(
    extents,
    axes.map((axis) => strides[axis]!),
    0,
  );
  const across = kept.map((axis) => strides[axis]!);
  const outer = kept.map((axis) => shape[axis]!);
  let total: Tensor | undefined;
  for (let k = 0; k < sizeOf(extents); k++) {
    const part = selected(x!, outer, viewPositions(outer, across, offsets(k)));
    total = total ? foldElements(op, [total, part], { dtype: type.dtype, shape: outer }) : part;
    if (!total) return undefined;
  }
  return total && { ...total, shape: type.shape };
}
