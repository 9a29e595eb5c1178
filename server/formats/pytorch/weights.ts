import { as, type StoredView, type Unread, type Value } from "../../files/pickle/objects";

/** What a checkpoint of PyTorch holds, as far as it matters here. */
export interface Weights {
  /** Tensors by their names in the file. */
  readonly tensors: ReadonlyMap<string, StoredView | Unread>;
  readonly epoch?: number;
  readonly step?: number;
  readonly learningRate?: number;
}

/** Where training programs put the weights, within the dictionary that they save. */
const weightKeys = ["state_dict", "model_state_dict", "model", "net", "module"];
const epochKeys = ["epoch", "last_epoch"];
const stepKeys = ["global_step", "step", "iteration", "iter"];
const optimizerKeys = ["optimizer_states", "optimizer_state_dict", "optimizer", "optim", "opt"];
const deepest = 3;

/** Why there are no weights to be had, in words that follow the file's name. */
export class NoWeights extends Error {}

/**
 * Finds the weights in what was pickled: a dictionary of tensors, or one under a usual key; optimizers are skipped.
 * @throws NoWeights when there are none, or two sets of them.
 */
export function findWeights(root: Value): Weights {
  if (!(root instanceof Map)) {
    const what = as(root, "tensor") ? "a single tensor" : Array.isArray(root) ? "a list" : "no dictionary";
    throw new NoWeights(`holds ${what} instead of weights by name`);
  }
  const tensors = search(root, 0);
  if (!tensors) {
    const keys = [...root.keys()].filter((key) => typeof key === "string").slice(0, 8);
    throw new NoWeights(`holds no weights by name${keys.length > 0 ? ` (only ${keys.join(", ")})` : ""}`);
  }
  return {
    tensors,
    ...field("epoch", firstNumber(root, epochKeys)),
    ...field("step", firstNumber(root, stepKeys)),
    ...field("learningRate", learningRateOf(root)),
  };
}

function search(dictionary: Map<Value, Value>, depth: number): Map<string, StoredView | Unread> | undefined {
  if (depth < deepest) {
    const found: (readonly [string, Map<string, StoredView | Unread>])[] = [];
    for (const key of weightKeys) {
      const value = dictionary.get(key);
      const tensors = value instanceof Map ? search(value, depth + 1) : undefined;
      if (tensors) found.push([key, tensors]);
    }
    if (found.length > 1) {
      const names = found.map(([key]) => `"${key}"`).join(" and ");
      throw new NoWeights(`holds more than one set of weights, under ${names}`);
    }
    if (found[0]) return found[0][1];
  }
  const own = new Map<string, StoredView | Unread>();
  for (const [key, value] of dictionary) {
    const tensor = as(value, "tensor") ?? as(value, "unread");
    if (tensor && typeof key === "string") own.set(key, tensor);
  }
  return own.size > 0 ? own : undefined;
}

function firstNumber(root: Map<Value, Value>, keys: readonly string[]): number | undefined {
  for (const key of keys) {
    const value = root.get(key);
    if (typeof value === "number" && Number.isFinite(value)) return value;
  }
  return undefined;
}

/** The learning rate of the first group of the first optimizer. */
function learningRateOf(root: Map<Value, Value>): number | undefined {
  for (const key of optimizerKeys) {
    const states = root.get(key);
    const state = Array.isArray(states) ? states[0] : states;
    const groups = state instanceof Map ? state.get("param_groups") : undefined;
    const group = Array.isArray(groups) ? groups[0] : undefined;
    const rate = group instanceof Map ? group.get("lr") : undefined;
    if (typeof rate === "number" && Number.isFinite(rate)) return rate;
  }
  return undefined;
}

function field<K extends string>(name: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, number>);
}
