import fc from "fast-check";
import { tensorOf } from "../operatorCase";
import { fed, known, maybe, shapes, whole, type Application, type Generators, type Input } from "./application";

const scaleOf = (values: readonly number[]): Input => ({
  from: "constant",
  tensor: tensorOf(values, [values.length], "float32"),
});
const none: Input = { from: "constant", tensor: tensorOf([], [0], "float32") };

const factors = fc.constantFrom(0.5, 0.6, 0.75, 1, 1.25, 1.5, 2, 2.5, 3);

/** Images whose two last axes change, by factors or to given extents. */
const resize: fc.Arbitrary<Application> = shapes(4, 4, 6).chain((shape) =>
  fc
    .record({
      x: fed(shape),
      mode: fc.constantFrom("nearest", "linear"),
      coordinate_transformation_mode: maybe(
        fc.constantFrom("half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"),
      ),
      nearest_mode: maybe(fc.constantFrom("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")),
      factors: fc.tuple(factors, factors),
      sizes: maybe(fc.tuple(whole(1, 9), whole(1, 9))),
      onlySpatial: fc.boolean(),
      opset: fc.constantFrom(11, 13, 18, 19, 21),
    })
    .map(({ x, mode, coordinate_transformation_mode, nearest_mode, factors: given, sizes, onlySpatial, opset }) => {
      const grown = given.map((factor, k) => Math.max(factor, 1 / shape[k + 2]!)) as [number, number];
      const listed = onlySpatial && opset >= 18;
      const all = <T>(outer: readonly [T, T], inner: readonly T[]): T[] => (listed ? [...inner] : [...outer, ...inner]);
      const inputs = sizes
        ? [x, none, none, known(all([shape[0]!, shape[1]!], sizes))]
        : [x, none, scaleOf(all([1, 1], grown))];
      const isSameSize = !sizes && grown.every((factor, k) => Math.floor(shape[k + 2]! * factor) === shape[k + 2]!);
      return {
        op: "Resize",
        opset,
        inputs,
        onnxruntimeDiffers:
          isSameSize && grown.some((factor) => factor !== 1)
            ? "It copies what keeps its extents; by the definition a factor of 1.25 samples 3 pixels elsewhere."
            : undefined,
        attributes: { mode, coordinate_transformation_mode, nearest_mode, axes: listed ? [2, 3] : undefined },
      };
    }),
);

const upsample: fc.Arbitrary<Application> = fc
  .tuple(shapes(4, 4, 4), fc.tuple(whole(1, 3), whole(1, 3)), fc.constantFrom("nearest", "linear"))
  .chain(([shape, scales, mode]) =>
    fed(shape).map((x) => ({
      op: "Upsample",
      opset: 9,
      inputs: [x, scaleOf([1, 1, ...scales])],
      attributes: { mode },
    })),
  );

export const resizeGenerators: Generators = { Resize: resize, Upsample: upsample };
