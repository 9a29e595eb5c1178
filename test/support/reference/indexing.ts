import { at, axisOf, generate, indices, positionOf, withAxis, type Call, type Operator, type Value } from "./values";

const fromEnd = (index: number, extent: number): number => (index < 0 ? index + extent : index);

function gather(call: Call): Value[] {
  const x = call.input(0);
  const chosen = call.input(1);
  const axis = axisOf(call.int("axis", 0), x.shape.length);
  const rank = chosen.shape.length;
  return [
    generate(x.dtype, [...x.shape.slice(0, axis), ...chosen.shape, ...x.shape.slice(axis + 1)], (index) => {
      const which = fromEnd(at(chosen, index.slice(axis, axis + rank)), x.shape[axis]!);
      return at(x, [...index.slice(0, axis), which, ...index.slice(axis + rank)]);
    }),
  ];
}

function gatherElements(call: Call): Value[] {
  const x = call.input(0);
  const chosen = call.input(1);
  const axis = axisOf(call.int("axis", 0), x.shape.length);
  return [
    generate(x.dtype, chosen.shape, (index) =>
      at(x, withAxis(index, axis, fromEnd(at(chosen, index), x.shape[axis]!))),
    ),
  ];
}

function gatherND(call: Call): Value[] {
  const x = call.input(0);
  const chosen = call.input(1);
  const batch = call.int("batch_dims", 0);
  const depth = chosen.shape.at(-1)!;
  const outer = chosen.shape.slice(0, -1);
  return [
    generate(x.dtype, [...outer, ...x.shape.slice(batch + depth)], (index) => {
      const place = index.slice(0, outer.length);
      const which = Array.from({ length: depth }, (_, k) => fromEnd(at(chosen, [...place, k]), x.shape[batch + k]!));
      return at(x, [...place.slice(0, batch), ...which, ...index.slice(outer.length)]);
    }),
  ];
}

const combine: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

function scatterInto(call: Call, updates: Value, targetOf: (index: readonly number[]) => readonly number[]): Value[] {
  const x = call.input(0);
  const merge = combine[call.string("reduction", "none")]!;
  const data = x.data.slice();
  for (const index of indices(updates.shape)) {
    const position = positionOf(x.shape, targetOf(index));
    data[position] = merge(data[position]!, at(updates, index));
  }
  return [{ ...x, data }];
}

function scatterElements(call: Call): Value[] {
  const x = call.input(0);
  const chosen = call.input(1);
  const axis = axisOf(call.int("axis", 0), x.shape.length);
  return scatterInto(call, call.input(2), (index) => withAxis(index, axis, fromEnd(at(chosen, index), x.shape[axis]!)));
}

function scatterND(call: Call): Value[] {
  const x = call.input(0);
  const chosen = call.input(1);
  const depth = chosen.shape.at(-1)!;
  const outer = chosen.shape.length - 1;
  return scatterInto(call, call.input(2), (index) => [
    ...Array.from({ length: depth }, (_, k) => fromEnd(at(chosen, [...index.slice(0, outer), k]), x.shape[k]!)),
    ...index.slice(outer),
  ]);
}

function oneHot(call: Call): Value[] {
  const chosen = call.input(0);
  const depth = call.input(1).data[0]!;
  const values = call.input(2);
  const rank = chosen.shape.length + 1;
  const axis = axisOf(call.int("axis", -1), rank);
  const shape = [...chosen.shape.slice(0, axis), depth, ...chosen.shape.slice(axis)];
  return [
    generate(values.dtype, shape, (index) => {
      const which = fromEnd(at(chosen, [...index.slice(0, axis), ...index.slice(axis + 1)]), depth);
      return values.data[which === index[axis] ? 1 : 0]!;
    }),
  ];
}

/** Position of the largest (or smallest) element along an axis; the first one of equals unless asked otherwise. */
function extremum(call: Call, better: (a: number, b: number) => boolean): Value[] {
  const x = call.input(0);
  const axis = axisOf(call.int("axis", 0), x.shape.length);
  const keep = call.int("keepdims", 1) === 1;
  const last = call.int("select_last_index", 0) === 1;
  const reduced = x.shape.map((extent, a) => (a === axis ? 1 : extent));
  const found = generate("int64", reduced, (index) => {
    let best = 0;
    for (let k = 1; k < x.shape[axis]!; k++) {
      const [now, then] = [at(x, withAxis(index, axis, k)), at(x, withAxis(index, axis, best))];
      if (better(now, then) || (last && now === then)) best = k;
    }
    return best;
  });
  return [keep ? found : { ...found, shape: x.shape.filter((_, a) => a !== axis) }];
}

function topK(call: Call): Value[] {
  const x = call.input(0);
  const count = call.input(1).data[0]!;
  const axis = axisOf(call.int("axis", -1), x.shape.length);
  const sign = call.int("largest", 1) === 1 ? -1 : 1;
  const shape = x.shape.map((extent, a) => (a === axis ? count : extent));
  const rank = (index: readonly number[]): number => {
    const line = Array.from({ length: x.shape[axis]! }, (_, k) => at(x, withAxis(index, axis, k)));
    const order = line.map((_, k) => k).sort((a, b) => sign * (line[a]! - line[b]!) || a - b);
    return order[index[axis]!]!;
  };
  return [
    generate(x.dtype, shape, (index) => at(x, withAxis(index, axis, rank(index)))),
    generate("int64", shape, rank),
  ];
}

function trilu(call: Call): Value[] {
  const x = call.input(0);
  const diagonal = call.optional(1)?.data[0] ?? 0;
  const upper = call.int("upper", 1) === 1;
  return [
    generate(x.dtype, x.shape, (index) => {
      const offset = index.at(-1)! - index.at(-2)!;
      return (upper ? offset >= diagonal : offset <= diagonal) ? at(x, index) : 0;
    }),
  ];
}

function cumSum(call: Call): Value[] {
  const x = call.input(0);
  const axis = axisOf(call.input(1).data[0]!, x.shape.length);
  const exclusive = call.int("exclusive", 0) === 1;
  const reverse = call.int("reverse", 0) === 1;
  return [
    generate(x.dtype, x.shape, (index) => {
      let sum = 0;
      for (let k = 0; k < x.shape[axis]!; k++) {
        const distance = reverse ? k - index[axis]! : index[axis]! - k;
        if (exclusive ? distance > 0 : distance >= 0) sum += at(x, withAxis(index, axis, k));
      }
      return sum;
    }),
  ];
}

/** One row for each axis, one column for each element that is not 0. */
function nonZero(call: Call): Value[] {
  const x = call.input(0);
  const found = Array.from(indices(x.shape), (index) => [...index]).filter((index) => at(x, index) !== 0);
  return [generate("int64", [x.shape.length, found.length], ([axis, k]) => found[k!]![axis!]!)];
}

export const indexings: Readonly<Record<string, Operator>> = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  OneHot: oneHot,
  ArgMax: (call) => extremum(call, (a, b) => a > b),
  ArgMin: (call) => extremum(call, (a, b) => a < b),
  TopK: topK,
  Trilu: trilu,
  CumSum: cumSum,
  NonZero: nonZero,
};
