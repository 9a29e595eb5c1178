import { int, ints } from "../../../graph/build";
import {
  geometryOf,
  reachOf,
  shapeAttribute,
  windowCounts,
  type Geometry,
} from "../../../graph/differentiate/internal";
import type { GraphNode } from "../../../graph/graph";
import { sizeOf } from "../../../graph/tensor";
import type { Emitter } from "./emitter";

/**
 * dx[n,c,o·s − p + k·d] += dy[n,m,o] · w[m,c,k]: a convolution with the filters turned round where the stride is 1,
 * which ONNX Runtime does faster, otherwise a transposed convolution.
 */
export function convInputGrad(emitter: Emitter, node: GraphNode): string {
  const geometry = geometryOf(node);
  const { strides, before, after } = geometry;
  const room = (pads: readonly number[]): number[] => pads.map((pad, axis) => reachOf(geometry, axis) - 1 - pad);
  const margins = [...room(before), ...room(after)];
  const isPlain = strides.every((stride) => stride === 1) && margins.every((margin) => margin >= 0);
  return isPlain ? asConvolution(emitter, node, geometry, margins) : asTransposed(emitter, node, geometry);
}

/**
 * dx = Conv(dy, w′) with w′ = w with input and output channels swapped in each group and all spatial axes reversed;
 * dy is padded by reach − 1 − p at both ends, which makes the result as long as x.
 */
function asConvolution(emitter: Emitter, node: GraphNode, geometry: Geometry, margins: readonly number[]): string {
  const [dy, w] = node.inputs as [string, string];
  const { kernel, dilations, group } = geometry;
  return emitter.node("Conv", [dy, turned(emitter, w, shapeAttribute(node, "filter_shape"), group)], {
    kernel_shape: ints(...kernel),
    strides: ints(...kernel.map(() => 1)),
    dilations: ints(...dilations),
    pads: ints(...margins),
    group: int(group),
  });
}

/** [g·M, C, k…] → [g·C, M, k…] with the spatial axes reversed. */
function turned(emitter: Emitter, w: string, shape: readonly number[], group: number): string {
  const [filters, channels, ...kernel] = shape as [number, number, ...number[]];
  const perGroup = filters / group;
  const axes = kernel.map((_, axis) => axis);
  let swapped = w;
  if (group === 1) swapped = emitter.transpose(w, [1, 0, ...axes.map((axis) => axis + 2)]);
  else if (perGroup !== 1 || channels !== 1) {
    const apart = emitter.reshape(w, [group, perGroup, channels, ...kernel]);
    const moved = emitter.transpose(apart, [0, 2, 1, ...axes.map((axis) => axis + 3)]);
    swapped = emitter.reshape(moved, [group * channels, perGroup, ...kernel]);
  }
  if (sizeOf(kernel) === 1) return swapped;
  // An end before the first element of any axis lets a backward slice reach it.
  const backwards = axes.map((axis) => ({ axis: axis + 2, start: -1, end: -(2 ** 31), step: -1 }));
  return emitter.slice(swapped, backwards);
}

/** The rows at the end that no window reaches come back as `output_padding`. */
function asTransposed(emitter: Emitter, node: GraphNode, geometry: Geometry): string {
  const spatial = shapeAttribute(node).slice(2);
  const windows = windowCounts(geometry, spatial);
  const { kernel, strides, dilations, before, after, group } = geometry;
  const rest = spatial.map((extent, axis) => {
    const covered = (windows[axis]! - 1) * strides[axis]! + reachOf(geometry, axis);
    return extent + before[axis]! + after[axis]! - covered;
  });
  return emitter.node("ConvTranspose", node.inputs, {
    kernel_shape: ints(...kernel),
    strides: ints(...strides),
    dilations: ints(...dilations),
    pads: ints(...before, ...after),
    output_padding: ints(...rest),
    group: int(group),
  });
}
