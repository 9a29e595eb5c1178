import { describe, expect, test } from "vitest";
import { randomDirections } from "../../../server/landscape/directions";
import { DrawnPlane } from "../../../server/landscape/drawn";
import { Plane } from "../../../server/landscape/plane";
import { originValues } from "../../../server/landscape/values";
import { directionSpec, parameter } from "./support";

const parameters = [
  parameter("dense", [130, 67], { filterAxes: [1] }),
  parameter("bias", [5], { role: "bias" }),
  parameter("conv", [6, 4, 3, 3]),
  parameter("grouped", [4, 3, 5], { filterAxes: [0, 2] }),
  parameter("mean", [6], { role: "mean" }),
  parameter("still", [3, 2], { values: [0, 0, 0, 0, 0, 0] }),
  parameter("last", [7, 1, 1]),
];
const origin = originValues(parameters);

function bits(values: Float32Array): readonly number[] {
  return [...new Uint32Array(values.buffer, values.byteOffset, values.length)];
}

describe("DrawnPlane", () => {
  const normalisations = ["filter", "layer", "weight", "dfilter", "dlayer", "none"] as const;
  const specs = normalisations.flatMap((normalise) =>
    (["bias,norm", "none"] as const).map((ignore) => directionSpec({ normalise, ignore, seed: 11 })),
  );

  test.each(specs.map((spec) => [`${spec.normalise}, ignoring ${spec.ignore}`, spec] as const))(
    "has the points of the plane of directions that are held, to the last bit: %s",
    (_, spec) => {
      const held = new Plane(origin, randomDirections(parameters, spec));
      const drawn = new DrawnPlane(origin, parameters, spec);
      for (const [alpha, beta] of [
        [0.3, -0.7],
        [1, 0],
        [0, 1],
        [0, 0],
        [0.3, -0.7],
      ] as const) {
        const [expected, found] = [held.at(alpha, beta), drawn.at(alpha, beta)];
        expect([...found.keys()]).toEqual([...expected.keys()]);
        for (const [name, values] of expected) expect(bits(found.get(name)!), name).toEqual(bits(values));
      }
    },
  );

  test("parameters may be written in any order, and one of them alone", () => {
    const spec = directionSpec();
    const expected = new Plane(origin, randomDirections(parameters, spec)).at(1, 2);
    const fills = [...new DrawnPlane(origin, parameters, spec).fills(1, 2)].reverse();
    for (const [name, fill] of fills) {
      const target = new Float32Array(origin.get(name)!.length);
      fill(target);
      expect(bits(target), name).toEqual(bits(expected.get(name)!));
    }
  });
});
