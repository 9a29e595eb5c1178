import { int, ints } from "../../build";
import type { Call, Decompositions } from "../call";
import type { Attributes, Name } from "../emitter";
import { paddingOf, windowsOf } from "./windows";

/** Convolutions keep their operator; padding and kernel extents become explicit. */
function conv(call: Call): Name {
  const windows = windowsOf(call, call.shape(1).slice(2));
  const { before, after } = paddingOf(call, windows);
  const attributes = attributesOf(call, windows.kernel, [...before, ...after]);
  return call.emit.node("Conv", call.all, attributes);
}

function attributesOf(call: Call, kernel: readonly number[], pads: readonly number[]): Attributes {
  const ones = kernel.map(() => 1);
  return {
    kernel_shape: ints(...kernel),
    strides: ints(...(call.ints("strides") ?? ones)),
    dilations: ints(...(call.ints("dilations") ?? ones)),
    pads: ints(...pads),
    group: int(call.int("group", 1)),
  };
}

/**
 * The whole result has s·(n − 1) + reach elements along each axis. What an asked extent leaves over is cut off on both
 * sides, the odd element at the end for SAME_UPPER, else at the beginning; what it lacks is added at the end.
 */
function convTranspose(call: Call): Name {
  const windows = windowsOf(call, call.shape(1).slice(2));
  const { kernel, strides, spatial, reach } = windows;
  const extra = [...(call.ints("output_padding") ?? kernel.map(() => 0))];
  const automatic = call.string("auto_pad", "NOTSET");
  const isSame = automatic.startsWith("SAME_");
  const asked =
    call.ints("output_shape")?.slice(-kernel.length) ?? (isSame ? spatial.map((n, k) => n * strides[k]!) : undefined);
  const given = automatic === "VALID" ? undefined : call.ints("pads");
  const pads = [...(given ?? [...kernel, ...kernel].map(() => 0))];
  asked?.forEach((extent, axis) => {
    const total = strides[axis]! * (spatial[axis]! - 1) + extra[axis]! + reach[axis]! - extent;
    const cut = Math.max(0, total);
    const half = Math.floor(cut / 2);
    pads[axis] = automatic === "SAME_UPPER" ? half : cut - half;
    pads[axis + kernel.length] = cut - pads[axis]!;
    extra[axis]! -= Math.min(0, total);
  });
  const attributes = { ...attributesOf(call, kernel, pads), output_padding: ints(...extra) };
  return call.emit.node("ConvTranspose", call.all, attributes);
}

export const convolutions: Decompositions = { Conv: conv, ConvTranspose: convTranspose };
