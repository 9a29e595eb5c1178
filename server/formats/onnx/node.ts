import type { Attribute, GraphNode } from "../../graph/graph";
import { attributeFields, attributeTypes, graphFields, nodeFields, tensorFields } from "../../graph/onnxBytes";
import { deepestSubgraph } from "../../graph/topology";
import { decodeText, fieldsOf, WireError, type Field } from "../../graph/wire";
import { ProblemError } from "../../protocol/problem";
import type { ExternalData } from "./external";
import { readTensor } from "./tensor";

/**
 * Reads a NodeProto. Documentation and metadata of a node are left out; nothing is computed from them.
 * @throws WireError when it is damaged; ProblemError for data files.
 */
export function readNode(bytes: Uint8Array, files: ExternalData): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  let [name, op, domain, overload] = ["", "", "", ""];
  for (const field of fieldsOf(bytes)) {
    switch (field.number) {
      case nodeFields.input:
        inputs.push(field.text());
        break;
      case nodeFields.output:
        outputs.push(field.text());
        break;
      case nodeFields.name:
        name = field.text();
        break;
      case nodeFields.op:
        op = field.text();
        break;
      case nodeFields.domain:
        domain = domainOf(field.text());
        break;
      case nodeFields.overload:
        overload = field.text();
        break;
      case nodeFields.attribute: {
        const [key, attribute] = readAttribute(field.bytes(), files);
        attributes.set(key, attribute);
        break;
      }
    }
  }
  if (!op) throw new WireError(`the node ${name || outputs.join(", ")} names no operator`);
  const node = { op, domain, name, inputs, outputs, attributes: Object.fromEntries(attributes) };
  return overload ? { ...node, overload } : node;
}

/** ONNX's own domain has two spellings. */
export function domainOf(text: string): string {
  return text === "ai.onnx" ? "" : text;
}

/** Reads an AttributeProto; kinds that we do not interpret are kept as their bytes. */
function readAttribute(bytes: Uint8Array, files: ExternalData): [string, Attribute] {
  let name = "";
  let type: number | undefined;
  let refers = false;
  const fields = new Map<number, Field[]>();
  for (const field of fieldsOf(bytes)) {
    if (field.number === attributeFields.name) name = field.text();
    else if (field.number === attributeFields.type) type = field.number53();
    else {
      refers ||= field.number === referenceField;
      fields.set(field.number, [...(fields.get(field.number) ?? []), field]);
    }
  }
  const attribute = refers ? undefined : interpret(type ?? guessType(fields), fields, files);
  if (attribute) return [name, attribute];
  refuseExternalData(bytes, 0);
  return [name, { type: "raw", bytes: new Uint8Array(bytes) }];
}

/** `ref_attr_name`: the value is that of an attribute of the enclosing function. */
const referenceField = 21;

/** Files from before the type was written down have exactly one value. */
function guessType(fields: ReadonlyMap<number, readonly Field[]>): number | undefined {
  const kinds = Object.keys(attributeTypes) as (keyof typeof attributeTypes)[];
  const kind = kinds.find((name) => fields.has(attributeFields[name]));
  return kind && attributeTypes[kind];
}

function interpret(
  type: number | undefined,
  fields: ReadonlyMap<number, readonly Field[]>,
  files: ExternalData,
): Attribute | undefined {
  const all = (number: number): readonly Field[] => fields.get(number) ?? [];
  const last = (number: number): Field | undefined => all(number).at(-1);
  switch (type) {
    case attributeTypes.float:
      return { type: "float", value: last(attributeFields.float)?.float() ?? 0 };
    case attributeTypes.int: {
      const value = exact(last(attributeFields.int)?.integer() ?? 0n);
      return value === undefined ? undefined : { type: "int", value };
    }
    case attributeTypes.string: {
      const value = decodeText(last(attributeFields.string)?.bytes() ?? new Uint8Array());
      return value === undefined ? undefined : { type: "string", value };
    }
    case attributeTypes.tensor: {
      const field = last(attributeFields.tensor);
      const tensor = field && readTensor(field.bytes(), files).tensor;
      return tensor && { type: "tensor", value: tensor };
    }
    case attributeTypes.floats: {
      const value: number[] = [];
      for (const field of all(attributeFields.floats)) {
        const bytes = field.fixed(4);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        for (let at = 0; at < bytes.length; at += 4) value.push(view.getFloat32(at, true));
      }
      return { type: "floats", value };
    }
    case attributeTypes.ints: {
      const value: number[] = [];
      for (const field of all(attributeFields.ints)) {
        for (const item of field.integers()) {
          const number = exact(BigInt.asIntN(64, item));
          if (number === undefined) return undefined;
          value.push(number);
        }
      }
      return { type: "ints", value };
    }
    case attributeTypes.strings: {
      const value: string[] = [];
      for (const field of all(attributeFields.strings)) {
        const text = decodeText(field.bytes());
        if (text === undefined) return undefined;
        value.push(text);
      }
      return { type: "strings", value };
    }
    default:
      return undefined;
  }
}

/** The integer as a number, if it is exact there. The ends of the 64-bit range, "to the end" in slices, become ±2⁶³. */
function exact(value: bigint): number | undefined {
  if (value === (1n << 63n) - 1n || value === -(1n << 63n)) return Number(value);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/**
 * Engines get the model as bytes and cannot find data files for what we carry unread.
 * @throws ProblemError when a tensor inside a carried attribute keeps its data in another file.
 */
function refuseExternalData(attribute: Uint8Array, depth: number): void {
  if (depth > deepestSubgraph) throw new WireError(`graphs nest more than ${deepestSubgraph} levels deep`);
  for (const field of fieldsOf(attribute)) {
    if (field.number === attributeFields.graph || field.number === attributeFields.graphs) {
      for (const part of fieldsOf(field.bytes())) {
        if (part.number === graphFields.initializer) refuseExternalTensor(part.bytes());
        else if (part.number === graphFields.node) {
          for (const piece of fieldsOf(part.bytes())) {
            if (piece.number === nodeFields.attribute) refuseExternalData(piece.bytes(), depth + 1);
          }
        }
      }
    } else if (field.number === attributeFields.tensor) refuseExternalTensor(field.bytes());
  }
}

function refuseExternalTensor(tensor: Uint8Array): void {
  for (const field of fieldsOf(tensor)) {
    if (field.number === tensorFields.dataLocation && field.integer() === 1n) {
      throw new ProblemError({
        reason: "file-unsupported",
        title: "Weights of a subgraph lie in another file",
        message: "The model keeps tensors of a subgraph (of If, Loop or Scan) in an external data file.",
        advice: "Save the model as one file, e.g. with onnx.save(onnx.load(path), path), and open that.",
      });
    }
  }
}
