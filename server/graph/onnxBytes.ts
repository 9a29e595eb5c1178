import { bytesOf, codeOf, toInt64, widthOf } from "./elements";
import { writeValues, type Fill, type ParameterValues } from "./fill";
import type { Attribute, Graph, GraphNode, ValueInfo } from "./graph";
import { toBfloat16, toFloat16 } from "./half";
import type { DataType, Tensor } from "./tensor";
import { fieldsOf, Message } from "./wire";

/** Where a parameter's elements lie in the bytes of a model. */
export interface ParameterPlace {
  readonly offset: number;
  /** A multiple of the elements' width, as is the place in memory. */
  readonly byteLength: number;
  readonly dtype: DataType;
}

/** An ONNX file in memory whose parameters can be overwritten in place. */
export interface SerialisedModel {
  readonly bytes: Uint8Array;
  /** By `Parameter.name`. */
  readonly parameters: ReadonlyMap<string, ParameterPlace>;
}

/** Field numbers of onnx.proto that both the reader and the writer use. */
export const modelFields = { irVersion: 1, graph: 7, opsetImport: 8, functions: 25 } as const;
export const graphFields = {
  node: 1,
  name: 2,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;
export const nodeFields = { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7, overload: 8 } as const;
export const attributeFields = {
  name: 1,
  float: 2,
  int: 3,
  string: 4,
  tensor: 5,
  graph: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  graphs: 11,
  type: 20,
} as const;
export const tensorFields = {
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  int64Data: 7,
  name: 8,
  rawData: 9,
  doubleData: 10,
  uint64Data: 11,
  docString: 12,
  externalData: 13,
  dataLocation: 14,
} as const;
/** AttributeProto.AttributeType of the kinds that we interpret. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

/** Parameters begin at multiples of this many bytes of memory, so that arrays of their type can be laid over them. */
const alignment = 8;

/**
 * Writes a graph as an ONNX model. Every tensor is `raw_data`, little endian; parameters are initialisers named by their
 * value, aligned in memory, and can be overwritten in place with `patchParameters`.
 *
 * A value whose shape is `[]` is written without a shape, because `[]` also stands for an unknown rank.
 */
export function serialise(graph: Graph): SerialisedModel {
  const content = new Message();
  const model = new Message();
  for (const node of graph.nodes) content.message(graphFields.node, nodeMessage(node));
  content.text(graphFields.name, graph.name);
  for (const [name, tensor] of graph.constants) {
    content.message(graphFields.initializer, tensorMessage(tensor, bytesOf(tensor), name));
  }
  for (const input of graph.inputs) content.message(graphFields.input, valueMessage(input));
  for (const output of graph.outputs) content.message(graphFields.output, valueMessage(output));
  for (const value of notedValues(graph)) content.message(graphFields.valueInfo, valueMessage(value));

  model.integer(modelFields.irVersion, graph.irVersion);
  for (const [domain, version] of Object.entries(graph.opsets)) {
    const opset = new Message();
    if (domain) opset.text(1, domain);
    opset.integer(2, version);
    model.message(modelFields.opsetImport, opset);
  }
  for (const carried of graph.carried) {
    for (const field of fieldsOf(carried)) {
      // A carried graph field is a fragment of the graph: repeated messages merge, so its content belongs into ours.
      if (field.number === modelFields.graph) content.raw(field.bytes());
      else model.raw(field.whole());
    }
  }
  // They end the file: what makes each of them a multiple of the alignment long aligns them all.
  const nameOf = new Map<Uint8Array, string>();
  for (const { name, value, tensor } of graph.parameters) {
    const bytes = bytesOf(tensor);
    nameOf.set(bytes, name);
    content.message(graphFields.initializer, alignedMessage(tensor, bytes, value));
  }
  model.message(modelFields.graph, content);

  const dtypes = new Map(graph.parameters.map(({ name, tensor }) => [name, tensor.dtype]));
  const parameters = new Map<string, ParameterPlace>();
  const bytes = model.finish(
    (part, offset) => {
      const name = nameOf.get(part);
      if (name !== undefined) parameters.set(name, { offset, byteLength: part.length, dtype: dtypes.get(name)! });
    },
    { endsAt: alignment },
  );
  return { bytes, parameters };
}

/**
 * Overwrites parameters in the bytes of a serialised model. float32 is written in place, bit by bit; float16 and bfloat16
 * are rounded to nearest, ties to even; float64 is widened. Parameters that are not named keep their bytes.
 * @param values by `Parameter.name`, in the parameter's own layout.
 * @throws Error when a name is unknown, or a length or element type does not fit: a defect of the caller.
 */
export function patchParameters(model: SerialisedModel, values: ParameterValues): void {
  for (const [name, data] of values) {
    const place = model.parameters.get(name);
    if (!place) throw new Error(`The model has no parameter ${name}.`);
    const { byteLength, dtype } = place;
    const length = byteLength / widthOf(dtype);
    if (typeof data !== "function" && data.length !== length) {
      throw new Error(`${data.length} values do not fill the parameter ${name} of ${length} elements.`);
    }
    const { buffer } = model.bytes;
    const from = model.bytes.byteOffset + place.offset;
    if (dtype === "float32") writeValues(data, new Float32Array(buffer, from, length));
    else if (dtype === "float64") new Float64Array(buffer, from, length).set(read(data, length));
    else if (dtype === "float16" || dtype === "bfloat16") {
      const round = dtype === "float16" ? toFloat16 : toBfloat16;
      const target = new Uint16Array(buffer, from, length);
      const given = read(data, length);
      for (let i = 0; i < length; i++) target[i] = round(given[i]!);
    } else throw new Error(`The parameter ${name} is ${dtype}, which holds no real numbers.`);
  }
}

function read(values: Float32Array | Fill, length: number): Float32Array {
  if (typeof values !== "function") return values;
  const target = new Float32Array(length);
  values(target);
  return target;
}

/** What `Graph.values` notes of values that nodes compute and that are no outputs, which say it themselves. */
export function notedValues(graph: Graph): readonly ValueInfo[] {
  const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const { name } of graph.outputs) computed.delete(name);
  return (graph.values ?? []).filter(({ name }) => computed.has(name));
}

function nodeMessage(node: GraphNode): Message {
  const message = new Message();
  for (const input of node.inputs) message.text(nodeFields.input, input);
  for (const output of node.outputs) message.text(nodeFields.output, output);
  if (node.name) message.text(nodeFields.name, node.name);
  message.text(nodeFields.op, node.op);
  if (node.domain) message.text(nodeFields.domain, node.domain);
  if (node.overload) message.text(nodeFields.overload, node.overload);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    if (attribute.type === "raw") message.bytes(nodeFields.attribute, attribute.bytes);
    else message.message(nodeFields.attribute, attributeMessage(name, attribute));
  }
  return message;
}

function attributeMessage(name: string, attribute: Exclude<Attribute, { type: "raw" }>): Message {
  const message = new Message();
  message.text(attributeFields.name, name);
  switch (attribute.type) {
    case "int":
      message.integer(attributeFields.int, toInt64(attribute.value));
      break;
    case "float":
      message.float(attributeFields.float, attribute.value);
      break;
    case "string":
      message.text(attributeFields.string, attribute.value);
      break;
    case "tensor":
      message.message(attributeFields.tensor, tensorMessage(attribute.value, bytesOf(attribute.value)));
      break;
    case "ints":
      message.packedIntegers(attributeFields.ints, attribute.value.map(toInt64));
      break;
    case "floats":
      message.packedFloats(attributeFields.floats, attribute.value);
      break;
    case "strings":
      for (const text of attribute.value) message.text(attributeFields.strings, text);
      break;
  }
  message.integer(attributeFields.type, attributeTypes[attribute.type]);
  return message;
}

function tensorMessage(tensor: Tensor, bytes: Uint8Array, name?: string): Message {
  const message = new Message();
  message.packedIntegers(tensorFields.dims, tensor.shape);
  message.integer(tensorFields.dataType, codeOf(tensor.dtype));
  if (name !== undefined) message.text(tensorFields.name, name);
  message.bytes(tensorFields.rawData, bytes);
  return message;
}

/** A tensor whose field in the graph is a multiple of the alignment long, and ends with its elements. */
function alignedMessage(tensor: Tensor, bytes: Uint8Array, name: string): Message {
  for (let filling = 0; ; filling++) {
    const message = new Message();
    message.packedIntegers(tensorFields.dims, tensor.shape);
    message.integer(tensorFields.dataType, codeOf(tensor.dtype));
    message.text(tensorFields.name, name);
    message.text(tensorFields.docString, " ".repeat(filling));
    message.bytes(tensorFields.rawData, bytes);
    const field = new Message();
    field.message(graphFields.initializer, message);
    if (field.byteLength % alignment === 0) return message;
  }
}

function valueMessage({ name, dtype, shape }: ValueInfo): Message {
  const tensorType = new Message();
  tensorType.integer(1, codeOf(dtype));
  if (shape.length > 0) {
    const dimensions = new Message();
    for (const extent of shape) {
      const dimension = new Message();
      if (typeof extent === "number") dimension.integer(1, extent);
      else if (extent !== null) dimension.text(2, extent);
      dimensions.message(1, dimension);
    }
    tensorType.message(2, dimensions);
  }
  const type = new Message();
  type.message(1, tensorType);
  const message = new Message();
  message.text(1, name);
  message.message(2, type);
  return message;
}
