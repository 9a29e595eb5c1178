import { describe, expect, test } from "vitest";
import { coordinates } from "../../../server/landscape/grid";
import { ramp } from "../../../server/drawing/colours";
import { positionOf } from "../../../webview/charts/levels";
import { sceneOf } from "../../../webview/charts/scene";
import {
  between,
  heldCamera,
  readCamera,
  rotated,
  startCamera,
  writtenCamera,
} from "../../../webview/charts/surface/camera";
import type { Camera } from "../../../webview/charts/surface/camera";
import { farToNear, lineThrough, regionAbove } from "../../../webview/charts/surface/cells";
import type { SurfaceFigure } from "../../../webview/charts/surface/figure";
import { farCorner } from "../../../webview/charts/surface/frame";
import { surfaceLayout } from "../../../webview/charts/surface/layout";
import { isoRuns } from "../../../webview/charts/surface/lines";
import { isoLines } from "../../../webview/charts/surface/look";
import { drawSurface } from "../../../webview/charts/surface/paint";
import type { Pen } from "../../../webview/charts/surface/pen";
import { pickPoint } from "../../../webview/charts/surface/pick";
import { floorLevel, projectorOf, sheetHeight } from "../../../webview/charts/surface/projection";
import { sheetOf, sheetOfDetail } from "../../../webview/charts/surface/sheet";
import { stagingOf } from "../../../webview/charts/surface/staging";
import { SvgPen } from "../../../webview/charts/surface/svg-pen";
import { isVisible } from "../../../webview/charts/surface/visible";
import { paperTheme } from "../../../webview/charts/theme";
import { origin } from "../../../webview/state/field";
import type { Field } from "../../../webview/state/field";

function field(f: (alpha: number, beta: number) => number, columns = 21, rows = columns, range = 1): Field {
  const x = coordinates([-1, 1], columns);
  const y = coordinates([-range, range], rows);
  const values = Float64Array.from(y.flatMap((beta) => x.map((alpha) => f(alpha, beta))));
  const origins = Array.from(values, () => origin.measured);
  return { metric: "loss", split: 0, x, y, columns, rows, values, origins, complete: true };
}

const bowl = (alpha: number, beta: number) => 0.4 + 3 * alpha ** 2 + 2 * beta ** 2 + alpha * beta;
/** Ridges and valleys, which hide one another. */
const waves = (alpha: number, beta: number) => 2 + Math.sin(4 * alpha + 1) * Math.cos(5 * beta) + 0.3 * alpha;

function figureOf(of: Field, camera: Partial<Camera> = {}, scale: "linear" | "log" = "linear"): SurfaceFigure {
  return {
    scene: sceneOf(of, { scale }),
    layout: surfaceLayout(760),
    camera: { ...startCamera(of), ...camera },
    theme: paperTheme("sans-serif"),
    colours: ramp("fathom", false, "low"),
    plane: { x: of.x, y: of.y },
    centre: bowl(0, 0),
    floor: true,
    labels: true,
    axes: ["α", "β"],
  };
}

/** A pen that writes down what it is asked to draw. */
class Recorder implements Pen {
  readonly fills: { readonly points: readonly number[]; readonly colour: string; readonly seam: number }[] = [];
  readonly texts: string[] = [];
  readonly lines: { readonly points: readonly number[]; readonly colour: string }[] = [];
  fill(points: ArrayLike<number>, count: number, colour: string, seam = 0) {
    this.fills.push({ points: Array.from(points).slice(0, count), colour, seam });
  }
  fillRings() {}
  line(points: ArrayLike<number>, count: number, { colour }: { colour: string }) {
    this.lines.push({ points: Array.from(points).slice(0, count), colour });
  }
  circle() {}
  text(text: string) {
    this.texts.push(text);
  }
  shades() {}
}

const yaws = Array.from({ length: 12 }, (_, k) => -3 + 0.52 * k);

describe("camera", () => {
  test.each([
    ["right front", 1, -1],
    ["left front", -1, -1],
    ["right back", 1, 1],
    ["left back", -1, 1],
  ])("begins with the lowest corner of the rim towards the viewer: %s", (_name, alpha, beta) => {
    const of = field((a, b) => 5 - a * alpha - b * beta + (a === 0 && b === 0 ? -4 : 0));
    const camera = startCamera(of);
    expect(camera.pitch).toBe(0.56);
    const projector = projectorOf(camera, surfaceLayout(760).stage, { halfX: 1, halfZ: 1 });
    const depth = (x: number, z: number) => projector.project(x, 0, z, [0, 0, 0])[2];
    const corners: (readonly [number, number])[] = [
      [1, 1],
      [1, -1],
      [-1, 1],
      [-1, -1],
    ];
    const nearest = corners.reduce((best, corner) =>
      depth(corner[0], corner[1]) < depth(best[0], best[1]) ? corner : best,
    );
    expect(nearest).toEqual([alpha, -beta]);
  });

  test("a corner without a finite value is not the lowest", () => {
    const of = field((a, b) => (a === -1 && b === -1 ? NaN : bowl(a, b)));
    expect(startCamera(of)).toEqual(startCamera(field(bowl)));
  });

  test("is held within its ranges", () => {
    expect(rotated(startCamera(), 0, 5).pitch).toBe(1.55);
    expect(rotated(startCamera(), 0, -5).pitch).toBe(0.1);
    expect(heldCamera({ ...startCamera(), zoom: 99 }).zoom).toBe(8);
    expect(Math.abs(rotated(startCamera(), 40, 0).yaw)).toBeLessThanOrEqual(Math.PI);
  });

  test("goes back the shorter way round and ends exactly", () => {
    const from = { ...startCamera(), yaw: 3 };
    const to = { ...startCamera(), yaw: -3 };
    expect(Math.abs(between(from, to, 0.5).yaw - 3)).toBeLessThan(0.3);
    expect(between(from, to, 1).pitch).toBe(to.pitch);
  });

  test("is read back as it was written; anything else is none", () => {
    const camera = { yaw: 1.25, pitch: 0.75, zoom: 2, x: 0.5, y: -0.25 };
    expect(readCamera(writtenCamera(camera))).toEqual(camera);
    for (const kept of [[], [1, 2, 3], [1, 2, 3, 4, "5"], [1, 2, 3, 4, NaN]]) expect(readCamera(kept)).toBeUndefined();
  });
});

describe("projection", () => {
  const stage = surfaceLayout(760).stage;

  test("the matrix for the graphics card puts every point on the same pixel", () => {
    for (const pitch of [0.1, 0.56, 1.55]) {
      const projector = projectorOf({ yaw: 2.1, pitch, zoom: 1.7, x: 0.2, y: -0.1 }, stage, { halfX: 1, halfZ: 0.6 });
      const matrix = projector.clip(744, 600);
      for (const [x, y, z] of [
        [0, 0, 0],
        [1, 0.86, -0.6],
        [-0.4, -0.34, 0.5],
      ] as const) {
        const row = (k: number) => matrix[k]! * x + matrix[4 + k]! * y + matrix[8 + k]! * z + matrix[12 + k]!;
        const [left, top, depth] = projector.project(x, y, z, [0, 0, 0]);
        expect(((row(0) / row(3) + 1) / 2) * 744).toBeCloseTo(left, 6);
        expect(((1 - row(1) / row(3)) / 2) * 600).toBeCloseTo(top, 6);
        expect(row(3)).toBeCloseTo(depth, 6);
        expect(Math.abs(row(2) / row(3))).toBeLessThan(1);
      }
    }
  });

  test("the eye is where all lines of sight meet", () => {
    const projector = projectorOf({ ...startCamera(), yaw: 0.7 }, stage, { halfX: 1, halfZ: 1 });
    const point = [0.3, 0.2, -0.5] as const;
    const [left, top] = projector.project(...point, [0, 0, 0]);
    const nearer = point.map((value, k) => value + 0.4 * (projector.eye[k]! - value)) as [number, number, number];
    const [x, y, depth] = projector.project(...nearer, [0, 0, 0]);
    expect(x).toBeCloseTo(left, 6);
    expect(y).toBeCloseTo(top, 6);
    expect(depth).toBeCloseTo(0.6 * projector.project(...point, [0, 0, 0])[2], 6);
  });

  test("the box stays on its stage from everywhere, and turning does not change its scale", () => {
    for (const pitch of [0.1, 0.3, 0.56, 1, 1.55]) {
      const scales = new Set<number>();
      for (const yaw of yaws) {
        const projector = projectorOf({ yaw, pitch, zoom: 1, x: 0, y: 0 }, stage, { halfX: 1, halfZ: 1 });
        scales.add(projector.scale);
        for (const x of [-1, 1]) {
          for (const z of [-1, 1]) {
            for (const y of [floorLevel, sheetHeight]) {
              const [left, top] = projector.project(x, y, z, [0, 0, 0]);
              expect(left).toBeGreaterThan(stage.x - 1);
              expect(left).toBeLessThan(stage.x + stage.width + 1);
              expect(top).toBeGreaterThan(stage.y - 1);
              expect(top).toBeLessThan(stage.y + stage.height + 1);
            }
          }
        }
      }
      expect(scales.size).toBe(1);
    }
  });

  test("the walls stand behind: the corner where they meet is the farthest", () => {
    for (const yaw of yaws) {
      const projector = projectorOf({ yaw, pitch: 0.56, zoom: 1, x: 0, y: 0 }, stage, { halfX: 1, halfZ: 1 });
      const far = farCorner(projector, 1, 1);
      const depth = (x: number, z: number) => projector.project(x, 0, z, [0, 0, 0])[2];
      for (const x of [-1, 1]) for (const z of [-1, 1]) expect(depth(far.x, far.z)).toBeGreaterThanOrEqual(depth(x, z));
    }
  });
});

describe("sheet", () => {
  test("heights are the places of the values in the domain of the contour map", () => {
    const of = field(bowl);
    for (const scale of ["linear", "log"] as const) {
      const scene = sceneOf(of, { scale });
      const sheet = sheetOf(scene)!;
      sheet.t.forEach((t, index) => expect(t).toBeCloseTo(positionOf(scene.levels!, of.values[index]!), 12));
      expect(Math.min(...sheet.t)).toBe(0);
      expect(Math.max(...sheet.t)).toBe(1);
    }
  });

  test("an upper end is the highest height", () => {
    const of = field(bowl);
    const sheet = sheetOf(sceneOf(of, { scale: "linear", clip: 2 }))!;
    of.values.forEach((value, index) => {
      if (value >= 2) expect(sheet.t[index]).toBe(1);
      else expect(sheet.t[index]).toBeLessThan(1);
    });
  });

  test("cells at points that are not finite are left out, and no others", () => {
    const of = field(bowl, 5);
    of.values[6] = NaN;
    of.values[24] = Infinity;
    const sheet = sheetOf(sceneOf(of, { scale: "linear" }))!;
    expect(sheet.holes).toBe(2);
    expect(Array.from(sheet.solid)).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]);
    expect(sheet.normals.every(Number.isFinite)).toBe(true);
  });

  test("normals of an inclined plane are those of the plane, also at its rim", () => {
    const sheet = sheetOf(
      sceneOf(
        field((alpha) => 3 + alpha, 9),
        { scale: "linear" },
      ),
    )!;
    const slope = sheetHeight / 2;
    for (let index = 0; index < sheet.t.length; index++) {
      expect(sheet.normals[3 * index]).toBeCloseTo(-slope / Math.hypot(slope, 1), 6);
      expect(sheet.normals[3 * index + 1]).toBeCloseTo(1 / Math.hypot(slope, 1), 6);
      expect(sheet.normals[3 * index + 2]).toBeCloseTo(0, 6);
    }
  });

  test("a plane of unequal ranges keeps its proportions", () => {
    const sheet = sheetOf(sceneOf(field(bowl, 9, 5, 0.5), { scale: "linear" }))!;
    expect([sheet.halfX, sheet.halfZ]).toEqual([1, 0.5]);
    expect([sheet.x[0], sheet.x[8], sheet.z[0], sheet.z[4]]).toEqual([-1, 1, 0.5, -0.5]);
  });

  test("more detail goes through the grid's points, less detail takes some of them", () => {
    const sheet = sheetOf(sceneOf(field(waves, 13), { scale: "linear" }))!;
    const fine = sheetOfDetail(sheet, 48);
    expect(fine.columns).toBe(49);
    for (let row = 0; row < 13; row++) {
      for (let column = 0; column < 13; column++) {
        expect(fine.t[4 * row * 49 + 4 * column]).toBeCloseTo(sheet.t[row * 13 + column]!, 12);
      }
    }
    const coarse = sheetOfDetail(sheet, 6);
    expect(coarse.columns).toBe(7);
    for (const value of coarse.t) expect(sheet.t).toContain(value);
  });
});

describe("painting", () => {
  test("a level divides a cell at the right places", () => {
    const corners = [0, 0, 10, 0, 10, 10, 0, 10];
    const values = [0, 1, 1, 0];
    const to = new Float64Array(16);
    expect(regionAbove(corners, values, 0.25, to)).toBe(8);
    expect(Array.from(to.subarray(0, 8))).toEqual([2.5, 0, 10, 0, 10, 10, 2.5, 10]);
    expect(lineThrough(corners, values, 0.25, to)).toBe(4);
    expect(Array.from(to.subarray(0, 4))).toEqual([2.5, 0, 2.5, 10]);
    expect(regionAbove(corners, values, 2, to)).toBe(0);
    expect(regionAbove(corners, values, 0, to)).toBe(8);
  });

  test("at a saddle both pieces of a line cut off the low corners, whichever corner comes first", () => {
    const corners = [0, 0, 10, 0, 10, 10, 0, 10];
    const to = new Float64Array(16);
    const pieces = (values: readonly number[]) => {
      expect(lineThrough(corners, values, 0.5, to)).toBe(8);
      return [Array.from(to.subarray(0, 4)), Array.from(to.subarray(4, 8))];
    };
    // Low corners at (10, 0) and (0, 10).
    for (const [x0, y0, x1, y1] of pieces([1, 0, 1, 0])) {
      const low = [x0! + x1!, y0! + y1!].map((sum) => sum > 10);
      expect(low[0]).not.toBe(low[1]);
    }
    // Low corners at (0, 0) and (10, 10).
    for (const [x0, y0, x1, y1] of pieces([0, 1, 0, 1])) {
      const low = [x0! + x1!, y0! + y1!].map((sum) => sum > 10);
      expect(low[0]).toBe(low[1]);
    }
  });

  test("rows are painted from both ends towards the eye", () => {
    const rising = Float64Array.of(0, 1, 2, 3, 4);
    expect(Array.from(farToNear(rising, 9))).toEqual([0, 1, 2, 3]);
    expect(Array.from(farToNear(rising, -9))).toEqual([3, 2, 1, 0]);
    expect(Array.from(farToNear(rising, 1.5))).toEqual([0, 3, 2, 1]);
    expect(Array.from(farToNear(rising.slice().reverse(), 9))).toEqual([3, 2, 1, 0]);
  });

  test("what is painted last at a pixel is what lies nearest there", () => {
    const of = field(waves, 49);
    let folded = 0;
    for (const camera of [
      { yaw: 0.3, pitch: 0.3 },
      { yaw: -2, pitch: 0.56 },
      { yaw: 2.6, pitch: 0.15 },
      { yaw: 1.5, pitch: 0.15 },
      { yaw: -1.4, pitch: 0.12 },
      { yaw: 1, pitch: 1.5 },
    ]) {
      const figure = figureOf(of, camera);
      const pen = new Recorder();
      drawSurface(pen, { ...figure, floor: false }, "moving");
      const staging = stagingOf(figure);
      const cells = pen.fills.filter(({ points, seam }) => seam > 0 && points.length === 8);
      expect(cells.length).toBe(48 * 48);
      const sheet = staging.sheet!;
      const key = (points: ArrayLike<number>) => `${points[0]!.toFixed(6)} ${points[1]!.toFixed(6)}`;
      const depths = new Map<string, number>();
      for (let index = 0; index < sheet.t.length; index++) {
        const [column, row] = [index % 49, Math.floor(index / 49)];
        const place = [sheet.x[column]!, sheet.t[index]! * sheetHeight, sheet.z[row]!] as const;
        const at = staging.projector.project(...place, [0, 0, 0]);
        depths.set(key(at), at[2]);
      }
      const depthOf = ({ points }: { points: readonly number[] }) => depths.get(key(points))!;
      let looked = 0;
      let wrong = 0;
      for (let index = 0; index < sheet.t.length; index += 3) {
        const column = index % 49;
        const row = Math.floor(index / 49);
        if (column > 47 || row > 47) continue;
        const [x, z] = [(sheet.x[column]! + sheet.x[column + 1]!) / 2, (sheet.z[row]! + sheet.z[row + 1]!) / 2];
        const around = [index, index + 1, index + 49, index + 50];
        const y = (around.reduce((sum, corner) => sum + sheet.t[corner]!, 0) / 4) * sheetHeight;
        const [left, top] = staging.projector.project(x, y, z, [0, 0, 0]);
        const over = cells.filter(({ points }) => contains(points, left, top)).map(depthOf);
        if (over.length < 2) continue;
        looked += 1;
        // Neighbours at a fold are as far as each other, within the size of a cell.
        if (over[over.length - 1]! > Math.min(...over) + 0.06) wrong += 1;
      }
      expect(wrong, JSON.stringify(camera)).toBe(0);
      folded += looked;
    }
    expect(folded).toBeGreaterThan(200);
  });

  test("what lies behind a ridge is hidden, from above nothing is", () => {
    const ridge = field((_alpha, beta) => 1 + 3 * Math.exp(-40 * (beta + 0.3) ** 2), 41);
    const low = stagingOf(figureOf(ridge, { yaw: 0, pitch: 0.15 }));
    const seen = (staging: typeof low, beta: number) => isVisible(staging.sheet!, staging.projector, 0, 0.01, -beta);
    expect(seen(low, -0.9)).toBe(true);
    expect(seen(low, 0.3)).toBe(false);
    const above = stagingOf(figureOf(ridge, { yaw: 0, pitch: 1.55 }));
    expect(seen(above, -0.9)).toBe(true);
    expect(seen(above, 0.3)).toBe(true);
  });

  test("the iso-lines are those of the contour map: same levels, and from above the same lines", () => {
    const figure = figureOf(field(bowl, 41), { yaw: 0, pitch: 1.55 });
    const { scene } = figure;
    expect(isoLines(scene!.levels!, figure.colours, figure.theme).map(({ at }) => at)).toEqual(
      scene!.levels!.levels.map(({ position }) => position),
    );
    const staging = stagingOf(figure);
    const runs = isoRuns(figure, staging, staging.sheet!);
    expect(runs).toHaveLength(scene!.levels!.levels.length);
    const at: [number, number, number] = [0, 0, 0];
    runs.forEach((found, k) => {
      const { position } = scene!.levels!.levels[k]!;
      const wanted = scene!.shapes[k]!.lines.reduce((sum, line) => {
        const pixels: number[] = [];
        for (let i = 0; i < line.length; i += 2) {
          staging.projector.project(line[i]!, position * sheetHeight, -line[i + 1]!, at);
          pixels.push(at[0], at[1]);
        }
        return sum + lengthOf(pixels);
      }, 0);
      const drawn = found.reduce((sum, { points }) => sum + lengthOf(points), 0);
      expect(Math.abs(drawn - wanted)).toBeLessThan(0.01 * wanted + 1);
    });
  });

  test("the tick of a level stands at the height of its line", () => {
    const pen = new Recorder();
    const figure = figureOf(field(bowl, 31), {}, "log");
    drawSurface(pen, figure);
    const majors = figure.scene!.levels!.levels.filter(({ major }) => major);
    expect(majors.length).toBeGreaterThan(2);
    for (const text of ["Loss", "α", "β", "−0.5", "θ*  0.400"]) expect(pen.texts).toContain(text);
    const barTicks = pen.texts.filter((text) => text === String(majors[1]!.value));
    // Once on the upright edge, once on the bar.
    expect(barTicks.length).toBeGreaterThanOrEqual(1);
  });

  test("a small picture has no texts but the same sheet", () => {
    const figure = figureOf(field(bowl, 31));
    const [large, small] = [new Recorder(), new Recorder()];
    drawSurface(large, figure);
    drawSurface(small, { ...figure, labels: false, layout: { ...figure.layout, bar: undefined } });
    expect(small.texts).toEqual([]);
    expect(small.fills.filter(({ seam }) => seam > 0)).toEqual(large.fills.filter(({ seam }) => seam > 0));
  });

  test("a grid point is found at its pixel, unless something hides it", () => {
    const ridge = field((_alpha, beta) => 1 + 3 * Math.exp(-40 * (beta + 0.3) ** 2), 21);
    const staging = stagingOf(figureOf(ridge, { yaw: 0, pitch: 0.2 }));
    const pixelOf = (index: number) => {
      const sheet = staging.sheet!;
      const [column, row] = [index % 21, Math.floor(index / 21)];
      return staging.projector.project(sheet.x[column]!, sheet.t[index]! * sheetHeight, sheet.z[row]!, [0, 0, 0]);
    };
    const front = 2 * 21 + 10;
    const [x, y] = pixelOf(front);
    expect(pickPoint(staging, x, y, false)).toBe(front);
    const behind = 13 * 21 + 10;
    const [hiddenX, hiddenY] = pixelOf(behind);
    expect(pickPoint(staging, hiddenX, hiddenY, false)).not.toBe(behind);
    expect(pickPoint(staging, 2, 2, true)).toBeUndefined();
  });

  test("an SVG is whole, of vectors only, and names what it shows", () => {
    const of = field(bowl, 21);
    of.values[0] = NaN;
    const pen = new SvgPen();
    drawSurface(pen, figureOf(of));
    const text = pen.document(760, 600, "loss < 1 & so on", "rgb(255, 255, 255)");
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    expect(parsed.querySelector("parsererror")).toBeNull();
    expect(parsed.querySelector("title")!.textContent).toBe("loss < 1 & so on");
    expect(parsed.querySelectorAll("path").length).toBeGreaterThan(400);
    expect(parsed.querySelectorAll("image, foreignObject")).toHaveLength(0);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });
});

function lengthOf(points: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 2; i < points.length; i += 2) {
    sum += Math.hypot(points[i]! - points[i - 2]!, points[i + 1]! - points[i - 1]!);
  }
  return sum;
}

/** Whether a polygon contains a point, by crossings. */
function contains(points: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = points.length - 2; i < points.length; j = i, i += 2) {
    const [x0, y0, x1, y1] = [points[i]!, points[i + 1]!, points[j]!, points[j + 1]!];
    if (y0 > y !== y1 > y && x < ((x1 - x0) * (y - y0)) / (y1 - y0) + x0) inside = !inside;
  }
  return inside;
}
