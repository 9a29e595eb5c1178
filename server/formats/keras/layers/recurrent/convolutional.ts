import { int, ints } from "../../../../graph/build";
import { activate } from "../../activations";
import type { LayerCall, Lowering, Lowerings } from "../../call";
import type { KerasValue } from "../../value";
import { shapeOf, spatialOf, type Spatial } from "../spatial";
import { attributesOf, countOf, windowsOf, type Windows } from "../windows";
import { joinSteps } from "../wrapper";

/** What is remembered from step to step: [N, …spatial, F] each. */
interface Memory {
  readonly h: KerasValue;
  readonly c: KerasValue;
}

/**
 * An LSTM whose products are convolutions, over [N, T, …spatial, C], step after step:
 * (i, f, g, o) = x ⋆ W + b + h ⋆ U, c' = σ(f)·c + σ(i)·φ(g), h' = σ(o)·φ(c'), with W [...k, C, 4F], U [...k, F, 4F].
 * All steps' x ⋆ W + b are one convolution.
 */
const convolutionalLstm =
  (rank: number): Lowering =>
  (call) => {
    const { settings, emit } = call;
    const input = call.input();
    if (input.rank !== rank + 3) {
      throw call.refuse(`has an input of ${input.rank} axes, where ${rank + 3} were expected`);
    }
    if (settings.flag("stateful", false)) throw call.refuse("is stateful: it remembers one batch in the next");
    if (input.mask || call.argument("mask") !== undefined) throw call.refuse("has a masked input");
    const steps = call.extent(1, input);
    const images = joinSteps(
      call,
      input,
      input.shape.slice(2).map((_, k) => call.extent(k + 2, input)),
    );
    const layout = spatialOf(call, rank, images);
    const kernel = settings.integers("kernel_size", rank);
    const strides = kernel.map(() => 1);
    const windows = windowsOf(call, kernel, settings.integers("strides", rank, strides));
    const extents = countOf(windows, layout.extents) as readonly number[];
    const filters = settings.integer("filters");
    const cell = call.part("cell", "conv_lstm_cell");
    const weights = (name: string, channels: number): string =>
      emit.transposed(cell.weight(name, [...kernel, channels, 4 * filters], "kernel", [rank + 1]), [
        rank + 1,
        rank,
        ...kernel.map((_, axis) => axis),
      ]);
    const own = weights("kernel", layout.channels);
    const recurrent = weights("recurrent_kernel", filters);
    const bias = settings.flag("use_bias", true) ? [cell.weight("bias", [4 * filters], "bias")] : [];
    const all = convolution(call, windows, layout, [emit.arranged(images, layout.order), own, ...bias]);
    const parts = splitSteps(call, all, steps, [4 * filters, ...extents]);

    const remembered: Windows = { kernel, strides, dilations: strides, padding: "same" };
    const value = (name: string): KerasValue =>
      emit.value(name, shapeOf(layout, input.shape[0]!, filters, extents), { order: layout.order });
    const inner: Spatial = { ...layout, channels: filters, extents };
    const gatesOf = (x: string, memory: Memory | undefined): string => {
      if (!memory) return x;
      const h = emit.arranged(memory.h, layout.order);
      return emit.op("Add", [x, convolution(call, remembered, inner, [h, recurrent])]);
    };
    const quarters = emit.integers([1, 2, 3, 4].map(() => filters));
    let memory = initialOf(call);
    const outputs: KerasValue[] = [];
    for (const x of settings.flag("go_backwards", false) ? [...parts].reverse() : parts) {
      const gates = emit.ops("Split", [gatesOf(x, memory), quarters], 4, { axis: int(1) });
      const [i, f, g, o] = gates.map(value) as [KerasValue, KerasValue, KerasValue, KerasValue];
      const gate = (of: KerasValue): KerasValue => activate(call, of, "recurrent_activation");
      const added = emit.broadcast("Mul", [gate(i), activate(call, g)]);
      // Before the first step nothing is remembered, unless a state is given.
      const c = memory ? emit.broadcast("Add", [emit.broadcast("Mul", [gate(f), memory.c]), added]) : added;
      const h = emit.broadcast("Mul", [gate(o), activate(call, c)]);
      memory = { h, c };
      outputs.push(h);
    }
    const { h, c } = memory!;
    const output = settings.flag("return_sequences", false) ? stacked(call, outputs) : h;
    return settings.flag("return_state", false) ? [output, h, c] : [output];
  };

/** A convolution without groups of what is laid out as ONNX wants it: [x, weights, bias?]. */
function convolution(call: LayerCall, windows: Windows, { extents }: Spatial, inputs: readonly string[]): string {
  const { dilations } = windows;
  return call.emit.op("Conv", inputs, { ...attributesOf(windows, extents), dilations: ints(...dilations) });
}

/** The state that a call is given; undefined for zeros. */
function initialOf(call: LayerCall): Memory | undefined {
  const given = call.inputs.slice(1);
  if (given.length === 0) return undefined;
  if (given.length !== 2) throw call.refuse(`has ${given.length} initial states instead of 2`);
  return { h: call.input(1), c: call.input(2) };
}

/** [N·T, …] as T times [N, …]. */
function splitSteps({ emit }: LayerCall, all: string, steps: number, extents: readonly number[]): readonly string[] {
  const apart = emit.op("Reshape", [all, emit.integers([-1, steps, ...extents])]);
  const sizes = emit.integers(Array.from({ length: steps }, () => 1));
  const parts = emit.ops("Split", [apart, sizes], steps, { axis: int(1) });
  return parts.map((part) => emit.op("Squeeze", [part, emit.integers([1])]));
}

/** T times [N, …] as [N, T, …]. */
function stacked({ emit }: LayerCall, outputs: readonly KerasValue[]): KerasValue {
  const [{ shape, order }] = outputs as [KerasValue];
  const names = outputs.map(({ name }) => emit.op("Unsqueeze", [name, emit.integers([1])]));
  return emit.value(emit.op("Concat", names, { axis: int(1) }), [shape[0]!, outputs.length, ...shape.slice(1)], {
    order: [0, 1, ...order.slice(1).map((axis) => axis + 1)],
  });
}

/** Recurrent layers over images, by their numbers of spatial axes. */
export const convolutionalLayers: Lowerings = Object.fromEntries(
  [1, 2, 3].map((rank) => [`ConvLSTM${rank}D`, convolutionalLstm(rank)]),
);
