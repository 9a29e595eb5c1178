import { int, ints, string } from "../../../../graph/build";
import type { Call, Translation, Translations } from "../call";
import { channelsFirst, padded } from "../layout";
import type { Value } from "../value";
import { layoutOf } from "../windows";

/** Images [N, H, W, C] in another size. */
function resize(call: Call, modes: (halfPixels: boolean, corners: boolean) => Readonly<Record<string, string>>): Value {
  const { emit } = call;
  const x = call.input();
  if (x.rank !== 4) throw call.refuse(`of a tensor of ${x.rank} axes`);
  const size = call.integers(1);
  const order = channelsFirst(4);
  const corners = call.attributes.bool("align_corners");
  const halfPixels = call.attributes.bool("half_pixel_centers");
  const texts = Object.entries(modes(halfPixels, corners)).map(([key, value]) => [key, string(value)] as const);
  const coordinates = corners ? "align_corners" : halfPixels ? "half_pixel" : "asymmetric";
  const attributes = {
    ...Object.fromEntries(texts),
    coordinate_transformation_mode: string(coordinates),
    axes: ints(2, 3),
  };
  const name = emit.op("Resize", [emit.arranged(x, order), "", "", emit.integers(size)], attributes);
  return emit.value(name, [x.shape[0]!, size[0]!, size[1]!, x.shape[3]!], { order });
}

/**
 * TensorFlow takes ⌊(k + ½)·n/m⌋ for half pixels, which is ONNX's own coordinate rounded to the nearest, halves up; ⌊k·n/m⌋
 * without; and for corners the nearest, halves up.
 */
const nearest: Translation = (call) =>
  resize(call, (halfPixels, corners) => ({
    mode: "nearest",
    nearest_mode: halfPixels || corners ? "round_prefer_ceil" : "floor",
  }));

const bilinear: Translation = (call) => resize(call, () => ({ mode: "linear" }));

const blocks =
  (op: "DepthToSpace" | "SpaceToDepth"): Translation =>
  (call) => {
    const { emit } = call;
    const x = call.input();
    const { order, channelAxis } = layoutOf(call, x.rank);
    const block = call.attributes.int("block_size", 0);
    const grows = op === "DepthToSpace";
    const attributes = { blocksize: int(block), ...(grows ? { mode: string("DCR") } : {}) };
    const name = emit.op(op, [emit.arranged(x, order)], attributes);
    const shape = x.shape.map((extent, axis) => {
      if (extent === null || axis === 0) return extent;
      if (axis === channelAxis) return grows ? extent / block ** 2 : extent * block ** 2;
      return grows ? extent * block : extent / block;
    });
    return emit.value(name, shape, { order });
  };

const mirrorPad: Translation = (call) => {
  const mode = call.attributes.text("mode", "");
  if (mode !== "REFLECT") throw call.refuse(`in the mode ${mode}`);
  return padded(call, call.input(), call.integers(1), { mode: "reflect" });
};

/** Operators on the spatial axes of images. */
export const imageOperators: Translations = {
  Pad: (call) => padded(call, call.input(), call.integers(1), { mode: "constant" }),
  PadV2: (call) => padded(call, call.input(), call.integers(1), { mode: "constant", fill: call.input(2).name }),
  MirrorPad: mirrorPad,
  ResizeBilinear: bilinear,
  ResizeNearestNeighbor: nearest,
  DepthToSpace: blocks("DepthToSpace"),
  SpaceToDepth: blocks("SpaceToDepth"),
};
