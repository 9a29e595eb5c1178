import type { Lowerings } from "../call";

/** A factor for each channel, which Keras' own ConvNeXt learns for the branches that it adds. */
export const scaleLayers: Lowerings = {
  LayerScale(call) {
    const { emit } = call;
    const x = call.input();
    const channels = call.extent(-1, x);
    return emit.broadcast("Mul", [x, emit.value(call.weight("variable", [channels], "scale"), [channels])]);
  },
};
