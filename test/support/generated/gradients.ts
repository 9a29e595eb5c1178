import fc from "fast-check";
import { internalDomain, windowCounts, type Geometry } from "../../../server/graph/differentiate/internal";
import { floats } from "../operatorCase";
import { evaluateReference } from "../reference";
import { windows } from "./convolution";
import { caseOf, fed, flags, real, seeds, whole, type Application, type Generators, type Input } from "./application";

/** Geometry with everything stated, as the rules of differentiation make it. */
const geometries = (
  padsBelowKernel: boolean,
): fc.Arbitrary<{ readonly spatial: readonly number[]; readonly own: Geometry }> =>
  windows({ dilated: true, padsBelowKernel }).map(({ spatial, kernel, strides, dilations, pads }) => {
    const ones = kernel.map(() => 1);
    return {
      spatial,
      own: {
        kernel,
        strides: strides ?? ones,
        dilations: dilations ?? ones,
        before: pads?.slice(0, kernel.length) ?? kernel.map(() => 0),
        after: pads?.slice(kernel.length) ?? kernel.map(() => 0),
        group: 1,
      },
    };
  });

const stated = ({ kernel, strides, dilations, before, after }: Geometry) => ({
  kernel_shape: kernel,
  strides,
  dilations,
  pads: [...before, ...after],
});

function convolutionGrad(op: "ConvInputGrad" | "ConvFilterGrad"): fc.Arbitrary<Application> {
  return fc
    .tuple(geometries(false), whole(1, 2), fc.constantFrom(1, 1, 2, 3), whole(1, 3), whole(1, 3))
    .chain(([{ spatial, own }, batch, group, inPerGroup, outPerGroup]) => {
      const x = [batch, group * inPerGroup, ...spatial];
      const w = [group * outPerGroup, inPerGroup, ...own.kernel];
      const y = [batch, group * outPerGroup, ...windowCounts(own, spatial)];
      const attributes = { ...stated(own), group };
      if (op === "ConvInputGrad") {
        return fc.tuple(fed(y, -1, 1), real(w, -1, 1)).map((inputs): Application => ({
          op,
          domain: internalDomain,
          inputs,
          attributes: { ...attributes, shape: x, filter_shape: w },
        }));
      }
      return fc.tuple(fed(x, -1, 1), fed(y, -1, 1)).map((inputs): Application => ({
        op,
        domain: internalDomain,
        inputs,
        attributes: { ...attributes, shape: w, input_shape: x },
      }));
    });
}

/** Indices as a MaxPool of random numbers gives them. */
function winners(x: readonly number[], own: Geometry, seed: number): Input {
  const { graph, feeds } = caseOf({
    op: "MaxPool",
    inputs: [{ from: "feed", tensor: floats(x, -1, 1, seed) }],
    attributes: stated(own),
    outputs: ["", "int64"],
  });
  return { from: "feed", tensor: evaluateReference(graph, feeds).o1! };
}

function maxPoolGrad(op: "MaxPoolGrad" | "MaxPoolGather"): fc.Arbitrary<Application> {
  return fc
    .tuple(geometries(true), whole(1, 2), whole(1, 2), seeds)
    .chain(([{ spatial, own }, batch, channels, seed]) => {
      const x = [batch, channels, ...spatial];
      const y = [batch, channels, ...windowCounts(own, spatial)];
      return fed(op === "MaxPoolGrad" ? y : x).map((values): Application => ({
        op,
        domain: internalDomain,
        inputs: [values, winners(x, own, seed)],
        attributes: { ...stated(own), shape: x },
      }));
    });
}

const averagePoolGrad: fc.Arbitrary<Application> = fc
  .tuple(geometries(true), whole(1, 2), whole(1, 2), flags)
  .chain(([{ spatial, own }, batch, channels, padded]) =>
    fed([batch, channels, ...windowCounts(own, spatial)]).map((dy) => ({
      op: "AveragePoolGrad",
      domain: internalDomain,
      inputs: [dy],
      attributes: { ...stated(own), shape: [batch, channels, ...spatial], count_include_pad: padded ? 1 : 0 },
    })),
  );

export const gradientGenerators: Generators = {
  ConvInputGrad: convolutionGrad("ConvInputGrad"),
  ConvFilterGrad: convolutionGrad("ConvFilterGrad"),
  MaxPoolGrad: maxPoolGrad("MaxPoolGrad"),
  MaxPoolGather: maxPoolGrad("MaxPoolGather"),
  AveragePoolGrad: averagePoolGrad,
};
