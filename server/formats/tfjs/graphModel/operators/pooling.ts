import { int, ints } from "../../../../graph/build";
import type { Translation, Translations } from "../call";
import { attributesOf, countsOf, imagesOf, windowsOf } from "../windows";

/** Padding takes no part: neither in a maximum nor in the number that a sum is divided by. */
const pooling =
  (op: "MaxPool" | "AveragePool"): Translation =>
  (call) => {
    const { emit } = call;
    const x = call.input();
    const windows = windowsOf(call, x.shape);
    if (windows.padding === "EXPLICIT" && op === "AveragePool") throw call.refuse("with the padding EXPLICIT");
    const attributes = {
      ...attributesOf(windows),
      kernel_shape: ints(...windows.kernel),
      ...(op === "AveragePool" ? { count_include_pad: int(0) } : {}),
    };
    const name = emit.op(op, [emit.arranged(x, windows.order)], attributes);
    const [batch, channels] = [x.shape[0]!, x.shape[windows.channelAxis]!];
    return imagesOf(call, windows, name, { batch, channels, extents: countsOf(windows) });
  };

export const poolings: Translations = {
  MaxPool: pooling("MaxPool"),
  MaxPool3D: pooling("MaxPool"),
  AvgPool: pooling("AveragePool"),
  AvgPool3D: pooling("AveragePool"),
};
