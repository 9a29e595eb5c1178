import { int } from "../../../graph/build";
import type { LayerCall, Lowering, Lowerings } from "../call";
import type { Extent, KerasValue } from "../value";
import { withMask } from "./masking";

/** Layers for which Keras makes use of the mask of a step. */
const usesMask: ReadonlySet<string> = new Set([
  "LSTM",
  "GRU",
  "SimpleRNN",
  "RNN",
  "Bidirectional",
  "GlobalAveragePooling1D",
  "Softmax",
]);

/** The wrapped layer applied to every step: the steps are samples meanwhile. */
const timeDistributed: Lowering = (call) => {
  const x = call.input();
  const [batch, steps, ...rest] = x.shape as [Extent, Extent, ...Extent[]];
  const extents = rest.map((_, k) => call.extent(k + 2, x));
  const joined = joinSteps(call, x, extents);
  const results = appliedToSteps(call, joined, x.mask !== undefined);
  call.emit.begin(call.name);
  const split = results.map((y) => splitSteps(call, y, x, batch, steps));
  return split.map((value) => withMask(call, value, x.mask));
};

function appliedToSteps(call: LayerCall, joined: KerasValue, isMasked: boolean): readonly KerasValue[] {
  if (call.applyInner) {
    if (isMasked) throw call.refuse("hands a mask to a model for each step");
    return call.applyInner([joined]);
  }
  const each = call.wrapped("layer", "layer", [joined]);
  if (isMasked && usesMask.has(each.className)) throw call.refuse(`hands a mask to a ${each.className} for each step`);
  return call.context.lower(each);
}

/** Steps as samples: [N, T, …] → [N·T, …]. */
export function joinSteps({ emit }: LayerCall, x: KerasValue, extents: readonly number[]): KerasValue {
  const isReady = x.order[0] === 0 && x.order[1] === 1;
  const order = isReady ? x.order.slice(2).map((axis) => axis - 1) : extents.map((_, k) => k + 1);
  const name = isReady ? x.name : emit.plain(x);
  const shape = emit.integers([-1, ...order.map((axis) => extents[axis - 1]!)]);
  return emit.value(emit.op("Reshape", [name, shape]), [null, ...extents], { order: [0, ...order], dtype: x.dtype });
}

/** [N·T, …] → [N, T, …] */
function splitSteps(call: LayerCall, y: KerasValue, x: KerasValue, batch: Extent, steps: Extent): KerasValue {
  const { emit } = call;
  const isReady = y.order[0] === 0;
  const order = isReady ? y.order.slice(1) : y.shape.slice(1).map((_, k) => k + 1);
  const extents = order.map((axis) => call.extent(axis, y));
  const leading = (): string => {
    const shape = emit.op("Shape", [emit.plain(x)]);
    const first = emit.op("Slice", [shape, emit.integers([0]), emit.integers([2])]);
    return emit.op("Concat", [first, emit.integers(extents)], { axis: int(0) });
  };
  const shape = steps === null ? leading() : emit.integers([-1, steps, ...extents]);
  const name = emit.op("Reshape", [isReady ? y.name : emit.plain(y), shape]);
  const whole = [batch, steps, ...y.shape.slice(1)];
  return emit.value(name, whole, { order: [0, 1, ...order.map((axis) => axis + 1)], dtype: y.dtype });
}

/** The layer as it is: its kernel was normalised while it was trained. */
const spectral: Lowering = (call) => call.context.lower(call.wrapped("layer", "layer", [call.input()]));

/** Layers that apply another one. */
export const wrapperLayers: Lowerings = { TimeDistributed: timeDistributed, SpectralNormalization: spectral };
