import fc from "fast-check";
import {
  axes,
  axisLists,
  fed,
  integers,
  known,
  maybe,
  shapes,
  whole,
  type Application,
  type Generators,
  type Input,
} from "./application";

interface ReductionOptions {
  readonly low?: number;
  readonly high?: number;
  readonly whole?: boolean;
}

/** Axes are an input from operator set `since` on, before an attribute; none at all means all. */
function reduction(op: string, { low = -2, high = 2, whole: wholes = false }: ReductionOptions = {}) {
  const since = op === "ReduceSum" ? 13 : 18;
  const types = fc.constantFrom("float32" as const, ...(wholes ? (["int32", "int64"] as const) : []));
  return fc
    .tuple(shapes(1, 5, 4), types, fc.constantFrom(11, 13, 18, 20), maybe(whole(0, 1)))
    .chain(([shape, dtype, opset, keepdims]): fc.Arbitrary<Application> =>
      fc
        .tuple(
          dtype === "float32" ? fed(shape, low, high) : integers(shape, dtype, -3, 3),
          fc.oneof(fc.constant(undefined), fc.constant([]), axisLists(shape.length, 1)),
          maybe(whole(0, 1)),
        )
        .map(([x, list, noop]): Application => {
          const asInput = opset >= since;
          const further: Input[] = asInput && list ? [known(list)] : [];
          return {
            op,
            opset,
            inputs: [x, ...further],
            outputs: [dtype],
            attributes: {
              keepdims,
              axes: !asInput && list?.length ? list : undefined,
              noop_with_empty_axes: asInput ? noop : undefined,
            },
          };
        }),
    );
}

/** Before operator set 13, all axes from `axis` on are one. */
const softmax = (op: string): fc.Arbitrary<Application> =>
  fc.tuple(shapes(1, 4), fc.constantFrom(11, 12, 13, 21)).chain(([shape, opset]) => {
    const withDefault = opset >= 13 || shape.length > 1;
    return fc
      .tuple(fed(shape, -6, 6), withDefault ? maybe(axes(shape.length)) : axes(shape.length))
      .map(([x, axis]) => ({ op, opset, inputs: [x], attributes: { axis } }));
  });

export const reductionGenerators: Generators = {
  ReduceSum: reduction("ReduceSum", { whole: true }),
  ReduceMean: reduction("ReduceMean"),
  ReduceMax: reduction("ReduceMax", { whole: true }),
  ReduceMin: reduction("ReduceMin", { whole: true }),
  ReduceProd: reduction("ReduceProd", { low: 0.5, high: 1.5, whole: true }),
  ReduceSumSquare: reduction("ReduceSumSquare"),
  ReduceL1: reduction("ReduceL1"),
  ReduceL2: reduction("ReduceL2"),
  ReduceLogSum: reduction("ReduceLogSum", { low: 0.2, high: 2 }),
  ReduceLogSumExp: reduction("ReduceLogSumExp"),
  Softmax: softmax("Softmax"),
  LogSoftmax: softmax("LogSoftmax"),
};
