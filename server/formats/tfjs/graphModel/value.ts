import { sizeOf, type DataType, type Tensor } from "../../../graph/tensor";
import type { Emitter } from "../../keras/emitter";
import { KerasValue, type Extent } from "../../keras/value";

/** A tensor of TensorFlow: with Keras' axes, laid out in the graph as suits it. Whole numbers are int64 inside. */
export type Value = KerasValue;

/** A tensor of whole numbers of which some or all are known, because they say how the network works. */
export class Known extends KerasValue {
  /** @param elements in row-major order; null where they depend on the samples. */
  constructor(
    name: string,
    shape: readonly Extent[],
    readonly elements: readonly Extent[],
  ) {
    super(name, shape, { dtype: "int64" });
  }
}

/** A value that another one became by a change of shape alone. */
export class Reshaped extends KerasValue {
  constructor(
    name: string,
    shape: readonly Extent[],
    readonly origin: Value,
  ) {
    super(name, shape, { dtype: origin.dtype });
  }
}

/** Longest list of whole numbers whose elements are followed. */
const mostElements = 1024;

/** A constant of the model, by its own name. */
export function constantValue(emit: Emitter, name: string, tensor: Tensor): Value {
  emit.constants.set(name, tensor);
  if (tensor.dtype !== "int64" || sizeOf(tensor.shape) > mostElements) {
    return emit.value(name, tensor.shape, { dtype: tensor.dtype });
  }
  return new Known(name, tensor.shape, Array.from(tensor.data as BigInt64Array, Number));
}

/** Whole numbers that are known, as a constant of the graph. */
export function integerValue(emit: Emitter, elements: readonly number[], shape: readonly number[]): Value {
  const data = BigInt64Array.from(elements, BigInt);
  return new Known(emit.constant({ dtype: "int64", shape, data }), shape, elements);
}

/** A value with what is known of its elements: a constant when all are. */
export function withElements(emit: Emitter, value: Value, elements: readonly Extent[] | undefined): Value {
  if (!elements || elements.length > mostElements || value.dtype !== "int64") return value;
  const { shape } = value;
  if (!isStatic(shape) || sizeOf(shape) !== elements.length) return value;
  if (isStatic(elements)) return integerValue(emit, elements, shape);
  return new Known(value.name, shape, elements);
}

/** What is known of the elements; undefined when nothing is. */
export function elementsOf(value: Value): readonly Extent[] | undefined {
  return value instanceof Known ? value.elements : undefined;
}

/** The elements when all are known. */
export function integersOf(value: Value): readonly number[] | undefined {
  const elements = elementsOf(value);
  return elements && isStatic(elements) ? elements : undefined;
}

export function isStatic(extents: readonly Extent[]): extents is readonly number[] {
  return extents.every((extent) => extent !== null);
}

/** The number of elements; null when an extent is open. */
export function countOf(extents: readonly Extent[]): Extent {
  return isStatic(extents) ? sizeOf(extents) : null;
}

/** The element type that a graph has for one of TensorFlow's; undefined for those that no network computes with. */
export function elementType(type: string | undefined): DataType | undefined {
  switch (type) {
    case "DT_FLOAT":
    case "DT_HALF":
    case "DT_DOUBLE":
      return "float32";
    case "DT_INT32":
    case "DT_INT64":
    case "DT_INT16":
    case "DT_INT8":
    case "DT_UINT8":
      return "int64";
    case "DT_BOOL":
      return "bool";
    default:
      return undefined;
  }
}
