import { describe, expect, test } from "vitest";
import type { LoadedModel } from "../../../server/evaluator/model";
import { studyPath } from "../../../server/evaluator/paths";
import { graphOf } from "../../../server/graph/build";
import { DrawnPlane } from "../../../server/landscape/drawn";
import { Plane } from "../../../server/landscape/plane";
import type { Study } from "../../../server/protocol/study";
import { studyOf } from "../runs/header";
import { directionSpec, parameter } from "../landscape/support";

const graph = graphOf({
  inputs: [],
  outputs: [],
  nodes: [],
  parameters: [parameter("conv", [6, 4, 3, 3]), parameter("dense", [10, 6])],
});
const model = { graph } as LoadedModel;
const study: Study = { ...studyOf([5, 5]), directions: directionSpec() };
const MiB = 2 ** 20;
const machine = { cores: 2, memory: 2 * 210 * MiB };

describe("random directions", () => {
  test("are held where an evaluator's share of the memory has room for them, and made anew where it has not", async () => {
    const roomy = await studyPath(study, model, 0, machine);
    const narrow = await studyPath(study, model, 20 * MiB, machine);
    expect(roomy).toBeInstanceOf(Plane);
    expect(narrow).toBeInstanceOf(DrawnPlane);
    expect(narrow.at(0.5, -2)).toEqual(roomy.at(0.5, -2));
  });

  test("have more room with fewer evaluators", async () => {
    const alone = { ...study, compute: { ...study.compute, evaluators: 1 } };
    expect(await studyPath(alone, model, 20 * MiB, machine)).toBeInstanceOf(Plane);
  });
});
