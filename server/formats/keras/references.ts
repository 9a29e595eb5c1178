import { damaged } from "./refusal";
import { isJson, type Json } from "./settings";

/** A tensor that a layer's call is given: output `tensor` of the call `node` of a layer, as the description counts calls. */
export class TensorReference {
  constructor(
    readonly layer: string,
    readonly node: number,
    readonly tensor: number,
  ) {}
}

/** What a layer is called with; references stand where the tensors go. */
export interface NodeDescription {
  readonly args: readonly unknown[];
  readonly kwargs: Json;
}

/** Deepest nesting of lists and objects in a call's arguments. */
const deepestArgument = 32;

/**
 * The calls of a layer, in both generations: `[{args, kwargs}]` with `__keras_tensor__` nested anywhere, or
 * `[[[layer, node, tensor, kwargs], …]]`, where kwargs may hold `[layer, node, tensor]` too.
 *
 * @param names of all layers of the model.
 */
export function nodesOf(description: unknown, layer: string, names: ReadonlySet<string>): readonly NodeDescription[] {
  const nodes = description ?? [];
  if (!Array.isArray(nodes)) throw broken(layer);
  return nodes.map((node: unknown) => (Array.isArray(node) ? older(node, layer, names) : newer(node, layer)));
}

function newer(node: unknown, layer: string): NodeDescription {
  if (!isJson(node) || !Array.isArray(node["args"])) throw broken(layer);
  const kwargs = node["kwargs"] ?? {};
  if (!isJson(kwargs)) throw broken(layer);
  return { args: revived(node["args"], layer, 0) as unknown[], kwargs: revived(kwargs, layer, 0) as Json };
}

/** The argument with references in the place of described tensors. */
function revived(value: unknown, layer: string, depth: number): unknown {
  if (depth > deepestArgument) throw broken(layer);
  if (Array.isArray(value)) return value.map((entry) => revived(entry, layer, depth + 1));
  if (!isJson(value)) return value;
  if (value["class_name"] === "__keras_tensor__") {
    const history = isJson(value["config"]) ? value["config"]["keras_history"] : undefined;
    return referenceOf(history) ?? fail(layer);
  }
  if (value["class_name"] === "__tuple__") return revived(value["items"] ?? [], layer, depth + 1);
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, revived(entry, layer, depth + 1)]));
}

function older(node: readonly unknown[], layer: string, names: ReadonlySet<string>): NodeDescription {
  // One tensor may stand without the list around it.
  const entries = typeof node[0] === "string" ? [node] : node;
  const tensors: TensorReference[] = [];
  let kwargs: Json = {};
  for (const entry of entries) {
    const reference = referenceOf(entry);
    if (!reference) throw broken(layer);
    tensors.push(reference);
    const further = (entry as readonly unknown[])[3];
    if (isJson(further)) kwargs = { ...kwargs, ...further };
  }
  const named = Object.entries(kwargs).map(([name, value]) => [name, referred(value, names)] as const);
  return { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: Object.fromEntries(named) };
}

/** An argument of the older form: a reference to a tensor, a list of some, or a plain value. */
function referred(value: unknown, names: ReadonlySet<string>): unknown {
  if (!Array.isArray(value)) return value;
  const reference = typeof value[0] === "string" && names.has(value[0]) ? referenceOf(value) : undefined;
  return reference ?? value.map((entry) => (Array.isArray(entry) ? referred(entry, names) : (entry as unknown)));
}

/** `[layer, node, tensor]`, with or without more behind it. */
function referenceOf(value: unknown): TensorReference | undefined {
  if (!Array.isArray(value)) return undefined;
  const [layer, node, tensor] = value as readonly unknown[];
  const isIndex = (n: unknown): n is number => typeof n === "number" && Number.isInteger(n) && n >= 0;
  return typeof layer === "string" && isIndex(node) && isIndex(tensor)
    ? new TensorReference(layer, node, tensor)
    : undefined;
}

/** The tensors of `input_layers` or `output_layers`: one, a list, a dictionary, nested. */
export function referencesIn(value: unknown): readonly TensorReference[] {
  const reference = referenceOf(value);
  if (reference) return [reference];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isJson(value) ? Object.values(value).flatMap(referencesIn) : [];
}

/** The references among a call's arguments, in order. */
export function referencesAmong(value: unknown): readonly TensorReference[] {
  if (value instanceof TensorReference) return [value];
  if (Array.isArray(value)) return value.flatMap(referencesAmong);
  return isJson(value) ? Object.values(value).flatMap(referencesAmong) : [];
}

/** The argument with each reference replaced. */
export function resolved<T>(value: unknown, find: (reference: TensorReference) => T): unknown {
  if (value instanceof TensorReference) return find(value);
  if (Array.isArray(value)) return value.map((entry) => resolved(entry, find));
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, resolved(entry, find)]));
}

function broken(layer: string): Error {
  return damaged(`describes the calls of the layer ${layer} in a way that is not known`);
}

function fail(layer: string): never {
  throw broken(layer);
}
