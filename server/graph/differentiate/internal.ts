import type { ValueType } from "../canonical/canonical";
import type { Attribute, GraphNode } from "../graph";

/**
 * Operators that derivatives need and ONNX does not have. They are linear in each input that holds real numbers; every
 * engine executes them in its own way.
 *
 * - `ConvInputGrad(dy, w)`: adjoint of x ↦ Conv(x, w).
 *   dx[n,c,o·s − p + k·d] += dy[n,m,o] · w[m,c,k], zero where no window reaches.
 * - `ConvFilterGrad(x, dy)`: adjoint of w ↦ Conv(x, w).
 *   dw[m,c,k] = Σ_n Σ_o dy[n,m,o] · x[n,c,o·s − p + k·d].
 *   Both have all attributes of the Conv, and `shape`, that of the result; ConvInputGrad has `filter_shape`, that of w,
 *   and ConvFilterGrad `input_shape`, that of x.
 * - `MaxPoolGrad(dy, indices)`: puts each dy where the maximum was found and adds up.
 * - `MaxPoolGather(u, indices)`: adjoint of the former, takes u where the maximum was found; has the shape of `indices`.
 *   Both have all attributes of the MaxPool, and `shape`, that of x; the indices count through the whole of x.
 * - `AveragePoolGrad(dy)`: adjoint of AveragePool, with all its attributes and `shape`, that of x.
 *
 * So a node says all shapes that it is about: engines choose by them how to execute it, before any tensor is there.
 */
export const internalDomain = "internal";

export type InternalOperator = "ConvInputGrad" | "ConvFilterGrad" | "MaxPoolGrad" | "MaxPoolGather" | "AveragePoolGrad";

/** Where the windows of a convolution or pooling lie, one entry for each spatial axis. */
export interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding at the beginning of each axis. */
  readonly before: readonly number[];
  /** Padding at the end of each axis. */
  readonly after: readonly number[];
  readonly group: number;
}

/**
 * The geometry that the attributes of a canonical Conv, ConvTranspose, MaxPool, AveragePool or internal operator say.
 * @throws Error when `kernel_shape` is missing or padding is automatic: not a canonical node.
 */
export function geometryOf(node: GraphNode): Geometry {
  const kernel = integersOf(node, "kernel_shape");
  if (!kernel) throw new Error(`${node.op} (${node.name}) has no kernel_shape.`);
  const padding = node.attributes.auto_pad;
  if (padding?.type === "string" && padding.value !== "NOTSET") {
    throw new Error(`${node.op} (${node.name}) has automatic padding.`);
  }
  const rank = kernel.length;
  const pads = integersOf(node, "pads") ?? [...kernel, ...kernel].map(() => 0);
  const group = node.attributes.group;
  return {
    kernel,
    strides: integersOf(node, "strides") ?? kernel.map(() => 1),
    dilations: integersOf(node, "dilations") ?? kernel.map(() => 1),
    before: pads.slice(0, rank),
    after: pads.slice(rank),
    group: group?.type === "int" ? group.value : 1,
  };
}

/** Extent that a dilated kernel covers along one axis: (k − 1)·d + 1. */
export function reachOf({ kernel, dilations }: Geometry, axis: number): number {
  return (kernel[axis]! - 1) * dilations[axis]! + 1;
}

/** Number of windows along each axis of an input with these spatial extents: ⌊(n + p₀ + p₁ − reach)/s⌋ + 1. */
export function windowCounts(geometry: Geometry, spatial: readonly number[]): number[] {
  const { strides, before, after } = geometry;
  return spatial.map((extent, axis) => {
    const room = extent + before[axis]! + after[axis]! - reachOf(geometry, axis);
    return Math.floor(room / strides[axis]!) + 1;
  });
}

/**
 * A shape that an internal operator has as an attribute.
 * @throws Error when it is missing: a defect of the rule that made the node.
 */
export function shapeAttribute(
  node: GraphNode,
  name: "shape" | "filter_shape" | "input_shape" = "shape",
): readonly number[] {
  const shape = integersOf(node, name);
  if (!shape) throw new Error(`${node.op} (${node.name}) has no ${name}.`);
  return shape;
}

/** A list of integers that a node has as an attribute. */
export function integersOf(node: GraphNode, name: string): readonly number[] | undefined {
  const found: Attribute | undefined = node.attributes[name];
  return found?.type === "ints" ? found.value : undefined;
}

/** Types of the outputs of an internal operator; undefined for every other node. */
export function internalType(node: GraphNode, inputs: readonly ValueType[]): readonly ValueType[] | undefined {
  if (node.domain !== internalDomain) return undefined;
  const [first, second] = inputs;
  if (!first) throw new Error(`${node.op} (${node.name}) has no input.`);
  switch (node.op as InternalOperator) {
    case "ConvInputGrad":
    case "ConvFilterGrad":
    case "MaxPoolGrad":
    case "AveragePoolGrad":
      return [{ dtype: first.dtype, shape: shapeAttribute(node) }];
    case "MaxPoolGather":
      if (!second) throw new Error(`${node.op} (${node.name}) has no indices.`);
      return [{ dtype: first.dtype, shape: second.shape }];
    default:
      return undefined;
  }
}
