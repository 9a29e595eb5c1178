import { unsupported } from "../../../files/faults";
import { int, valueInfo } from "../../../graph/build";
import { codeOf } from "../../../graph/elements";
import type { ValueInfo } from "../../../graph/graph";
import type { Emitter } from "../../keras/emitter";
import type { Extent } from "../../keras/value";
import { exportAdvice } from "../advice";
import type { TfNode } from "./graphDef";
import type { Port } from "./signature";
import { elementType, type Value } from "./value";

/**
 * An input of the graph: of the type and shape that its placeholder or the signature says, the batch open where the model
 * fixes no number of samples.
 *
 * @param node the placeholder, when the outputs depend on it.
 * @throws ProblemError `file-unsupported` for one of no numbers or of unknown rank.
 */
export function inputInfo(
  { type, shape: signed }: Port,
  node: TfNode | undefined,
  name: string,
  model: string,
): ValueInfo {
  const shape = node?.attributes.shape("shape") ?? signed;
  const written = node?.attributes.type("dtype") ?? type;
  const dtype = inputType(written);
  if (!dtype) {
    const found = `has the input ${name} of the type ${written ?? "unknown"}, where numbers were expected`;
    throw unsupported(model, found, exportAdvice);
  }
  if (!shape) {
    const found = `does not say how many axes its input ${name} has`;
    throw unsupported(model, found, "Convert the model again with a signature that says the shape of its input.");
  }
  const extents = shape.map((extent, axis) => extent ?? (signed?.length === shape.length ? signed[axis]! : null));
  return valueInfo(name, symbolic(extents), dtype);
}

function inputType(type: string | undefined): ValueInfo["dtype"] | undefined {
  if (type === "DT_INT32") return "int32";
  return type === "DT_UINT8" ? "uint8" : elementType(type);
}

/** The value of an input, whole numbers as wide as they come. */
export function inputValue(emit: Emitter, { name, dtype, shape }: ValueInfo): Value {
  const extents = shape.map((extent) => (typeof extent === "number" ? extent : null));
  if (dtype !== "int32" && dtype !== "uint8") return emit.value(name, extents, { dtype });
  emit.begin(name);
  return emit.value(emit.op("Cast", [name], { to: int(codeOf("int64")) }), extents, { dtype: "int64" });
}

/** An output of the graph, its axes in TensorFlow's order. */
export function outputInfo(emit: Emitter, value: Value): ValueInfo {
  return valueInfo(emit.plain(value), symbolic(value.shape), value.dtype);
}

function symbolic(shape: readonly Extent[]): readonly (number | string | null)[] {
  return shape.map((extent, axis) => (extent === null && axis === 0 ? "batch" : extent));
}
