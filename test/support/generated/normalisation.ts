import fc from "fast-check";
import {
  axes,
  fed,
  flags,
  floating,
  maybe,
  real,
  shapes,
  whole,
  type Application,
  type Generators,
} from "./application";

/** Where all values are equal, the roundings of x·s and mean·s are left, s being up to 1/√ε ≈ 316. */
const tolerance = 5e-5;

const epsilons = maybe(floating(1e-4, 0.1));

const batchNorm: fc.Arbitrary<Application> = fc
  .tuple(shapes(2, 4), epsilons, fc.constantFrom(7, 9, 14, 15, 21))
  .chain(([shape, epsilon, opset]) => {
    const channels = [shape[1]!];
    return fc
      .tuple(fed(shape), real(channels), real(channels), real(channels), real(channels, 0.1, 2))
      .map((inputs) => ({ op: "BatchNormalization", opset, inputs, attributes: { epsilon } }));
  });

const layerNorm: fc.Arbitrary<Application> = fc
  .tuple(shapes(1, 4), epsilons, flags, fc.constantFrom(1, 2, 3))
  .chain(([shape, epsilon, shift, outputs]) =>
    axes(shape.length).chain((axis) => {
      const normalised = shape.slice(axis < 0 ? axis + shape.length : axis);
      return fc.tuple(fed(shape), real(normalised), ...(shift ? [real(normalised)] : [])).map((inputs) => ({
        op: "LayerNormalization",
        inputs,
        attributes: { axis, epsilon },
        outputs: new Array<"float32">(outputs).fill("float32"),
        tolerance,
      }));
    }),
  );

const perChannel = (op: string, groupsOf: (channels: number) => readonly number[], opset: fc.Arbitrary<number>) =>
  fc
    .tuple(shapes(3, 4, 6), epsilons, opset, whole(0, 9))
    .chain(([shape, epsilon, version, pick]): fc.Arbitrary<Application> => {
      const [, channels] = shape as [number, number];
      const wide = [...shape.slice(0, -1), shape.at(-1)! + 1];
      const choices = groupsOf(channels);
      const groups = choices[pick % choices.length]!;
      // Operator set 18 had one scale for each group, 21 has one for each channel.
      const scales = [op === "GroupNormalization" && version < 21 ? groups : channels];
      return fc.tuple(fed(wide), real(scales), real(scales)).map((inputs) => ({
        op,
        opset: version,
        inputs,
        attributes: { epsilon, ...(op === "GroupNormalization" ? { num_groups: groups } : {}) },
        tolerance,
      }));
    });

const divisors = (n: number): number[] => Array.from({ length: n }, (_, k) => k + 1).filter((k) => n % k === 0);

export const normalisationGenerators: Generators = {
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  InstanceNormalization: perChannel("InstanceNormalization", () => [1], fc.constantFrom(6, 21)),
  GroupNormalization: perChannel("GroupNormalization", divisors, fc.constantFrom(18, 21)),
  LRN: fc
    .tuple(
      shapes(4, 4),
      fc.constantFrom(1, 3, 5),
      maybe(floating(0.01, 1)),
      maybe(floating(0.3, 1)),
      maybe(floating(0.5, 2)),
    )
    .chain(([shape, size, alpha, beta, bias]) =>
      fed(shape).map((x) => ({ op: "LRN", inputs: [x], attributes: { size, alpha, beta, bias } })),
    ),
  LpNormalization: fc
    .tuple(shapes(1, 4), maybe(whole(1, 2)))
    .chain(([shape, p]) =>
      fc
        .tuple(fed(shape, 0.1, 2), maybe(axes(shape.length)))
        .map(([x, axis]) => ({ op: "LpNormalization", inputs: [x], attributes: { p, axis } })),
    ),
};
