import { floatTensor } from "../../../graph/build";
import { geometryOf, shapeAttribute, windowCounts, type Geometry } from "../../../graph/differentiate/internal";
import type { GraphNode } from "../../../graph/graph";
import { sizeOf, type Tensor } from "../../../graph/tensor";
import type { Emitter } from "./emitter";

/**
 * Average pooling is, along each axis, a matrix A of windows × places; its adjoint is Aᵀ along each axis. (The number of
 * elements that a window averages is a product over the axes, with padding counted or not.)
 */
export function averagePoolGrad(emitter: Emitter, node: GraphNode): string {
  const geometry = geometryOf(node);
  const [batch, channels, ...spatial] = shapeAttribute(node) as [number, number, ...number[]];
  const counts = windowCounts(geometry, spatial);
  const { count_include_pad: included } = node.attributes;
  const withPadding = included?.type === "int" && included.value === 1;

  const done = [...counts];
  const last = spatial.length - 1;
  let value = node.inputs[0]!;
  for (let axis = last; axis >= 0; axis--) {
    const weights = sharesOf(geometry, axis, spatial[axis]!, counts[axis]!, withPadding);
    if (axis === last) {
      value = emitter.node("MatMul", [value, emitter.constant("columns", weights)]);
    } else {
      const outer = batch * channels * sizeOf(done.slice(0, axis));
      const inner = sizeOf(done.slice(axis + 1));
      const rows = emitter.reshape(value, [outer, counts[axis]!, inner]);
      value = emitter.node("MatMul", [emitter.constant(`rows${axis}`, transposed(weights)), rows]);
    }
    done[axis] = spatial[axis]!;
  }
  return spatial.length === 1 ? value : emitter.reshape(value, shapeAttribute(node));
}

/** [windows, places]: the share of each place in the average of each window. */
function sharesOf(geometry: Geometry, axis: number, extent: number, count: number, withPadding: boolean): Tensor {
  const { kernel, strides, dilations, before } = geometry;
  const shares = new Float32Array(count * extent);
  for (let window = 0; window < count; window++) {
    const start = window * strides[axis]! - before[axis]!;
    const places = Array.from({ length: kernel[axis]! }, (_, k) => start + k * dilations[axis]!);
    const inside = places.filter((place) => place >= 0 && place < extent);
    const share = 1 / (withPadding ? places.length : inside.length);
    for (const place of inside) shares[window * extent + place] = share;
  }
  return floatTensor([count, extent], shares);
}

function transposed({ shape, data }: Tensor): Tensor {
  const [rows, columns] = shape as [number, number];
  const turned = Float32Array.from(
    { length: rows * columns },
    (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] as number,
  );
  return floatTensor([columns, rows], turned);
}
