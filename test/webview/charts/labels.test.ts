import { describe, expect, test } from "vitest";
import { placeLabels } from "../../../server/drawing/labels";
import { figureLayout, projection } from "../../../webview/charts/layout";
import { labelRules } from "../../../webview/charts/map";
import { sceneOf } from "../../../webview/charts/scene";
import { fieldOf } from "../../../webview/state/field";
import { wholePlane } from "../../../webview/state/window";
import { runOf } from "../support/model";
import { oracleSurface } from "../support/surface";

const frame = { x: 0, y: 0, width: 600, height: 600 };

function circle(cx: number, cy: number, radius: number): Float64Array {
  const points: number[] = [];
  for (let k = 0; k <= 90; k++) {
    const angle = (k / 90) * 2 * Math.PI;
    points.push(cx + radius * Math.cos(angle), cy + radius * Math.sin(angle));
  }
  return Float64Array.from(points);
}

describe("labels", () => {
  test("stand on their line, at most two, far from each other", () => {
    const places = placeLabels([circle(300, 300, 200)], frame, [], labelRules);
    expect(places).toHaveLength(2);
    for (const place of places) expect(Math.hypot(place.x - 300, place.y - 300)).toBeCloseTo(200, 0);
    expect(Math.hypot(places[0]!.x - places[1]!.x, places[0]!.y - places[1]!.y)).toBeGreaterThanOrEqual(190);
  });

  test("prefer level tangents and are never upside down", () => {
    const [first] = placeLabels([circle(300, 300, 200)], frame, [], { ...labelRules, perLevel: 1 });
    expect(Math.abs(first!.angle)).toBeLessThan(0.3);
    const steep = placeLabels([Float64Array.of(100, 500, 110, 100)], frame, [], labelRules);
    expect(steep).not.toHaveLength(0);
    for (const place of steep) expect(Math.abs(place.angle)).toBeLessThanOrEqual(Math.PI / 2);
  });

  test("turn along their line", () => {
    const [place] = placeLabels([Float64Array.of(100, 100, 400, 400)], frame, [], { ...labelRules, perLevel: 1 });
    expect(place!.angle).toBeCloseTo(Math.PI / 4, 6);
  });

  test("keep away from marks, from the frame and from short lines", () => {
    const mark = { x: 300, y: 100 };
    for (const place of placeLabels([circle(300, 300, 200)], frame, [mark], labelRules)) {
      expect(Math.hypot(place.x - mark.x, place.y - mark.y)).toBeGreaterThanOrEqual(34);
    }
    expect(placeLabels([Float64Array.of(10, 0, 10, 600)], frame, [], labelRules)).toHaveLength(0);
    expect(placeLabels([Float64Array.of(300, 300, 360, 300)], frame, [], labelRules)).toHaveLength(0);
  });

  test("of a whole real map keep every distance", () => {
    const surface = oracleSurface(51);
    const scene = sceneOf(fieldOf(runOf(surface), "loss"), { scale: "auto" });
    const whole = wholePlane(surface.x, surface.y);
    const layout = figureLayout(760, whole, whole, { profiles: true });
    const project = projection(layout.plot, whole);
    const centre = { x: project.x(0), y: project.y(0) };
    const taken = [centre];
    const placed = scene.levels!.levels.flatMap((level, index) => {
      if (!level.major) return [];
      const lines = scene.shapes[index]!.lines.map(project.line);
      return placeLabels(lines, layout.plot, taken, labelRules).map((place) => ({ ...place, level: level.value }));
    });
    expect(placed.length).toBeGreaterThan(6);
    for (const [index, place] of placed.entries()) {
      expect(Math.hypot(place.x - centre.x, place.y - centre.y)).toBeGreaterThanOrEqual(labelRules.fromOthers);
      expect(place.x - layout.plot.x).toBeGreaterThanOrEqual(labelRules.fromFrame);
      expect(layout.plot.y + layout.plot.height - place.y).toBeGreaterThanOrEqual(labelRules.fromFrame);
      for (const other of placed.slice(index + 1)) {
        const apart = Math.hypot(place.x - other.x, place.y - other.y);
        expect(apart).toBeGreaterThanOrEqual(labelRules.fromOthers);
        if (other.level === place.level) expect(apart).toBeGreaterThanOrEqual(labelRules.onSameLevel);
      }
    }
  });
});
