import fc from "fast-check";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { toSvg } from "../../../../server/runs/export/svg";
import {
  curvatureFigure,
  family,
  measuredResnet8,
  runResult,
  spaced,
  surfaceFigure,
  trajectoryFigure,
  twoSplits,
} from "../../../support/results";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

type Node = Record<string, unknown> & { readonly ":@"?: Record<string, string> };

/** All elements of a picture in their order; fails when it is not well-formed or a number in it is none. */
function elementsOf(svg: string): readonly Element[] {
  expect(XMLValidator.validate(svg)).toBe(true);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseTagValue: false,
    trimValues: false,
  });
  const found: Element[] = [];
  const visit = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      const name = Object.keys(node).find((key) => key !== ":@" && key !== "#text");
      if (name === undefined) continue;
      const children = node[name] as Node[];
      const text = children.map((child) => String(child["#text"] ?? "")).join("");
      found.push({ name, attributes: node[":@"] ?? {}, text });
      visit(children);
    }
  };
  visit(parser.parse(svg) as Node[]);
  const numbers = ["x", "y", "width", "height", "d", "cx", "cy", "x1", "y1", "x2", "y2", "transform"];
  const all = found.flatMap(({ attributes }) => numbers.map((key) => attributes[key] ?? ""));
  expect(all.filter((value) => /NaN|Infinity|undefined/.test(value))).toEqual([]);
  return found;
}

const ofClass = (elements: readonly Element[], name: string): readonly Element[] =>
  elements.filter(({ attributes }) => attributes.class === name);
const textsOf = (elements: readonly Element[]): readonly string[] =>
  elements.filter(({ name }) => name === "text").map(({ text }) => text);

/** Points of path data, in pixels. */
function pointsOf(d: string): readonly (readonly [number, number])[] {
  return [...d.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** From pixels to plane coordinates, as the picture itself declares them. */
function planeOf(elements: readonly Element[]): (x: number, y: number) => readonly [number, number] {
  const { attributes } = ofClass(elements, "plot")[0]!;
  const [x, y, width, height] = ["x", "y", "width", "height"].map((key) => Number(attributes[key])) as [
    number,
    number,
    number,
    number,
  ];
  const [left, right, bottom, top] = attributes["data-range"]!.split(" ").map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return (px, py) => [left + ((px - x) / width) * (right - left), top + ((py - y) / height) * (bottom - top)];
}

describe("a contour map", () => {
  test("draws each level where the surface has that value", () => {
    const surface = surfaceFigure({ x: spaced(-1, 1, 9), y: spaced(-1, 1, 9), loss: (x, y) => 5 + 2 * x + y });
    const elements = elementsOf(toSvg(runResult({ surfaces: [surface] }), { height: "linear" }));
    const toPlane = planeOf(elements);
    const levels = ofClass(elements, "level");
    expect(levels.length).toBeGreaterThanOrEqual(9);
    for (const { attributes } of levels) {
      const points = pointsOf(attributes.d!);
      expect(points.length).toBeGreaterThan(1);
      for (const [px, py] of points) {
        const [x, y] = toPlane(px, py);
        expect(5 + 2 * x + y).toBeCloseTo(Number(attributes["data-level"]), 1);
      }
    }
  });

  test("has logarithmic levels for losses that span a factor of 20, with their numbers on the bar", () => {
    const elements = elementsOf(toSvg(measuredResnet8(), { part: "surface" }));
    const levels = ofClass(elements, "level").map(({ attributes }) => Number(attributes["data-level"]));
    expect(levels).toEqual([0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200]);
    expect(textsOf(elements)).toEqual(expect.arrayContaining(["0.5", "1", "2", "5", "10", "20", "50", "100", "200"]));
  });

  test("has the paper's levels when they are asked for, whatever the values", () => {
    const levels = (options: object, result = measuredResnet8()): number[] =>
      ofClass(elementsOf(toSvg(result, { levels: "paper", ...options })), "level").map(({ attributes }) =>
        Number(attributes["data-level"]),
      );
    const paper = Array.from({ length: 20 }, (_, k) => Number((0.1 + 0.5 * k).toFixed(1)));
    expect(levels({ part: "surface" })).toEqual(paper);
    expect(levels({ part: "surface" }, runResult({ surfaces: [surfaceFigure()] }))).toEqual(paper);
    expect(levels({ part: "trajectory" })).toEqual([...paper, 10, 100]);
  });

  test("marks the model with its own loss", () => {
    const elements = elementsOf(toSvg(measuredResnet8(), { part: "surface" }));
    expect(textsOf(elements)).toContain("θ* 0.406");
    const accuracy = elementsOf(toSvg(measuredResnet8(), { part: "surface", quantity: "accuracy" }));
    expect(textsOf(accuracy)).toContain("θ* 84.4\u00a0%");
  });

  test("hatches every cell with a corner that is not finite, and counts the points", () => {
    const loss = (x: number, y: number): number => (x === 1 && y === 1 ? NaN : x === -1 ? Infinity : 2 + x);
    const elements = elementsOf(toSvg(runResult({ surfaces: [surfaceFigure({ loss })] })));
    const [hatched] = ofClass(elements, "beyond");
    const id = /url\(#(.+)\)/.exec(hatched!.attributes.fill!)![1];
    expect(elements.some(({ name, attributes }) => name === "pattern" && attributes.id === id)).toBe(true);
    // The left column of 4 cells and the one at the upper right corner.
    expect(hatched!.attributes.d!.match(/Z/g)).toHaveLength(5);
    expect(textsOf(elements).join(" ")).toContain("6 not finite");
    expect(textsOf(elements)).toContain("beyond (∞, NaN)");
  });

  test("leaves blank what is not measured and not estimated", () => {
    const unmeasured = surfaceFigure({ loss: (x, y) => (y === 1 ? NaN : 2 + x), measured: (_, y) => y !== 1 });
    const elements = elementsOf(toSvg(runResult({ surfaces: [unmeasured] })));
    expect(ofClass(elements, "beyond")).toHaveLength(0);
    expect(ofClass(elements, "unknown")[0]!.attributes.d!.match(/Z/g)).toHaveLength(6);
    expect(textsOf(elements).join(" ")).toContain("28 of them measured, the others not yet");
  });

  test("never calls an estimate measured", () => {
    const partly = surfaceFigure({ measured: (x) => x !== 0 });
    const words = textsOf(elementsOf(toSvg(runResult({ surfaces: [partly] })))).join(" ");
    expect(words).toContain("30 of them measured, the others interpolated");
    expect(words).not.toContain("all measured");
  });

  test("is drawn also where nothing is finite, where all is equal, and of a single row", () => {
    for (const surface of [
      surfaceFigure({ loss: () => NaN }),
      surfaceFigure({ loss: () => 3 }),
      surfaceFigure({ loss: () => 0 }),
      surfaceFigure({ y: [0] }),
      surfaceFigure({ x: [0], y: [0] }),
    ]) {
      expect(elementsOf(toSvg(runResult({ surfaces: [surface] }))).length).toBeGreaterThan(10);
    }
  });
});

describe("the caption", () => {
  test("says what was measured with what", () => {
    const words = textsOf(elementsOf(toSvg(measuredResnet8(), { part: "surface" }))).join(" ");
    for (const fact of [
      "resnet8 (ONNX, 78,042 parameters).",
      "cross-entropy on 500 samples of test",
      "0.406, accuracy 84.4\u00a0%",
      "random, filter-normalised, seed 0",
      "7\u00a0×\u00a07 points, all measured",
      "ONNX Runtime 1.30.0, CPU",
    ]) {
      expect(words).toContain(fact);
    }
  });

  test("any name is text and nothing else", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const model = { name, parameters: 1, format: "<b>&" };
        elementsOf(toSvg(runResult({ model, lines: twoSplits() })));
      }),
      { numRuns: 12 },
    );
    const svg = toSvg(runResult({ model: { name: '"><script>', parameters: 1, format: "" }, lines: twoSplits() }));
    expect(elementsOf(svg).some(({ name }) => name === "script")).toBe(false);
  });
});

describe("a path of training", () => {
  const trajectory = trajectoryFigure();
  const surface = surfaceFigure({ x: spaced(-1, 0.5, 9), y: spaced(-0.25, 0.75, 9) });
  const elements = elementsOf(toSvg(runResult({ surfaces: [surface], trajectory })));

  test("goes through the checkpoints' own coordinates", () => {
    const toPlane = planeOf(elements);
    const points = pointsOf(ofClass(elements, "trajectory")[0]!.attributes.d!).map(([x, y]) => toPlane(x, y));
    expect(points).toHaveLength(6);
    trajectory.checkpoints.forEach(({ x, y }, k) => {
      expect(points[k]![0]).toBeCloseTo(x, 3);
      expect(points[k]![1]).toBeCloseTo(y, 3);
    });
  });

  test("has one scale on both axes", () => {
    const { width, height } = ofClass(elements, "plot")[0]!.attributes;
    expect(Number(width) / Number(height)).toBeCloseTo(1.5 / 1, 2);
  });

  test("marks drops of the learning rate at the last checkpoint before them", () => {
    const toPlane = planeOf(elements);
    const drops = ofClass(elements, "drop").map(({ attributes }) => {
      const corners = pointsOf(attributes.d!).map(([x, y]) => toPlane(x, y));
      return [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis]!, 0) / corners.length);
    });
    // Epochs 4 and 7: checkpoints 2 and 3. The third diamond is the key's.
    expect(drops).toHaveLength(3);
    for (const [k, index] of [2, 3].entries()) {
      expect(drops[k]![0]).toBeCloseTo(trajectory.checkpoints[index]!.x, 2);
      expect(drops[k]![1]).toBeCloseTo(trajectory.checkpoints[index]!.y, 2);
    }
    expect(textsOf(elements)).toEqual(expect.arrayContaining(["LR 0.01", "LR 0.001"]));
  });

  test("has the explained variance on its axes and that of a random walk in the caption", () => {
    const words = textsOf(elements);
    expect(words).toEqual(expect.arrayContaining(["PC 1 (81.6\u00a0% of variance)", "PC 2 (12.4\u00a0% of variance)"]));
    expect(words.join(" ")).toContain("a random walk gives 61.0\u00a0% and 15.0\u00a0%");
  });

  test("places no drops without epochs", () => {
    const checkpoints = trajectory.checkpoints.map((checkpoint) => ({ ...checkpoint, epoch: undefined }));
    const drawn = elementsOf(toSvg(runResult({ trajectory: { ...trajectory, checkpoints } })));
    expect(ofClass(drawn, "drop")).toHaveLength(0);
  });
});

describe("lines", () => {
  const dashed = (elements: readonly Element[]): Record<string, boolean> =>
    Object.fromEntries(
      ofClass(elements, "line").map(({ attributes }) => [
        attributes["data-name"],
        attributes["stroke-dasharray"] !== undefined,
      ]),
    );

  test("are solid for training data and dashed for others, for loss and accuracy", () => {
    expect(dashed(elementsOf(toSvg(runResult({ lines: twoSplits() }))))).toEqual({
      "loss test": true,
      "loss train": false,
      "accuracy test": true,
      "accuracy train": false,
    });
  });

  test("of a family have a median and a band", () => {
    const elements = elementsOf(toSvg(runResult({ lines: family() }), { quantity: "loss" }));
    expect(ofClass(elements, "band")).toHaveLength(1);
    const toPlane = planeOf(elements);
    const median = ofClass(elements, "line").find(({ attributes }) => attributes["data-name"] === "loss test median")!;
    const points = pointsOf(median.attributes.d!);
    expect(points).toHaveLength(21);
    expect(toPlane(...points[5]!)[0]).toBeCloseTo(-0.5, 3);
    // The member with k = 3 is the median everywhere, and 5 is the largest at the right end: pixels are linear in loss.
    const [y0, y1] = [points[10]![1], points[20]![1]];
    const top = Math.min(...pointsOf(ofClass(elements, "band")[0]!.attributes.d!).map(([, y]) => y));
    expect((y0 - top) / (y0 - y1)).toBeCloseTo((5 + 0.5) / (3 + 0.3), 2);
  });

  test("are interrupted and hatched where they are not finite", () => {
    const lines = twoSplits().map((line) => ({
      ...line,
      loss: line.loss.map((value, k) => (k > 17 ? ("Infinity" as const) : value)),
    }));
    const elements = elementsOf(toSvg(runResult({ lines })));
    expect(ofClass(elements, "beyond")).toHaveLength(6);
    const loss = ofClass(elements, "line").find(({ attributes }) => attributes["data-name"] === "loss test")!;
    expect(pointsOf(loss.attributes.d!)).toHaveLength(18);
  });

  test("between two models have the files' names at their ends", () => {
    const run = runResult({ lines: twoSplits() });
    const directions = { kind: "between", checkpoints: ["/a/small.pt", "/a/large.pt"] } as const;
    const words = textsOf(elementsOf(toSvg({ ...run, study: { ...run.study, directions } })));
    expect(words).toEqual(expect.arrayContaining(["small.pt", "large.pt"]));
  });
});

describe("curvature", () => {
  const elements = elementsOf(toSvg(runResult({ curvature: curvatureFigure() })));

  test("has a cell for each measured point of three maps, and a dot for the others", () => {
    expect(ofClass(elements, "cell")).toHaveLength(3 * 19);
    expect(ofClass(elements, "unknown")).toHaveLength(3);
    expect(textsOf(elements)).toEqual(expect.arrayContaining(["|λ min / λ max|", "λ min", "λ max"]));
  });

  test("has the same colour for the same value only", () => {
    const ratios = curvatureFigure()
      .ratio.flat()
      .filter((value) => value !== "NaN");
    const fills = ofClass(elements, "cell")
      .slice(0, 19)
      .map(({ attributes }) => attributes.fill);
    expect(new Set(fills).size).toBe(new Set(ratios).size);
  });

  test("says what a plane cannot prove, and the trace", () => {
    const words = textsOf(elements).join(" ");
    expect(words).toContain("a plane that looks convex proves nothing");
    expect(words).toContain("trace 813\u00a0±\u00a020");
    expect(ofClass(elements, "density")).toHaveLength(1);
  });

  test("of the model alone is three numbers", () => {
    const words = textsOf(elementsOf(toSvg(runResult({ curvature: curvatureFigure([0], [0]) }))));
    expect(words).toEqual(expect.arrayContaining(["120", "−11.0", "0.0917"]));
  });
});
