import { describe, expect, test } from "vitest";
import { findings } from "../../../server/cli/findings";
import type { CurvatureFigure, JsonNumber, RunFigures, TrajectoryFigure } from "../../../server/protocol/result";

const nothing: RunFigures = { surfaces: [], lines: [] };

const trajectory: TrajectoryFigure = {
  drops: [],
  checkpoints: [0, 1, 2].map((k) => ({ name: `model_${k}.pt`, path: `/m/model_${k}.pt`, x: k, y: 0 })),
};

const curvature: CurvatureFigure = {
  x: [-1, 0, 1],
  y: [0, 1],
  max: [
    [1, 12.3456, 3],
    [4, 5, 6],
  ],
  min: [
    [-1, -0.01234, -3],
    [-4, -5, -6],
  ],
  ratio: [],
  residual: [],
  samples: 64,
  parameters: "kernels",
};

function linesOf(figures: Partial<RunFigures>): readonly string[] {
  return findings({ ...nothing, ...figures });
}

test("a run of a grid alone has nothing more to say", () => {
  expect(linesOf({})).toEqual([]);
});

describe("the path", () => {
  test("says how many checkpoints it has", () => {
    expect(linesOf({ trajectory })).toEqual(["Path    3 checkpoints"]);
  });

  test("says how much of its variance the plane shows, and where the learning rate dropped", () => {
    const full = { ...trajectory, explainedVariance: [0.8163, 0.1] as const, drops: [150, 225] };
    expect(linesOf({ trajectory: full })).toEqual([
      "Path    3 checkpoints, 81.63 % and 10 % of its variance in the plane, learning rate dropped after epochs 150, 225",
    ]);
    expect(linesOf({ trajectory: { ...trajectory, drops: [6] } })[0]).toContain("dropped after epoch 6");
  });
});

describe("curvature", () => {
  test("is told of the centre, wherever it is in the map", () => {
    expect(linesOf({ curvature })).toEqual(["Hessian λmax 12.35, λmin -0.01234 at the centre"]);
  });

  test("of a map without the centre is not told", () => {
    expect(linesOf({ curvature: { ...curvature, x: [-1, 0.5, 1] } })).toEqual([]);
    expect(linesOf({ curvature: { ...curvature, y: [0.5, 1] } })).toEqual([]);
  });

  test("that is not finite is called so", () => {
    const broken = { ...curvature, max: [[1, "NaN", 3] as const], min: [[1, "-Infinity", 3] as const] };
    expect(linesOf({ curvature: broken })).toEqual(["Hessian λmax NaN, λmin -Infinity at the centre"]);
  });

  test("has a trace with its error, which a single vector does not have", () => {
    const traceLine = (trace: CurvatureFigure["trace"]): string | undefined =>
      linesOf({ curvature: { ...curvature, trace } })[1];
    expect(traceLine({ value: 123.456, error: 4.5, probes: 16 })).toBe("Trace   123.5 ± 4.500 (16 vectors)");
    expect(traceLine({ value: 123.456, error: "NaN", probes: 1 })).toBe("Trace   123.5 (1 vector)");
  });
});

describe("flatness", () => {
  const epsilon = { epsilon: 0.001, largest: 2, centre: 1, sharpness: 50, steps: 10 };

  test("is told by each figure that there is", () => {
    const radius = { factor: 2, from: 0.25, to: 0.28284, measured: 1 } as const;
    expect(linesOf({ sharpness: { epsilon, radius, negativeShare: 12.5 } })).toEqual([
      "Sharp   ε-sharpness 50.00 % for ε = 0.001",
      "Radius  the loss is 2 × the centre's at a distance of 0.25 to 0.283",
      "Convex  λmin is clearly negative at 12.5 % of the map",
    ]);
    expect(linesOf({ sharpness: { negativeShare: 0 } })).toEqual([
      "Convex  λmin is clearly negative at 0 % of the map",
    ]);
  });

  test("has a radius no closer than the grid tells", () => {
    const lineOf = (from: number, to: JsonNumber, measured: 0 | 1): unknown =>
      linesOf({ sharpness: { radius: { factor: 2, from, to, measured } } })[0];
    expect(lineOf(0, 0.2, 1)).toBe("Radius  the loss is 2 × the centre's at a distance of 0.2 or less");
    expect(lineOf(0.1, 0.2, 0)).toBe("Radius  the loss is 2 × the centre's at a distance of about 0.1 to 0.2");
    expect(lineOf(1, "Infinity", 1)).toBe("Radius  the loss stays below 2 × the centre's up to 1, where the grid ends");
  });
});

test("path, curvature and flatness come in this order", () => {
  const sharpness = { negativeShare: 1 };
  expect(linesOf({ sharpness, curvature, trajectory }).map((line) => line.split(/ +/)[0])).toEqual([
    "Path",
    "Hessian",
    "Convex",
  ]);
});
