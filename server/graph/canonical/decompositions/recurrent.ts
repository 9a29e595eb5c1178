import { range } from "../../differentiate/shapes";
import type { Call, Decomposition, Decompositions } from "../call";
import type { Name } from "../emitter";
import { tensorOfNumbers } from "../folding/elements";
import { gateFunctions, type GateFunction } from "./activation";

/** What is remembered from step to step: h, and of an LSTM also c; each [B, H]. */
interface State {
  readonly h: Name;
  readonly c: Name | undefined;
}

/** One direction of a layer, G gates beside each other. */
interface Direction {
  readonly call: Call;
  /** Rᵀ, [H, G·H]. */
  readonly recurrence: Name;
  /** The recurrence's bias [G·H] where it is not part of the input's share already. */
  readonly bias: Name | undefined;
  readonly hidden: number;
  /** By gate function. */
  readonly activations: readonly ((x: Name) => Name)[];
}

/** One step: `x` is the input's share of the gates, x·Wᵀ + b, [B, G·H]. */
type Cell = (direction: Direction, x: Name, state: State) => State;

interface Kind {
  readonly gates: number;
  /** By gate function; those of the operator's definition. */
  readonly activations: readonly string[];
  readonly cell: Cell;
  /** Whether the recurrence's bias is simply added to the input's. */
  joinsBiases(call: Call): boolean;
}

/** The part of [B, G·H] (or of the columns of Rᵀ) that belongs to `count` gates from `first` on. */
function gate({ call, hidden }: Direction, x: Name, first: number, count = 1): Name {
  return call.emit.part(x, call.emit.shapeOf(x).length - 1, first * hidden, count * hidden);
}

function activated({ activations }: Direction, k: number, x: Name): Name {
  return activations[k]!(x);
}

/** h′ = f(x + h·Rᵀ) */
const rnnCell: Cell = (direction, x, { h }) => {
  const { emit } = direction.call;
  return { h: activated(direction, 0, emit.add(x, emit.matmul(h, direction.recurrence))), c: undefined };
};

/** Gates i, o, f, g of x + h·Rᵀ: c′ = f∘c + i∘g, h′ = o∘tanh c′. */
const lstmCell: Cell = (direction, x, { h, c }) => {
  const { emit } = direction.call;
  const all = emit.add(x, emit.matmul(h, direction.recurrence));
  const [input, output, forget] = [0, 1, 2].map((k) => activated(direction, 0, gate(direction, all, k)));
  const candidate = activated(direction, 1, gate(direction, all, 3));
  const cell = emit.add(emit.mul(forget!, c!), emit.mul(input!, candidate));
  return { h: emit.mul(output!, activated(direction, 2, cell)), c: cell };
};

/**
 * Gates z, r, n: h′ = (1 − z)∘n + z∘h with n = g(x + (r∘h)·Rᵀ), or, `linear_before_reset`, n = g(x + r∘(h·Rᵀ + b)).
 */
const gruCell: Cell = (direction, x, { h }) => {
  const { call, recurrence, bias } = direction;
  const { emit } = call;
  const isLinearFirst = call.int("linear_before_reset", 0) !== 0;
  const turned = emit.matmul(h, isLinearFirst ? recurrence : gate(direction, recurrence, 0, 2));
  const share = bias === undefined ? turned : emit.add(turned, bias);
  const [update, reset] = [0, 1].map((k) =>
    activated(direction, 0, emit.add(gate(direction, x, k), gate(direction, share, k))),
  ) as [Name, Name];
  const remembered = isLinearFirst
    ? emit.mul(reset, gate(direction, share, 2))
    : emit.matmul(emit.mul(reset, h), gate(direction, recurrence, 2));
  const candidate = activated(direction, 1, emit.add(gate(direction, x, 2), remembered));
  const kept = emit.shift(emit.neg(update), 1);
  return { h: emit.add(emit.mul(kept, candidate), emit.mul(update, h)), c: undefined };
};

/**
 * The activations of all directions. Those that have an α or β take the next of the list that is given; beyond its end,
 * their own.
 */
function activationsOf(call: Call, kind: Kind, directions: number): readonly ((x: Name) => Name)[] {
  const given = call.strings("activations") ?? [];
  const names = given.length > 0 ? given : range(directions).flatMap(() => kind.activations);
  const alphas = [...(call.floats("activation_alpha") ?? [])];
  const betas = [...(call.floats("activation_beta") ?? [])];
  return names.map((name) => {
    const known = Object.entries(gateFunctions).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
    if (known === undefined) throw call.refuse(`with the activation ${name}`);
    const next = (list: number[], otherwise: number | undefined): number =>
      otherwise === undefined ? 0 : (list.shift() ?? otherwise);
    const [alpha, beta] = [next(alphas, known.alpha), next(betas, known.beta)];
    const { apply }: GateFunction = known;
    return (x) => apply(call.emit, x, alpha, beta);
  });
}

function refuseExotic(call: Call): void {
  if (call.node.attributes.clip) throw call.refuse("with clipped gates");
  if (call.int("input_forget", 0) !== 0) throw call.refuse("with joined input and forget gates");
  if (call.optional(7) !== undefined) throw call.refuse("with peepholes");
}

/** Whether a step is within each sequence, bool [B, 1]; undefined where all sequences have all steps. */
function withinLengths(call: Call, steps: number): ((step: number) => Name) | undefined {
  const { emit } = call;
  const given = call.optional(4);
  if (given === undefined) return undefined;
  if (emit.constantOf(given) && call.integers(4)!.every((length) => length === steps)) return undefined;
  const lengths = emit.reshape(given, [emit.shapeOf(given)[0]!, 1]);
  return (step) => emit.isAbove(lengths, step);
}

/** Slice `d` of the first axis, which goes. */
function sliceOf({ emit }: Call, x: Name, d: number): Name {
  return emit.reshape(emit.part(x, 0, d, 1), emit.shapeOf(x).slice(1));
}

/** h at every step, and the last state; `order` is the order of the steps. */
function unrolled(
  call: Call,
  kind: Kind,
  d: number,
  order: readonly number[],
  activations: readonly ((x: Name) => Name)[],
): {
  readonly steps: readonly Name[];
  readonly last: State;
} {
  const { emit } = call;
  const isBatchFirst = call.int("layout", 0) === 1;
  const sequence = isBatchFirst ? emit.transpose(call.input(0), [1, 0, 2]) : call.input(0);
  const recurrence = emit.swap(sliceOf(call, call.input(2), d));
  const [hidden = 1, width = 1] = emit.shapeOf(recurrence);
  let share = emit.matmul(sequence, emit.swap(sliceOf(call, call.input(1), d)));
  let bias: Name | undefined;
  const biases = call.optional(3);
  if (biases !== undefined) {
    const both = sliceOf(call, biases, d);
    const [own, other] = [emit.part(both, 0, 0, width), emit.part(both, 0, width, width)];
    if (!kind.joinsBiases(call)) bias = other;
    share = emit.add(share, bias === undefined ? emit.add(own, other) : own);
  }
  const batch = emit.shapeOf(sequence)[1]!;
  const zeros = (): Name => emit.constant(tensorOfNumbers(call.dtype(0), [batch, hidden], () => 0));
  const initial = (position: number): Name => {
    const given = call.optional(position);
    if (given === undefined) return zeros();
    return sliceOf(call, isBatchFirst ? emit.transpose(given, [1, 0, 2]) : given, d);
  };
  const direction: Direction = { call, recurrence, bias, hidden, activations };
  const isWithin = withinLengths(call, order.length);
  let last: State = { h: initial(5), c: kind.gates === 4 ? initial(6) : undefined };
  const steps: Name[] = [];
  for (const step of order) {
    const next = kind.cell(direction, sliceOf(call, share, step), last);
    const condition = isWithin?.(step);
    if (condition === undefined) {
      last = next;
      steps[step] = next.h;
      continue;
    }
    // Behind the end of a sequence nothing is put out, and nothing is forgotten.
    steps[step] = emit.where(condition, next.h, emit.like(next.h, 0));
    last = { h: emit.where(condition, next.h, last.h), c: next.c && emit.where(condition, next.c, last.c!) };
  }
  return { steps, last };
}

/**
 * A recurrent layer as one copy of its cell for each step of the static sequence, in each direction; the outputs are all
 * h, [T, D, B, H], the last h and the last c, [D, B, H].
 */
const recurrent =
  (kind: Kind): Decomposition =>
  (call) => {
    const { emit } = call;
    const isBatchFirst = call.int("layout", 0) === 1;
    const [first = 0, second = 0] = call.shape(0);
    const [count, batch] = isBatchFirst ? [second, first] : [first, second];
    if (count === 0) throw call.refuse("over an empty sequence");
    refuseExotic(call);
    const named = call.string("direction", "forward");
    const directions = named === "bidirectional" ? ["forward", "reverse"] : [named];
    const activations = activationsOf(call, kind, directions.length);
    const each = directions.map((way, d) => {
      const order = way === "reverse" ? range(count).reverse() : range(count);
      const own = activations.slice(d * kind.activations.length);
      return unrolled(call, kind, d, order, own);
    });
    const stacked = (values: readonly Name[], axis: number, shape: readonly number[]): Name =>
      emit.concat(
        values.map((value) => emit.reshape(value, shape)),
        axis,
      );
    const hidden = emit.shapeOf(each[0]!.last.h)[1]!;
    const states = (values: readonly Name[]): Name => {
      const whole = stacked(values, 0, [1, batch, hidden]);
      return isBatchFirst ? emit.transpose(whole, [1, 0, 2]) : whole;
    };
    const all = (): Name => {
      const sequences = each.map(({ steps }) => stacked(steps, 0, [1, 1, batch, hidden]));
      const whole = emit.concat(sequences, 1);
      return isBatchFirst ? emit.transpose(whole, [2, 0, 1, 3]) : whole;
    };
    const cells = each.flatMap(({ last }) => last.c ?? []);
    return [all(), states(each.map(({ last }) => last.h)), ...(cells.length > 0 ? [states(cells)] : [])];
  };

/** Recurrent layers, unrolled; parameters are only cut and transposed, so that derivatives reach them. */
export const recurrences: Decompositions = {
  RNN: recurrent({ gates: 1, activations: ["Tanh"], cell: rnnCell, joinsBiases: () => true }),
  LSTM: recurrent({ gates: 4, activations: ["Sigmoid", "Tanh", "Tanh"], cell: lstmCell, joinsBiases: () => true }),
  GRU: recurrent({
    gates: 3,
    activations: ["Sigmoid", "Tanh"],
    cell: gruCell,
    joinsBiases: (call) => call.int("linear_before_reset", 0) === 0,
  }),
};
