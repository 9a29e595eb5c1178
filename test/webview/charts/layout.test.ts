import { describe, expect, test } from "vitest";
import { hatchLines } from "../../../webview/charts/chart";
import { axisTicks, figureLayout, projection } from "../../../webview/charts/layout";

const whole = { x: [-1, 1], y: [-1, 1] } as const;

describe("layout", () => {
  test.each([320, 400, 480, 760, 1400])("at %d pixels the plot is a square inside the canvas", (width) => {
    const layout = figureLayout(width, whole, whole, { profiles: true });
    expect(layout.plot.width).toBe(layout.plot.height);
    expect(layout.bar.x + layout.bar.width).toBeLessThan(width);
    expect(layout.plot.width).toBeLessThanOrEqual(600);
    expect(layout.profiles === undefined).toBe(width < 480);
  });

  test("has the margins of the specification at the reference width", () => {
    const { plot, bar, height } = figureLayout(744, whole, whole, { profiles: true });
    expect(plot).toEqual({ x: 54, y: 80, width: 744 - 54 - 76 - 72, height: 744 - 54 - 76 - 72 });
    expect(bar.x).toBe(plot.x + plot.width + 72 + 16);
    expect(height).toBe(80 + plot.height + 46);
    expect(figureLayout(744, whole, whole, { profiles: false }).plot.y).toBe(26);
  });

  test("keeps one unit for both axes of a plane that is not square", () => {
    const wide = { x: [-1, 1], y: [-0.5, 0.5] } as const;
    const { plot } = figureLayout(760, wide, wide, { profiles: true });
    expect(plot.height).toBe(plot.width / 2);
  });

  test("makes room for longer numbers when zoomed", () => {
    const zoomed = { x: [0, 0.1], y: [0.1, 0.2] } as const;
    expect(figureLayout(760, whole, zoomed, { profiles: true }).plot.x).toBeGreaterThanOrEqual(54);
  });
});

test("projection and its inverse agree, β grows upwards", () => {
  const project = projection({ x: 54, y: 80, width: 500, height: 500 }, whole);
  expect([project.x(-1), project.x(1), project.y(1), project.y(-1)]).toEqual([54, 554, 80, 580]);
  expect(project.alpha(project.x(0.3))).toBeCloseTo(0.3, 12);
  expect(project.beta(project.y(-0.7))).toBeCloseTo(-0.7, 12);
  expect([...project.line(Float64Array.of(-1, 1, 1, -1))]).toEqual([54, 80, 554, 580]);
});

test("ticks are every 0.5 over ±1 and nice elsewhere", () => {
  expect(axisTicks([-1, 1])).toEqual([-1, -0.5, 0, 0.5, 1]);
  expect(axisTicks([-0.13, 0.31])).toEqual([-0.1, 0, 0.1, 0.2, 0.3]);
  expect(axisTicks([2, 2])).toEqual([2]);
});

test("hatching goes on from one box to the next", () => {
  const left = hatchLines({ x: 0, y: 0, width: 20, height: 20 }, 7);
  const right = hatchLines({ x: 20, y: 0, width: 20, height: 20 }, 7);
  for (const [x0, y0, x1, y1] of [...left, ...right]) {
    expect(x0 + y0).toBeCloseTo(x1 + y1, 9);
    expect((x0 + y0) % 7).toBeCloseTo(0, 9);
  }
  expect(left.some(([, , x1, y1]) => right.some(([x0, y0]) => x0 === x1 && y0 === y1))).toBe(true);
});
