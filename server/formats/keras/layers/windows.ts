import { ints, string } from "../../../graph/build";
import type { Attribute } from "../../../graph/graph";
import type { LayerCall } from "../call";
import type { Extent } from "../value";

/** How the windows of a convolution or a pooling lie, one entry for each spatial axis. */
export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** `same` makes ⌈n/s⌉ windows, the odd element of padding at the end; `causal` pads at the beginning only. */
  readonly padding: "valid" | "same" | "causal";
}

/** @throws Refusal for a padding that is none of Keras'. */
export function windowsOf(call: LayerCall, kernel: readonly number[], strides: readonly number[]): Windows {
  const { settings } = call;
  const padding = settings.text("padding", "valid").toLowerCase();
  if (padding !== "valid" && padding !== "same" && !(padding === "causal" && kernel.length === 1)) {
    throw call.refuse(`has the padding ${padding}`);
  }
  const dilations = settings.integers(
    "dilation_rate",
    kernel.length,
    kernel.map(() => 1),
  );
  const all = [...kernel, ...strides, ...dilations];
  if (all.some((n) => n < 1)) throw call.refuse("has windows, strides or dilations below 1");
  return { kernel, strides, dilations, padding };
}

/** Extents of the result. */
export function countOf(
  { kernel, strides, dilations, padding }: Windows,
  extents: readonly Extent[],
): readonly Extent[] {
  return extents.map((extent, k) => {
    if (extent === null) return null;
    const reach = (kernel[k]! - 1) * dilations[k]! + 1;
    return padding === "valid" ? Math.floor((extent - reach) / strides[k]!) + 1 : Math.ceil(extent / strides[k]!);
  });
}

/**
 * The attributes of ONNX for strides and padding. Padding is given in numbers where it does not depend on an open extent:
 * not every engine pads dilated or sparse windows right by itself.
 */
export function attributesOf(windows: Windows, extents: readonly Extent[]): Readonly<Record<string, Attribute>> {
  const { kernel, strides, dilations, padding } = windows;
  const given = { strides: ints(...strides) };
  switch (padding) {
    case "valid":
      return { ...given, pads: ints(...kernel.map(() => 0), ...kernel.map(() => 0)) };
    case "same":
      return { ...given, ...samePadding(windows, extents) };
    case "causal":
      return { ...given, pads: ints((kernel[0]! - 1) * dilations[0]!, 0) };
  }
}

function samePadding({ kernel, strides, dilations }: Windows, extents: readonly Extent[]): Record<string, Attribute> {
  const totals = kernel.map((size, k) => {
    const reach = (size - 1) * dilations[k]! + 1;
    const extent = extents[k]!;
    if (extent === null) return strides[k] === 1 ? reach - 1 : undefined;
    return Math.max(0, (Math.ceil(extent / strides[k]!) - 1) * strides[k]! + reach - extent);
  });
  if (!totals.every((total) => total !== undefined)) return { auto_pad: string("SAME_UPPER") };
  const before = totals.map((total) => Math.floor(total / 2));
  return { pads: ints(...before, ...totals.map((total, k) => total - before[k]!)) };
}
