import fc from "fast-check";
import { belowStride, windows } from "./convolution";
import { fed, flags, maybe, shapes, whole, type Application, type Generators } from "./application";

interface PoolOptions {
  readonly dilated: boolean;
  readonly opset: number;
  /** Further attributes. */
  readonly attributes?: fc.Arbitrary<Record<string, number | undefined>>;
  readonly indices?: fc.Arbitrary<boolean>;
}

function pool(op: string, { dilated, opset, attributes, indices }: PoolOptions): fc.Arbitrary<Application> {
  return fc
    .record({
      form: windows({ dilated, padsBelowKernel: true }),
      batch: whole(1, 2),
      channels: whole(1, 3),
      ceil_mode: maybe(whole(0, 1)),
      further: attributes ?? fc.constant({}),
      withIndices: indices ?? fc.constant(false),
    })
    .chain(({ form, batch, channels, ceil_mode, further, withIndices }) => {
      const { spatial, kernel, strides, dilations, pads, auto_pad } = form;
      return fed([batch, channels, ...spatial]).map((x) => ({
        op,
        opset,
        inputs: [x],
        onnxruntimeRefuses: belowStride(form),
        attributes: {
          kernel_shape: kernel,
          strides,
          dilations,
          pads,
          auto_pad,
          // Rounding up and automatic padding are two answers to one question.
          ceil_mode: auto_pad === undefined ? ceil_mode : undefined,
          ...further,
        },
        outputs: withIndices ? ["float32", "int64"] : ["float32"],
      }));
    });
}

const global = (op: string): fc.Arbitrary<Application> =>
  shapes(3, 4)
    .chain((shape) => fed(shape))
    .map((x) => ({ op, inputs: [x] }));

export const poolingGenerators: Generators = {
  MaxPool: fc.constantFrom(10, 12, 21).chain((opset) => pool("MaxPool", { dilated: true, opset, indices: flags })),
  AveragePool: fc.constantFrom(11, 19, 21).chain((opset) =>
    pool("AveragePool", {
      dilated: opset >= 19,
      opset,
      attributes: fc.record({ count_include_pad: maybe(whole(0, 1)) }),
    }),
  ),
  LpPool: pool("LpPool", { dilated: true, opset: 18, attributes: fc.record({ p: maybe(whole(1, 3)) }) }),
  GlobalAveragePool: global("GlobalAveragePool"),
  GlobalMaxPool: global("GlobalMaxPool"),
};
