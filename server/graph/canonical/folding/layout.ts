import type { GraphNode } from "../../graph";
import { intOf, intsOf } from "../../differentiate/attributes";
import { integersIn } from "../../differentiate/constants";
import { axisOf, range, stridesOf } from "../../differentiate/shapes";
import { sizeOf, type Tensor } from "../../tensor";
import type { ValueType } from "../canonical";
import { spanOf } from "../spans";
import { broadcastPositions, viewPositions } from "./arithmetic";
import { emptyData, selected } from "./elements";

/** A canonical node of constants: its inputs by position, and the type of its result. */
export interface Folding {
  readonly node: GraphNode;
  readonly inputs: readonly Tensor[];
  readonly type: ValueType;
}

type Fold = (folding: Folding) => Tensor | undefined;

function slice({ inputs: [x, starts, ends, axes, steps], type }: Folding): Tensor {
  const { shape } = x!;
  const strides = stridesOf(shape);
  let offset = 0;
  integersIn(starts!).forEach((start, k) => {
    const axis = axes ? axisOf(integersIn(axes)[k]!, shape.length) : k;
    const span = spanOf(shape[axis]!, start, integersIn(ends!)[k]!, steps ? integersIn(steps)[k]! : 1);
    offset += span.start * strides[axis]!;
    strides[axis]! *= span.step;
  });
  return selected(x!, type.shape, viewPositions(type.shape, strides, offset));
}

function concat({ node, inputs, type: { dtype, shape } }: Folding): Tensor {
  const axis = axisOf(intOf(node, "axis"), shape.length);
  const data = emptyData(dtype, sizeOf(shape));
  const outer = sizeOf(shape.slice(0, axis));
  let offset = 0;
  for (const input of inputs) {
    const chunk = sizeOf(input.shape.slice(axis));
    for (let block = 0; block < outer; block++) {
      for (let k = 0; k < chunk; k++) {
        data[block * sizeOf(shape.slice(axis)) + offset + k] = input.data[block * chunk + k]!;
      }
    }
    offset += chunk;
  }
  return { dtype, shape, data };
}

function gather({ node, inputs: [x, indices], type }: Folding): Tensor | undefined {
  const { shape } = x!;
  const axis = axisOf(intOf(node, "axis", 0), shape.length);
  const extent = shape[axis]!;
  const places = integersIn(indices!).map((place) => axisOf(place, extent));
  if (places.some((place) => place < 0 || place >= extent)) return undefined;
  const inner = sizeOf(shape.slice(axis + 1));
  return selected(x!, type.shape, (position) => {
    const block = Math.floor(position / inner);
    const place = places[block % places.length]!;
    return (Math.floor(block / places.length) * extent + place) * inner + (position % inner);
  });
}

function pad({ inputs: [x, pads, value], type: { dtype, shape } }: Folding): Tensor {
  const before = integersIn(pads!);
  const data = emptyData(dtype, sizeOf(shape));
  for (let k = 0; k < data.length; k++) data[k] = value!.data[0]!;
  const strides = stridesOf(shape);
  const offset = range(shape.length).reduce((sum, axis) => sum + before[axis]! * strides[axis]!, 0);
  const targetOf = viewPositions(x!.shape, strides, offset);
  for (let k = 0; k < x!.data.length; k++) data[targetOf(k)] = x!.data[k]!;
  return { dtype, shape, data };
}

/** Operators that move elements without looking at them: exact for every element type. */
export const layoutFolds: Readonly<Record<string, Fold>> = {
  Reshape: ({ inputs: [x], type: { shape } }) => ({ ...x!, shape }),
  Expand: ({ inputs: [x], type: { shape } }) => selected(x!, shape, broadcastPositions(x!.shape, shape)),
  Transpose: ({ node, inputs: [x], type: { shape } }) => {
    const strides = stridesOf(x!.shape);
    const moved = intsOf(node, "perm").map((axis) => strides[axis]!);
    return selected(x!, shape, viewPositions(shape, moved, 0));
  },
  Slice: slice,
  Concat: concat,
  Gather: gather,
  Pad: pad,
};
