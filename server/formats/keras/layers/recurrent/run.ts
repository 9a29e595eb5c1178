import { string } from "../../../../graph/build";
import type { LayerCall } from "../../call";
import type { KerasValue } from "../../value";
import { cellsOf, type Cell } from "./cell";
import { countedSteps, type CountedSteps } from "./countedSteps";

/** What a recurrent layer computes. */
export interface Recurrence {
  /** The outputs in the order of the input's steps, whichever way it is read: [N, T, H]. */
  readonly sequence: KerasValue;
  /** The output of the step that is read last: [N, H]. */
  readonly last: KerasValue;
  /** What is remembered after that step: [N, H] each. */
  readonly states: readonly KerasValue[];
}

/** How a recurrent layer is applied. */
export interface RecurrenceOptions {
  readonly input: KerasValue;
  readonly mask?: KerasValue | undefined;
  /** What is remembered before the first step; zeros when empty. */
  readonly initial: readonly KerasValue[];
  readonly backwards: boolean;
  /** Whether steps that are masked put out 0, not what was put out before them. */
  readonly zeros: boolean;
}

/** Applies a recurrent layer, one or several cells on top of each other, to [N, T, C]. */
export function recurrence(call: LayerCall, options: RecurrenceOptions): Recurrence {
  const { emit, settings } = call;
  const { input, mask, backwards, zeros } = options;
  if (input.rank !== 3) throw call.refuse(`has an input of ${input.rank} axes, where 3 were expected`);
  if (settings.flag("stateful", false)) throw call.refuse("is stateful: it remembers one batch in the next");
  if (settings.flag("time_major", false)) throw call.refuse("has its steps before its samples (time_major)");
  const cells = cellsOf(call);
  const count = cells.reduce((sum, { states }) => sum + states, 0);
  if (options.initial.length !== 0 && options.initial.length !== count) {
    throw call.refuse(`has ${options.initial.length} initial states instead of ${count}`);
  }
  const steps = mask && countedSteps(call, input, mask);
  let x = steps ? emit.transposed(steps.compact(emit.plain(input)), [1, 0, 2]) : emit.arranged(input, [1, 0, 2]);
  let width = call.extent(-1, input);
  let remaining = options.initial;
  const states: string[] = [];
  for (const cell of cells) {
    const initial = remaining.slice(0, cell.states);
    remaining = remaining.slice(cell.states);
    const done = runCell(call, cell, { x, width, initial, steps, backwards });
    x = done.all;
    states.push(...done.states);
    width = cell.units;
  }
  const [batch, extent] = input.shape as [number | null, number | null];
  const value = (name: string): KerasValue => emit.value(name, [batch, width]);
  const shape = [batch, extent, width];
  const sequence = steps
    ? emit.value(steps.spread(emit.transposed(x, [1, 0, 2]), backwards, zeros), shape, { mask })
    : emit.value(x, shape, { order: [1, 0, 2] });
  const top = states.at(-cells.at(-1)!.states)!;
  return {
    sequence,
    last: value(steps ? lastOutput(call, top, steps, options) : top),
    states: states.map((name, k) => emit.value(name, [batch, unitsOf(cells, k)])),
  };
}

/** The units of the cell that has the k-th state. */
function unitsOf(cells: readonly Cell[], k: number): number {
  return cells.flatMap(({ units, states }) => new Array<number>(states).fill(units))[k]!;
}

/** Before any step that counts, the output is 0, whatever the initial state. */
function lastOutput(call: LayerCall, top: string, steps: CountedSteps, options: RecurrenceOptions): string {
  const { emit } = call;
  if (options.zeros) return emit.op("Where", [steps.isLastCounted(options.backwards), top, emit.scalar(0)]);
  return options.initial.length === 0 ? top : emit.op("Where", [steps.isAny, top, emit.scalar(0)]);
}

interface CellRun {
  /** [T, N, C] */
  readonly x: string;
  readonly width: number;
  readonly initial: readonly KerasValue[];
  readonly steps: CountedSteps | undefined;
  readonly backwards: boolean;
}

/** One operator: all outputs, [T, N, H], and the last states, [N, H]. */
function runCell(
  call: LayerCall,
  cell: Cell,
  { x, width, initial, steps, backwards }: CellRun,
): { readonly all: string; readonly states: readonly string[] } {
  const { emit } = call;
  const { kernel, recurrence: turned, bias } = cell.weights(width);
  const direction = string(backwards ? "reverse" : "forward");
  const lengths = steps?.lengths ?? "";
  const given = initial.map((state) => emit.op("Unsqueeze", [emit.plain(state), emit.integers([0])]));
  const inputs = [x, kernel, turned, bias, ...(lengths !== "" || given.length > 0 ? [lengths] : []), ...given];
  const outputs = emit.ops(cell.operator, inputs, 1 + cell.states, { ...cell.attributes, direction });
  const [all, ...last] = outputs.map((name, k) => emit.op("Squeeze", [name, emit.integers([k === 0 ? 1 : 0])])) as [
    string,
    ...string[],
  ];
  if (!steps || initial.length === 0) return { all, states: last };
  // A sequence without a step that counts leaves the states as they were.
  return { all, states: last.map((name, k) => emit.op("Where", [steps.isAny, name, emit.plain(initial[k]!)])) };
}
