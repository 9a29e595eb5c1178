import { floatTensor, int, string } from "../../../../graph/build";
import { factorOf } from "../../../keras/layers/imageSize";
import type { Call, Translation, Translations } from "../call";
import { channelsFirst, padded } from "../layout";
import type { Value } from "../value";
import { layoutOf } from "../windows";

/** How the size of images [N, H, W, C] changes. */
interface Resizing {
  readonly x: Value;
  /** Height and width before and after. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Whether the outermost pixels stay where they are. */
  readonly corners: boolean;
  /** Whether pixels have their centres at halves. */
  readonly halves: boolean;
}

function resizingOf(call: Call): Resizing {
  const x = call.input();
  const [, height, width] = x.shape;
  const [toHeight, toWidth] = call.integers(1);
  if (x.rank !== 4 || !toHeight || !toWidth) throw call.refuse(`of a tensor of ${x.rank} axes`);
  if (!height || !width) throw call.refuse("of images of unknown size");
  const corners = call.attributes.bool("align_corners");
  const halves = call.attributes.bool("half_pixel_centers");
  return { x, from: [height, width], to: [toHeight, toWidth], corners, halves };
}

/** Resizes by ONNX's operator, whose factors are those of sizes: those of two axes only do not do beside a Transpose. */
function resized({ emit }: Call, { x, from, to }: Resizing, modes: Readonly<Record<string, string>>): Value {
  const order = channelsFirst(4);
  const scales = emit.constant(floatTensor([4], [1, 1, factorOf(from[0], to[0]), factorOf(from[1], to[1])]));
  const attributes = Object.fromEntries(Object.entries(modes).map(([name, mode]) => [name, string(mode)]));
  const name = emit.op("Resize", [emit.arranged(x, order), "", scales], attributes);
  return emit.value(name, [x.shape[0]!, ...to, x.shape[3]!], { order });
}

const bilinear: Translation = (call) => {
  const resizing = resizingOf(call);
  const places = resizing.corners ? "align_corners" : resizing.halves ? "half_pixel" : "asymmetric";
  return resized(call, resizing, { mode: "linear", coordinate_transformation_mode: places });
};

/** Whole multiples by ONNX's operator; others by the very pixels, lest a factor's rounding choose their neighbours. */
const nearest: Translation = (call) => {
  const { emit } = call;
  const resizing = resizingOf(call);
  const { x, from, to, corners } = resizing;
  if (!corners && to.every((extent, k) => extent % from[k]! === 0)) {
    const modes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
    return resized(call, resizing, modes);
  }
  const name = to.reduce((value, extent, k) => {
    const pixels = emit.integers(pixelsOf(from[k]!, extent, resizing));
    return emit.op("Gather", [value, pixels], { axis: int(x.order.indexOf(k + 1)) });
  }, x.name);
  return emit.value(name, [x.shape[0]!, ...to, x.shape[3]!], { order: x.order });
};

/** ⌊k·n/m⌋, ⌊(k + ½)·n/m⌋ for half pixels; for corners k·(n − 1)/(m − 1), rounded. */
function pixelsOf(from: number, to: number, { corners, halves }: Resizing): readonly number[] {
  const ends = corners && to > 1 ? 1 : 0;
  const step = (from - ends) / (to - ends);
  return Array.from({ length: to }, (_, k) => {
    const place = step * (halves ? k + 0.5 : k);
    return Math.min(from - 1, corners ? Math.round(place) : Math.floor(place));
  });
}

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
