import { ints, string } from "../../../graph/build";
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
 * dx[indices[i]] += dy[i]. Where windows do not overlap no place is met twice and MaxUnpool serves, which is three times
 * as fast as ScatterElements.
 */
export function maxPoolGrad(emitter: Emitter, node: GraphNode): string {
  const geometry = geometryOf(node);
  const [dy, indices] = node.inputs as [string, string];
  const shape = shapeAttribute(node);
  if (geometry.strides.every((stride, axis) => stride >= reachOf(geometry, axis)) && hasRoom(geometry, shape)) {
    return emitter.node("MaxUnpool", [dy, indices, emitter.integers(shape)], {
      kernel_shape: ints(...geometry.kernel),
      strides: ints(...geometry.strides),
      pads: ints(...geometry.before, ...geometry.after),
    });
  }
  const zeros = emitter.node("ConstantOfShape", [emitter.integers([sizeOf(shape)])]);
  const flat = [emitter.reshape(indices, [-1]), emitter.reshape(dy, [-1])];
  const sums = emitter.node("ScatterElements", [zeros, ...flat], { reduction: string("add") });
  return emitter.reshape(sums, shape);
}

/** MaxUnpool wants its own idea of the result's extents to be positive, though it is told what they are. */
function hasRoom(geometry: Geometry, shape: readonly number[]): boolean {
  const { kernel, strides, before, after } = geometry;
  const windows = windowCounts(geometry, shape.slice(2));
  return windows.every(
    (count, axis) => (count - 1) * strides[axis]! + kernel[axis]! - before[axis]! - after[axis]! > 0,
  );
}

/** y[i] = u[indices[i]] */
export function maxPoolGather(emitter: Emitter, node: GraphNode): string {
  const [u, indices] = node.inputs as [string, string];
  const taken = emitter.node("GatherElements", [emitter.reshape(u, [-1]), emitter.reshape(indices, [-1])]);
  const [batch, channels, ...spatial] = shapeAttribute(node) as [number, number, ...number[]];
  return emitter.reshape(taken, [batch, channels, ...windowCounts(geometryOf(node), spatial)]);
}
