import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Directions } from "../../../server/protocol/study";
import { completeDirections } from "../../../server/study/directions";
import type { DirectionsDraft } from "../../../server/study/draft";
import { problemOf } from "../../support/data";

const model = path.resolve("/m/net.onnx");
const random = { seed: 0, normalise: "filter", ignore: "bias,norm" } as const;

describe("directions with the method's defaults", () => {
  test.each<[DirectionsDraft, number, Directions]>([
    [{}, 0, { kind: "random", ...random }],
    [{}, 2, { kind: "random", ...random }],
    [{}, 3, { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" }],
    [{ kind: "random" }, 9, { kind: "random", ...random }],
    [
      { seed: 4, normalise: "layer", ignore: "none", count: 5 },
      0,
      { kind: "random", seed: 4, normalise: "layer", ignore: "none", count: 5 },
    ],
    [{ kind: "to", checkpoint: "/a.pt" }, 0, { kind: "to", checkpoint: "/a.pt", ...random }],
    [
      { kind: "to", checkpoint: "/a.pt", seed: 1, normalise: "none", ignore: "none" },
      5,
      { kind: "to", checkpoint: "/a.pt", seed: 1, normalise: "none", ignore: "none" },
    ],
    [{ kind: "between", checkpoints: ["/a.pt", "/b.pt"] }, 0, { kind: "between", checkpoints: ["/a.pt", "/b.pt"] }],
    [{ kind: "file", path: "/d.h5" }, 0, { kind: "file", path: "/d.h5" }],
    [{ kind: "hessian" }, 0, { kind: "hessian", second: "smallest", samples: 256, ignore: "bias,norm" }],
    [
      { kind: "hessian", second: "second-largest", samples: 8, ignore: "none" },
      0,
      { kind: "hessian", second: "second-largest", samples: 8, ignore: "none" },
    ],
    [{ kind: "pca" }, 2, { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" }],
    [
      { kind: "pca", centred: false, finalRow: true, ignore: "none" },
      2,
      { kind: "pca", centred: false, finalRow: true, ignore: "none" },
    ],
  ])("%j with %i checkpoints", (draft, checkpoints, expected) => {
    expect(completeDirections(draft, model, checkpoints)).toStrictEqual(expected);
  });

  test("take no field of another kind", () => {
    const draft = { seed: 3, count: 2, checkpoint: "/a.pt", path: "/d.h5", centred: false, samples: 9 } as const;
    expect(completeDirections({ ...draft, kind: "file" }, model, 0)).toStrictEqual({ kind: "file", path: "/d.h5" });
    expect(completeDirections({ ...draft, kind: "random" }, model, 0)).toStrictEqual({
      kind: "random",
      ...random,
      seed: 3,
      count: 2,
    });
  });
});

describe("directions that lack something are refused with what to give", () => {
  test.each<[DirectionsDraft, string, string, string]>([
    [{ kind: "to" }, "a checkpoint", '"directions.checkpoint"', "--plane to:CHECKPOINT"],
    [{ kind: "between" }, "two checkpoints", '"directions.checkpoints"', "--plane between:CHECKPOINT,CHECKPOINT"],
    [{ kind: "file" }, "a file", '"directions.path"', "--plane file:DIRECTIONS"],
    [{ kind: "pca" }, "at least two checkpoints", '"checkpoints"', "--checkpoints GLOB"],
  ])("%j", (draft, what, field, flag) => {
    const problem = problemOf(() => completeDirections(draft, model, 1));
    expect(problem.reason).toBe("study-invalid");
    expect(problem.message).toBe(`In the study of net.onnx, directions of kind "${draft.kind!}" need ${what}.`);
    expect(problem.advice).toBe(`Give ${field} in the study, or ${flag} on the command line.`);
  });
});
