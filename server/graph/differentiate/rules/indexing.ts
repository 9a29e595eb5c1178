import { int, intTensor, string } from "../../build";
import { sizeOf } from "../../tensor";
import { intOf } from "../attributes";
import { integersIn } from "../constants";
import type { Builder, Name, Rules } from "../rule";
import { axisOf, range, sameShape, stridesOf } from "../shapes";

/** Adds `updates`, which have the extents of `shape` but along `axis`, to zeros of `shape` where `places` say. */
function scattered(build: Builder, updates: Name, places: Name, shape: readonly number[], axis: number): Name {
  const { dtype, shape: own } = build.typeOf(updates);
  const column = own.map((extent, k) => (k === axis ? extent : 1));
  const indices = build.expand(build.reshape(places, column), own);
  const attributes = { axis: int(axis), reduction: string("add") };
  return build.node("ScatterElements", [build.zeros(shape, dtype), indices, updates], attributes);
}

/** The same for places known now; a run of neighbours is padded, a permutation undone, without any scattering. */
function returned(
  build: Builder,
  updates: Name,
  places: readonly number[],
  shape: readonly number[],
  axis: number,
): Name | undefined {
  const extent = shape[axis]!;
  const [first = 0] = places;
  if (places.every((place, k) => place === first + k)) {
    const pads = [...shape, ...shape].map(() => 0);
    pads[axis] = first;
    pads[shape.length + axis] = extent - first - places.length;
    return build.pad(updates, pads);
  }
  if (places.length !== extent || new Set(places).size !== extent) return undefined;
  const back = places.map(() => 0);
  places.forEach((place, k) => (back[place] = k));
  return build.node("Gather", [updates, build.integers(back)], { axis: int(axis) });
}

/** The one index along `axis` that all elements of a slice share, where `indices` is such a column spread out. */
function columnOf(build: Builder, indices: Name, axis: number): Name | undefined {
  const producer = build.producerOf(indices);
  if (producer?.domain !== "" || producer.op !== "Expand") return undefined;
  const column = producer.inputs[0]!;
  const { shape } = build.typeOf(column);
  const whole = build.typeOf(indices).shape;
  const isColumn = shape.length === whole.length && shape.every((extent, k) => extent === (k === axis ? whole[k] : 1));
  return isColumn ? build.reshape(column, [whole[axis]!]) : undefined;
}

/** The elements of x, of the given shape, at `indices` along `axis`: ONNX's GatherElements out of Gather. */
function elementsAt(build: Builder, x: Name, indices: Name, axis: number): Name {
  const { shape } = build.typeOf(x);
  const own = build.typeOf(indices).shape;
  const column = columnOf(build, indices, axis);
  if (column !== undefined && own.every((extent, k) => k === axis || extent === shape[k])) {
    return build.node("Gather", [x, column], { axis: int(axis) });
  }
  const flat = build.reshape(x, [sizeOf(shape)]);
  return build.node("Gather", [flat, flatPlaces(build, indices, shape, axis)], { axis: int(0) });
}

/** Row-major positions in a tensor of `shape`: those of `indices`' own elements, with `indices` instead along `axis`. */
function flatPlaces(build: Builder, indices: Name, shape: readonly number[], axis: number): Name {
  const own = build.typeOf(indices).shape;
  const [strides, ownStrides] = [stridesOf(shape), stridesOf(own)];
  const others = range(sizeOf(own)).map((position) =>
    own.reduce((sum, extent, k) => {
      return k === axis ? sum : sum + (Math.floor(position / ownStrides[k]!) % extent) * strides[k]!;
    }, 0),
  );
  const whole = build.cast(indices, "int64");
  const wrapped = build.node("Add", [whole, build.scalar(shape[axis]!, "int64")]);
  const isNegative = build.node("Less", [whole, build.scalar(0, "int64")]);
  const along = build.node("Mul", [build.where(isNegative, wrapped, whole), build.scalar(strides[axis]!, "int64")]);
  return build.node("Add", [along, build.constant(intTensor(own, others))]);
}

/**
 * Gather and its adjoint. A Gather is undone by adding what it took where it took it from: as ScatterElements, which is
 * exact for indices that occur several times and needs no matrix of the size of the vocabulary.
 */
export const indexings: Rules = {
  Gather: ({ node, build, cotangents: [d] }) => {
    if (d === undefined) return [];
    const [x, indices] = node.inputs as [Name, Name];
    const { shape } = build.typeOf(x);
    const axis = axisOf(intOf(node, "axis", 0), shape.length);
    const count = sizeOf(build.typeOf(indices).shape);
    const updates = build.reshape(d, [...shape.slice(0, axis), count, ...shape.slice(axis + 1)]);
    const known = build.constantOf(indices);
    const places = known && integersIn(known).map((place) => axisOf(place, shape[axis]!));
    const simple = places && returned(build, updates, places, shape, axis);
    return [simple ?? scattered(build, updates, indices, shape, axis)];
  },

  ScatterElements: ({ node, build, cotangents: [d], wanted }) => {
    if (d === undefined) return [];
    const reduction = node.attributes.reduction;
    if (reduction?.type !== "string" || reduction.value !== "add") {
      throw new Error(`ScatterElements (${node.name}) does not add: it is not canonical.`);
    }
    const [, indices, updates] = node.inputs as [Name, Name, Name];
    const axis = axisOf(intOf(node, "axis", 0), build.typeOf(d).shape.length);
    const taken = wanted[2] ? elementsAt(build, d, indices, axis) : undefined;
    if (taken !== undefined && !sameShape(build.typeOf(taken).shape, build.typeOf(updates).shape)) {
      throw new Error(`ScatterElements (${node.name}) has updates of another shape than its indices.`);
    }
    return [d, undefined, taken];
  },
};
