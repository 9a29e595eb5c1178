import { int } from "../../../../graph/build";
import type { LayerCall, Lowering, Lowerings } from "../../call";
import type { KerasValue } from "../../value";
import type { Settings } from "../../settings";
import { maskOf, withMask } from "../masking";
import { convolutionalLayers } from "./convolutional";
import { recurrence, type Recurrence } from "./run";

/** The initial states that a call is given, as a list or one after another. */
function initialStates(call: LayerCall): readonly KerasValue[] {
  const mask = call.argument("mask");
  return call.inputs.slice(1).filter((value) => value !== mask);
}

/** The steps the other way round. */
function reversed({ emit }: LayerCall, x: KerasValue): KerasValue {
  const axis = x.order.indexOf(1);
  const bounds = [[-1], [-(2 ** 31)], [axis], [-1]].map((list) => emit.integers(list));
  return emit.like(x, emit.op("Slice", [x.name, ...bounds]));
}

/** LSTM, GRU, SimpleRNN, and RNN with their cells. */
const layer: Lowering = (call) => {
  const { settings } = call;
  const backwards = settings.flag("go_backwards", false);
  const all = settings.flag("return_sequences", false);
  const zeros = settings.flag("zero_output_for_mask", false);
  const mask = maskOf(call);
  const run = recurrence(call, { input: call.input(), mask, initial: initialStates(call), backwards, zeros });
  // The steps are put out in the order in which they are read.
  const sequence = backwards && all ? reversed(call, run.sequence) : run.sequence;
  const output = all ? withMask(call, sequence, mask) : run.last;
  return settings.flag("return_state", false) ? [output, ...run.states] : [output];
};

/** How the outputs of two directions become one. */
function merged(call: LayerCall, mode: string, forward: KerasValue, backward: KerasValue): KerasValue {
  const { emit } = call;
  switch (mode) {
    case "concat": {
      const width = call.extent(-1, forward) + call.extent(-1, backward);
      const names = [forward, backward].map((value) => emit.arranged(value, forward.order));
      const name = emit.op("Concat", names, { axis: int(forward.order.indexOf(forward.rank - 1)) });
      return emit.value(name, [...forward.shape.slice(0, -1), width], { order: forward.order });
    }
    case "sum":
      return emit.broadcast("Add", [forward, backward]);
    case "ave":
      return emit.like(forward, emit.op("Mul", [emit.broadcast("Add", [forward, backward]).name, emit.scalar(0.5)]));
    case "mul":
      return emit.broadcast("Mul", [forward, backward]);
    default:
      throw call.refuse(`has the merge_mode ${mode}`);
  }
}

/** The name of a described layer. */
function nameOf(description: Settings | undefined): string {
  return description?.nested("config")?.text("name", "") ?? "";
}

/** A layer and its reverse, which reads the steps the other way round; outputs are put side by side step by step. */
const bidirectional: Lowering = (call) => {
  const { settings } = call;
  const input = call.input();
  const mask = maskOf(call);
  // Keras 3 describes both layers by the names that they have, Keras 2 only the one that they are made from.
  const plain = nameOf(settings.nested("layer")).replace(/^forward_/, "");
  const forward = call.wrapped("layer", "forward_layer", [input], `forward_${plain}`);
  const backward = settings.has("backward_layer")
    ? call.wrapped("backward_layer", "backward_layer", [input])
    : call.wrapped("layer", "backward_layer", [input], `backward_${plain}`);
  const all = forward.settings.flag("return_sequences", false);
  const initial = initialStates(call);
  const half = initial.length / 2;
  const first = forward.settings.flag("go_backwards", false);
  const run = (one: LayerCall, backwards: boolean, states: readonly KerasValue[]): Recurrence =>
    recurrence(one, { input, mask, initial: states, backwards, zeros: all });
  const one = run(forward, first, initial.slice(0, half));
  const other = run(backward, !first, initial.slice(half));
  const outputOf = ({ sequence, last }: Recurrence): KerasValue => (all ? sequence : last);
  const outputs =
    first && all ? [reversed(call, one.sequence), reversed(call, other.sequence)] : [outputOf(one), outputOf(other)];
  const [ahead, back] = outputs as [KerasValue, KerasValue];
  const mode = settings.raw("merge_mode");
  const results = mode === undefined ? [ahead, back] : [merged(call, settings.text("merge_mode"), ahead, back)];
  const masked = all ? results.map((value) => withMask(call, value, mask)) : results;
  const returnsState = forward.settings.flag("return_state", false);
  return returnsState ? [...masked, ...one.states, ...other.states] : masked;
};

/** Layers that read a sequence step by step. */
export const recurrentLayers: Lowerings = {
  LSTM: layer,
  GRU: layer,
  SimpleRNN: layer,
  RNN: layer,
  Bidirectional: bidirectional,
  ...convolutionalLayers,
};
