import type { Extent } from "../../keras/value";
import { fieldOf, objectOf, textOf, type JsonObject } from "../json";
import { shapeOfProto, typeNameOf } from "./attributes";
import { referenceOf, type Reference, type TfNode } from "./graphDef";

/** An input or output of the model. */
export interface Port {
  readonly value: Reference;
  /** What the signature says of it, if anything. */
  readonly type?: string;
  readonly shape?: readonly Extent[];
}

/** Inputs and outputs of a graph model. */
export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** Operators that are there for their side effects. */
const effects: ReadonlySet<string> = new Set(["NoOp", "Assert", "Print", "PrintV2"]);

/**
 * What the file says, as TensorFlow.js takes it: inputs and outputs that the signature names and the graph has; without a
 * signature, all placeholders and all nodes that no other uses.
 */
export function signatureOf(content: JsonObject, nodes: ReadonlyMap<string, TfNode>): Signature {
  const metadata = objectOf(fieldOf(content, "userDefinedMetadata"));
  const written = objectOf(fieldOf(content, "signature")) ?? objectOf(fieldOf(metadata, "signature"));
  const inputs = portsOf(written, "inputs", nodes);
  const outputs = portsOf(written, "outputs", nodes);
  return {
    inputs: inputs.length > 0 ? inputs : placeholders(nodes),
    outputs: outputs.length > 0 ? outputs : ends(nodes),
  };
}

function portsOf(written: JsonObject | undefined, kind: string, nodes: ReadonlyMap<string, TfNode>): readonly Port[] {
  const ports = new Map<string, Port>();
  for (const value of Object.values(objectOf(fieldOf(written, kind)) ?? {})) {
    const object = objectOf(value);
    const name = textOf(fieldOf(object, "name"));
    if (name === undefined || !nodes.has(referenceOf(name).node)) continue;
    const type = typeNameOf(fieldOf(object, "dtype"));
    const shape = shapeOfProto(fieldOf(object, "tensorShape"));
    ports.set(name, { value: referenceOf(name), ...(type ? { type } : {}), ...(shape ? { shape } : {}) });
  }
  return [...ports.values()];
}

function placeholders(nodes: ReadonlyMap<string, TfNode>): readonly Port[] {
  const found = [...nodes.values()].filter(({ op }) => op === "Placeholder");
  return found.map(({ name }) => ({ value: { node: name, output: 0 } }));
}

function ends(nodes: ReadonlyMap<string, TfNode>): readonly Port[] {
  const used = new Set([...nodes.values()].flatMap(({ inputs }) => inputs.map(({ node }) => node)));
  const found = [...nodes.values()].filter(({ name, op }) => !used.has(name) && !effects.has(op));
  return found.map(({ name }) => ({ value: { node: name, output: 0 } }));
}
