import { bytesOf } from "../elements";
import type { Attribute } from "../graph";
import type { Tensor } from "../tensor";
import type { Attributes, Name } from "./rule";

const commutative: ReadonlySet<string> = new Set(["Add", "Mul", "Max", "Min", "Equal", "And", "Or"]);

/** What two nodes must have in common to compute the same. */
export interface Application {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly Name[];
  readonly attributes: Attributes;
  readonly outputs: number;
}

/** A text that is equal for nodes that compute the same. Sums and products are the same either way round. */
export function nodeKey({ op, domain, inputs, attributes, outputs }: Application): string {
  const operands = domain === "" && commutative.has(op) ? [...inputs].sort() : inputs;
  const settings = Object.keys(attributes)
    .sort()
    .map((name) => [name, attributeKey(attributes[name]!)]);
  return JSON.stringify([domain, op, outputs, operands, settings]);
}

/** A text that is equal for tensors of the same bytes, type and shape. */
export function tensorKey(tensor: Tensor): string {
  return `${tensor.dtype}[${tensor.shape.join()}]${bytesOf(tensor).join()}`;
}

function attributeKey(attribute: Attribute): unknown {
  if (attribute.type === "tensor") return ["tensor", tensorKey(attribute.value)];
  if (attribute.type === "raw") return ["raw", attribute.bytes.join()];
  return [attribute.type, attribute.value];
}
