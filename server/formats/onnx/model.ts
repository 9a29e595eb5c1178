import path from "node:path";
import { dtypeOf } from "../../graph/elements";
import type { Graph, GraphNode, ValueInfo } from "../../graph/graph";
import { attributeFields, graphFields, modelFields, notedValues } from "../../graph/onnxBytes";
import type { DataType, Tensor } from "../../graph/tensor";
import { inOrder } from "../../graph/topology";
import { fieldsOf, Message, WireError } from "../../graph/wire";
import { ProblemError } from "../../protocol/problem";
import { requireParameters } from "../limits";
import type { ExternalData } from "./external";
import { domainOf, readNode } from "./node";
import { findParameters } from "./parameters";
import { declaredFloats, readTensor } from "./tensor";
import { requireVersions } from "./versions";

/** Initialisers may stay out of the graph's inputs, as ours do, from this version on. */
const oldestIrVersion = 4;

/** AttributeProto.AttributeType of an attribute that holds a sparse tensor. */
const sparseTensorType = 11;
const sparseTensorField = 22;

/**
 * Reads the bytes of an ONNX model.
 *
 * All operators and attributes are kept. What we do not interpret is carried: subgraphs as raw attributes, local
 * functions, metadata, training information and quantisation annotations in `Graph.carried`. Initialisers that are
 * sparse, or of an element type that is none of ours, become `Constant` nodes, which mean the same. Not kept are notes
 * that change no result: documentation and metadata of values and nodes.
 *
 * @param file path of the model, for messages.
 * @throws WireError when the bytes are no ONNX model; ProblemError when its graph is invalid or not for us.
 */
export function readModel(bytes: Uint8Array, files: ExternalData, file: string): Graph {
  const draft = new Draft(files, file);
  for (const field of fieldsOf(bytes)) {
    switch (field.number) {
      case modelFields.irVersion:
        draft.irVersion = Math.max(oldestIrVersion, field.number53());
        break;
      case modelFields.graph:
        draft.readGraph(field.bytes());
        break;
      case modelFields.opsetImport:
        draft.readOpset(field.bytes());
        break;
      default:
        draft.carried.push(field.whole());
    }
  }
  if (!draft.hasGraph) throw new WireError("it holds no graph");
  requireVersions(draft, file);
  const graph = findParameters(inOrder(draft.finish(), path.basename(file)));
  const values = notedValues(graph);
  return { ...graph, values: values.length > 0 ? values : undefined };
}

/** A graph being read; a file may give it in several fields, which then belong together. */
class Draft {
  irVersion = oldestIrVersion;
  hasGraph = false;
  /** Fields of the model that are carried. */
  readonly carried: Uint8Array[] = [];
  /** Numbers that the initialisers declare to hold. */
  private declared = 0;
  /** Fields of the graph that are carried. */
  private readonly rest = new Message();
  private name = "";
  readonly opsets = new Map<string, number>();
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly values: ValueInfo[] = [];
  private readonly nodes: GraphNode[] = [];
  private readonly initialisers = new Map<string, Tensor>();
  private readonly opaque: GraphNode[] = [];
  /** Inputs may be typed strangely where an initialiser stands for them, so they are read at the end. */
  private readonly inputFields: Uint8Array[] = [];

  constructor(
    private readonly files: ExternalData,
    private readonly file: string,
  ) {}

  readOpset(bytes: Uint8Array): void {
    let domain = "";
    let version = 0;
    for (const field of fieldsOf(bytes)) {
      if (field.number === 1) domain = domainOf(field.text());
      else if (field.number === 2) version = field.number53();
    }
    this.opsets.set(domain, version);
  }

  readGraph(bytes: Uint8Array): void {
    this.hasGraph = true;
    for (const field of fieldsOf(bytes)) {
      if (field.number === graphFields.initializer) this.declared += declaredFloats(field.bytes());
    }
    requireParameters(this.declared, this.file);
    for (const field of fieldsOf(bytes)) {
      switch (field.number) {
        case graphFields.node:
          this.nodes.push(readNode(field.bytes(), this.files));
          break;
        case graphFields.name:
          this.name = field.text();
          break;
        case graphFields.initializer:
          this.readInitialiser(field.bytes());
          break;
        case graphFields.sparseInitializer:
          this.readSparse(field.bytes());
          break;
        case graphFields.input:
          this.inputFields.push(field.bytes());
          break;
        case graphFields.output:
          this.outputs.push(this.readValue(field.bytes(), "output"));
          break;
        case graphFields.valueInfo: {
          const { name, dtype, shape } = readTensorValue(field.bytes());
          if (dtype) this.values.push({ name, dtype, shape });
          break;
        }
        default:
          this.rest.raw(field.whole());
      }
    }
  }

  finish(): Graph {
    const provided = new Set([...this.initialisers.keys(), ...this.opaque.flatMap(({ outputs }) => outputs)]);
    for (const field of this.inputFields) {
      if (!provided.has(nameOf(field))) this.inputs.push(this.readValue(field, "input"));
    }
    const fragment = new Message();
    if (this.rest.byteLength > 0) fragment.message(modelFields.graph, this.rest);
    return {
      name: this.name,
      irVersion: this.irVersion,
      opsets: Object.fromEntries(this.opsets.size ? this.opsets : [["", 1]]),
      inputs: this.inputs,
      outputs: this.outputs,
      nodes: [...this.opaque, ...this.nodes],
      constants: this.initialisers,
      parameters: [],
      carried: fragment.byteLength > 0 ? [...this.carried, fragment.finish()] : this.carried,
      values: this.values,
    };
  }

  private readInitialiser(bytes: Uint8Array): void {
    const { name, tensor, raw } = readTensor(bytes, this.files);
    if (this.initialisers.has(name)) throw new WireError(`the tensor ${name} is given twice`);
    if (tensor) this.initialisers.set(name, tensor);
    else this.opaque.push(constantNode(name, "value", attributeFields.tensor, attributeTensorType, raw!));
  }

  private readSparse(bytes: Uint8Array): void {
    let name = "";
    // A sparse initialiser is called by the name of its values.
    for (const field of fieldsOf(bytes)) if (field.number === 1) name = readTensor(field.bytes(), this.files).name;
    this.opaque.push(constantNode(name, "sparse_value", sparseTensorField, sparseTensorType, bytes));
  }

  private readValue(bytes: Uint8Array, kind: "input" | "output"): ValueInfo {
    const { name, shape, dtype, isTensor } = readTensorValue(bytes);
    if (!isTensor) throw this.unsupported(kind, name, "is no tensor");
    if (!dtype) throw this.unsupported(kind, name, "has elements that are no plain numbers");
    return { name, dtype, shape };
  }

  private unsupported(kind: string, name: string, what: string): ProblemError {
    return new ProblemError({
      reason: "file-unsupported",
      title: `The model has an ${kind} of a kind that is not supported`,
      message: `The ${kind} ${name} of ${path.basename(this.file)} ${what}; tensors of numbers are supported.`,
      advice: "Export the model so that it takes one tensor of samples and returns one tensor of logits.",
      file: this.file,
    });
  }
}

const attributeTensorType = 4;

/** `Constant` with a value that we do not interpret. */
function constantNode(output: string, kind: string, field: number, type: number, content: Uint8Array): GraphNode {
  const attribute = new Message();
  attribute.text(attributeFields.name, kind);
  attribute.bytes(field, content);
  attribute.integer(attributeFields.type, type);
  const attributes = { [kind]: { type: "raw", bytes: attribute.finish() } as const };
  return { op: "Constant", domain: "", name: "", inputs: [], outputs: [output], attributes };
}

/** Name of a ValueInfoProto. */
function nameOf(bytes: Uint8Array): string {
  let name = "";
  for (const field of fieldsOf(bytes)) if (field.number === 1) name = field.text();
  return name;
}

/** A ValueInfoProto; `dtype` is absent when it is no tensor, or one of elements that are none of ours. */
function readTensorValue(bytes: Uint8Array): Omit<ValueInfo, "dtype"> & { dtype?: DataType; isTensor: boolean } {
  let content: Uint8Array | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.number !== 2) continue;
    for (const type of fieldsOf(field.bytes())) if (type.number === 1) content = type.bytes();
  }
  let dtype: DataType | undefined;
  let shape: ValueInfo["shape"] = [];
  for (const field of fieldsOf(content ?? new Uint8Array())) {
    if (field.number === 1) dtype = dtypeOf(field.number53());
    else if (field.number === 2) shape = readShape(field.bytes());
  }
  const value = { name: nameOf(bytes), shape, isTensor: content !== undefined };
  return dtype ? { ...value, dtype } : value;
}

function readShape(bytes: Uint8Array): (number | string | null)[] {
  const shape: (number | string | null)[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number !== 1) continue;
    let extent: number | string | null = null;
    for (const part of fieldsOf(field.bytes())) {
      // Some exporters write -1 for an open extent.
      if (part.number === 1) extent = part.number53() < 0 ? null : part.number53();
      if (part.number === 2) extent = part.text() || null;
    }
    shape.push(extent);
  }
  return shape;
}
