import { int, ints } from "../../../graph/build";
import { activate } from "../activations";
import type { LayerCall, Lowering, Lowerings } from "../call";
import { shapeOf, spatialOf } from "./spatial";
import { attributesOf, countOf, windowsOf } from "./windows";

/** y = activation(x ⋆ W + b), W [...k, in/groups, out]. */
const convolution =
  (rank: number): Lowering =>
  (call) => {
    const { settings, emit } = call;
    const x = call.input();
    const spatial = spatialOf(call, rank);
    const kernel = settings.integers("kernel_size", rank);
    const windows = windowsOf(
      call,
      kernel,
      settings.integers(
        "strides",
        rank,
        kernel.map(() => 1),
      ),
    );
    const filters = settings.integer("filters");
    const groups = settings.integer("groups", 1);
    const { channels, order } = spatial;
    if (groups < 1 || channels % groups !== 0 || filters % groups !== 0) {
      throw call.refuse(`has ${channels} channels and ${filters} filters in ${groups} groups`);
    }
    const weights = call.weight("kernel", [...kernel, channels / groups, filters], "kernel", [rank + 1]);
    const turned = emit.transposed(weights, [rank + 1, rank, ...kernel.map((_, axis) => axis)]);
    const bias = biasOf(call, filters);
    const attributes = { ...attributesOf(windows), dilations: ints(...windows.dilations), group: int(groups) };
    const name = emit.op("Conv", [emit.arranged(x, order), turned, ...bias], attributes);
    const shape = shapeOf(spatial, x.shape[0]!, filters, countOf(windows, spatial.extents));
    return activate(call, emit.value(name, shape, { order }));
  };

function biasOf(call: LayerCall, units: number): readonly string[] {
  return call.settings.flag("use_bias", true) ? [call.weight("bias", [units], "bias")] : [];
}

/** Convolutions, by their numbers of spatial axes. */
export const convolutionLayers: Lowerings = { Conv1D: convolution(1), Conv2D: convolution(2), Conv3D: convolution(3) };
