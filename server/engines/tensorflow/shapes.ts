import { sizeOf } from "../../graph/tensor";

/** Index arithmetic shared by the host's and the back end's operators. Pure. */

/** Shape of the result of numpy's broadcasting; throws when the shapes do not fit. */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let extent = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === extent) continue;
      if (extent !== 1) {
        throw new Error(`shapes ${shapes.map((s) => `[${s.join(", ")}]`).join(" and ")} cannot be broadcast together`);
      }
      extent = own;
    }
    return extent;
  });
}

/** An axis counted from the end when negative. */
export function axisOf(axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (resolved < 0 || resolved >= Math.max(rank, 1)) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return resolved;
}

/** Number of elements between neighbours along each axis, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** For each axis of a result, the index along the same axis of the source; undefined leaves the axis as it is. */
export type AxisMaps = readonly (readonly number[] | undefined)[];

/** Extents that the maps make of `shape`. */
export function mappedShape(shape: readonly number[], maps: AxisMaps): number[] {
  return shape.map((extent, axis) => maps[axis]?.length ?? extent);
}

/** Row-major source position of every element of the result of `maps`. */
export function mappedPositions(shape: readonly number[], maps: AxisMaps): Int32Array {
  const strides = stridesOf(shape);
  let positions = new Int32Array(1);
  shape.forEach((extent, axis) => {
    const map = maps[axis] ?? Array.from({ length: extent }, (_, i) => i);
    const next = new Int32Array(positions.length * map.length);
    let k = 0;
    for (const position of positions) for (const index of map) next[k++] = position + index * strides[axis]!;
    positions = next;
  });
  return positions;
}

/** Row-major source position of every element of a transposed tensor: result axis k is source axis `order[k]`. */
export function transposedPositions(shape: readonly number[], order: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  return steppedPositions(
    order.map((axis) => shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

/** Row-major source position of every element of the broadcast of `shape` to `target`. */
export function broadcastPositions(shape: readonly number[], target: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  const skipped = target.length - shape.length;
  return steppedPositions(
    target,
    target.map((_, axis) => (axis < skipped || shape[axis - skipped] === 1 ? 0 : strides[axis - skipped]!)),
  );
}

function steppedPositions(shape: readonly number[], steps: readonly number[]): Int32Array {
  let positions = new Int32Array(1);
  shape.forEach((extent, axis) => {
    const next = new Int32Array(positions.length * extent);
    let k = 0;
    for (const position of positions) for (let i = 0; i < extent; i++) next[k++] = position + i * steps[axis]!;
    positions = next;
  });
  return positions;
}

/** A tensor's shape seen as [outer, extent along the axis, inner]. */
export function aroundAxis(shape: readonly number[], axis: number): readonly [number, number, number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
}

/** `shape` without the reduced axes, or with extent 1 in their place. */
export function reducedShape(shape: readonly number[], axes: readonly number[], keep: boolean): number[] {
  return keep
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** Whole numbers from 0 on. */
export function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** An index counted from the end when negative; throws when it is outside. */
export function indexOf(index: number, extent: number): number {
  const resolved = index < 0 ? index + extent : index;
  if (!(resolved >= 0 && resolved < extent)) throw new Error(`index ${index} is outside an axis of ${extent} entries`);
  return resolved;
}
