import { PickleError, type Value } from "./objects";

/** What a class or function of an allow-list makes of its arguments. @throws PickleError */
export type Call = (args: readonly Value[]) => Value;

/** Containers and bytes of Python's own, which any list of allowed classes may hold. */
export const plainCalls: ReadonlyMap<string, Call> = new Map<string, Call>([
  ["collections.OrderedDict", ([pairs]) => (pairs === undefined ? new Map() : mapOf(pairs))],
  ["collections.defaultdict", ([, pairs]) => (pairs === undefined ? new Map() : mapOf(pairs))],
  ["collections.Counter", ([pairs]) => (pairs === undefined ? new Map() : mapOf(pairs))],
  ["builtins.set", listOf],
  ["builtins.frozenset", listOf],
  ["builtins.bytearray", encode],
  ["_codecs.encode", encode],
]);

function mapOf(pairs: Value): Map<Value, Value> {
  if (pairs instanceof Map) return pairs;
  if (!Array.isArray(pairs)) throw new PickleError("a dictionary is made from something else than pairs");
  return new Map(
    pairs.map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw new PickleError("a dictionary is made from no pairs");
      return [pair[0]!, pair[1]!];
    }),
  );
}

/** A set or tuple from the list of its entries. @throws PickleError */
export function listOf([items = []]: readonly Value[]): Value {
  if (!Array.isArray(items)) throw new PickleError("a set is made from something else than a list");
  return items;
}

/** Bytes as older pickles write them: text whose characters are the bytes. */
function encode([text]: readonly Value[]): Value {
  if (text === undefined) return new Uint8Array();
  if (text instanceof Uint8Array) return text;
  if (typeof text !== "string") throw new PickleError("bytes are made from something else than text");
  return new Uint8Array(Buffer.from(text, "latin1"));
}
