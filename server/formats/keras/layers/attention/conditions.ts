import type { LayerCall } from "../../call";
import type { KerasValue } from "../../value";
import { placesAlong } from "../../steps";

/** Conditions on pairs of a query and a key are names of bools that broadcast to [N, T, S]. */
type Condition = string;

/** That all hold; undefined when there is none. */
export function allOf({ emit }: LayerCall, conditions: readonly Condition[]): Condition | undefined {
  const [first, ...others] = conditions;
  if (first === undefined) return undefined;
  return others.reduce((all, each) => emit.op("And", [all, each]), first);
}

/** The places of queries [1, T, 1] and of keys [1, 1, S]. */
function places(call: LayerCall, query: KerasValue, key: KerasValue): readonly [string, string] {
  const { emit } = call;
  return [
    emit.op("Unsqueeze", [placesAlong(call, query, 1), emit.integers([0, 2])]),
    emit.op("Unsqueeze", [placesAlong(call, key, 1), emit.integers([0, 1])]),
  ];
}

/** That a key is no later than its query. */
export function isPast(call: LayerCall, query: KerasValue, key: KerasValue): Condition {
  return call.emit.op("GreaterOrEqual", places(call, query, key));
}

/** That a key is less than `width` steps from its query. */
export function isNear(call: LayerCall, query: KerasValue, key: KerasValue, width: number): Condition {
  const { emit } = call;
  return emit.op("Less", [emit.op("Abs", [emit.op("Sub", places(call, query, key))]), emit.scalar(width)]);
}

/** That a query counts, by its mask [N, T]. */
export function queryCounts({ emit }: LayerCall, mask: KerasValue): Condition {
  return emit.op("Unsqueeze", [emit.plain(mask), emit.integers([2])]);
}

/** That a key counts, by its mask [N, S]. */
export function keyCounts({ emit }: LayerCall, mask: KerasValue): Condition {
  return emit.op("Unsqueeze", [emit.plain(mask), emit.integers([1])]);
}
