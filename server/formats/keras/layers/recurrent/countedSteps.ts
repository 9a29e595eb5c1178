import { int, intTensor } from "../../../../graph/build";
import { codeOf } from "../../../../graph/elements";
import type { LayerCall } from "../../call";
import type { KerasValue } from "../../value";
import { placesAlong, toFloat } from "../../steps";

/** A mask, made ready for operators that know only sequences of different lengths: counted steps go to the beginning. */
export interface CountedSteps {
  /** How many steps of each sequence count: int32 [N]. */
  readonly lengths: string;
  /** Whether any does: bool [N, 1]. */
  readonly isAny: string;
  /** The steps that count, moved to the beginning, zeros behind them: [N, T, C] → [N, T, C]. */
  compact(x: string): string;
  /** Whether the step that is read last counts, `backwards` the first: bool [N, 1]. */
  isLastCounted(backwards: boolean): string;
  /**
   * Results of the compacted steps put back, [N, T, H] → [N, T, H]: a step that does not count repeats the one that was
   * read before it, which `backwards` is the one after it; there, and everywhere when `zeros`, it may be 0.
   */
  spread(y: string, backwards: boolean, zeros: boolean): string;
}

/**
 * Compaction by products with matrices of 0 and 1, which are exact, differentiable, and known to every engine. The place of
 * a step that counts is the number of those before it.
 */
export function countedSteps(call: LayerCall, x: KerasValue, mask: KerasValue): CountedSteps {
  const { emit } = call;
  const counts = emit.plain(mask);
  const ones = toFloat(emit, counts);
  const upTo = emit.op("CumSum", [ones, emit.constant(intTensor([], [1]))]);
  const before = emit.op("Sub", [upTo, ones]);
  const places = placesAlong(call, x, 1);
  const total = emit.op("ReduceSum", [ones, emit.integers([1])], { keepdims: int(1) });
  const unsqueezed = (name: string, axis: number): string => emit.op("Unsqueeze", [name, emit.integers([axis])]);
  return {
    lengths: emit.op("Cast", [emit.op("Squeeze", [total, emit.integers([1])])], { to: int(codeOf("int32")) }),
    isAny: emit.op("Greater", [total, emit.scalar(0)]),
    compact: (name) => {
      // [N, 1, T] against [T, 1]: whether step t has place j.
      const goes = emit.op("Equal", [unsqueezed(before, 1), unsqueezed(places, 1)]);
      return emit.op("MatMul", [toFloat(emit, emit.op("And", [goes, unsqueezed(counts, 1)])), name]);
    },
    isLastCounted: (backwards) => {
      const [start, end] = backwards ? [0, 1] : [-1, 2 ** 31 - 1];
      return emit.op("Slice", [counts, emit.integers([start]), emit.integers([end]), emit.integers([1])]);
    },
    spread: (name, backwards, zeros) => {
      // Place −1, before the first step that counts, is no column's: the row is all 0.
      const from = backwards ? before : emit.op("Sub", [upTo, emit.scalar(1)]);
      const comes = emit.op("Equal", [unsqueezed(from, 2), places]);
      return emit.op("MatMul", [toFloat(emit, zeros ? emit.op("And", [comes, unsqueezed(counts, 2)]) : comes), name]);
    },
  };
}
