import { expect, test } from "vitest";
import { studyDirections } from "../../../server/evaluator/directions";
import type { LoadedModel } from "../../../server/evaluator/model";
import { floatTensor, graphOf, parameter } from "../../../server/graph/build";
import type { Parameter } from "../../../server/graph/graph";
import { randomDirections } from "../../../server/landscape/directions";
import { studyOf } from "../runs/header";

const first = parameter("first.weight", floatTensor([2, 2], [1, 2, 3, 4]));
const second = parameter("second.weight", floatTensor([2, 2], [1, 0, 0, 1]));

function modelOf(...parameters: readonly Parameter[]): LoadedModel {
  const graph = graphOf({ name: "net", inputs: [], outputs: [], nodes: [], parameters: [...parameters] });
  return { graph } as unknown as LoadedModel;
}

const study = studyOf([5, 5]);
const { directions } = study;
if (directions.kind !== "random") throw new Error(directions.kind);

test("random directions of the same weights are drawn once, whatever was drawn between", async () => {
  const drawn = await studyDirections(study, modelOf(first, second));
  expect(drawn).toEqual(randomDirections([first, second], directions));
  expect(await studyDirections(study, modelOf(first, second))).toBe(drawn);
});

test("of other weights, even of a single tensor, and of another seed they are drawn anew", async () => {
  const drawn = await studyDirections(study, modelOf(first, second));
  const moved = parameter("second.weight", floatTensor([2, 2], [10, 0, 0, 10]));
  const other = await studyDirections(study, modelOf(first, moved));
  expect(other).toEqual(randomDirections([first, moved], directions));
  expect(other).not.toEqual(drawn);
  const seeded = { ...study, directions: { ...directions, seed: 1 } };
  expect(await studyDirections(seeded, modelOf(first, moved))).not.toEqual(other);
  expect(await studyDirections(study, modelOf(first, { ...second, role: "bias" }))).not.toEqual(drawn);
});
