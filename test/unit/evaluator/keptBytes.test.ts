import { expect, test } from "vitest";
import { keptBytes } from "../../../server/evaluator/curvatureWork";
import { graphOf } from "../../../server/graph/build";
import { studyOf } from "../runs/header";
import { parameter } from "../landscape/support";

const MiB = 2 ** 20;
const study = studyOf([5, 5]);
const graph = graphOf({ inputs: [], outputs: [], nodes: [], parameters: [parameter("dense", [1024, 1024])] });
/** The evaluator itself: 200 MiB, and 32 bytes for each of 2²⁰ parameters. */
const own = 232;
const kept = (memory: number, evaluators = 0): number =>
  keptBytes({ compute: { ...study.compute, evaluators } }, { graph }, { cores: 2, memory: memory * MiB }) / MiB;

test("half of what a share of the memory leaves beside the model is kept between products, within bounds", () => {
  expect(kept(2 * (own + 100))).toBe(50);
  expect(kept(2 * (own + 100), 1)).toBe((own + 200) / 2);
  expect(kept(2 * (own - 10))).toBe(0);
  expect(kept(2 ** 20)).toBe(512);
});
