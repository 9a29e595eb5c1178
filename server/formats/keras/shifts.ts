import { referencesAmong, type NodeDescription, type TensorReference } from "./references";

/** How much more than its place among a nested model's calls a call's number is. */
export interface Shifts {
  /** In the arguments of calls. */
  readonly inbound: number;
  /** Among the outputs of the model around. */
  readonly outputs: number;
}

const both: Shifts = { inbound: 1, outputs: 1 };
const none: Shifts = { inbound: 0, outputs: 0 };
const onlyOutputs: Shifts = { inbound: 0, outputs: 1 };
const onlyInbound: Shifts = { inbound: 1, outputs: 0 };

/** What each generation of Keras is most likely to write. */
const likeliest = {
  older: [both, none, onlyInbound, onlyOutputs],
  functional: [onlyOutputs, none, both, onlyInbound],
  sequential: [none, both, onlyInbound, onlyOutputs],
} as const;

/**
 * How the calls of a nested model are counted. Keras counts them from 1 in some places, because the model has a call of its
 * own, and from 0 in others, and its generations differ. The meaning is the likeliest in which every call is there, serves
 * for something, and needs no later call of the same model directly.
 *
 * @param inbound numbers by which calls of the model around refer to calls of this one.
 * @param outputs numbers by which its outputs do.
 */
export function shiftsOf(
  layer: { readonly name: string; readonly nodes: readonly NodeDescription[] },
  kind: keyof typeof likeliest,
  inbound: ReadonlySet<number>,
  outputs: ReadonlySet<number>,
): Shifts {
  const { name, nodes } = layer;
  const own = nodes.flatMap(({ args, kwargs }, k) =>
    referencesAmong([args, kwargs]).flatMap((reference) =>
      reference.layer === name ? [[k, reference.node] as const] : [],
    ),
  );
  const fits = (shifts: Shifts): boolean => {
    const calls = new Set([...inbound].map((n) => n - shifts.inbound));
    for (const n of outputs) calls.add(n - shifts.outputs);
    const areThere = [...calls].every((call) => call >= 0 && call < nodes.length);
    return areThere && calls.size === nodes.length && own.every(([k, n]) => n - shifts.inbound < k);
  };
  return likeliest[kind].find(fits) ?? likeliest[kind][0];
}

/** The numbers of calls that references name, by layer. */
export function numbersByLayer(references: readonly TensorReference[]): ReadonlyMap<string, ReadonlySet<number>> {
  const numbers = new Map<string, Set<number>>();
  for (const { layer, node } of references) {
    const known = numbers.get(layer);
    if (known) known.add(node);
    else numbers.set(layer, new Set([node]));
  }
  return numbers;
}
