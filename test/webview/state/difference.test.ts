import { describe, expect, test } from "vitest";
import type { RunHeader } from "../../../server/protocol/result";
import { differenceField, subtractable } from "../../../webview/state/difference";
import { fieldOf, origin } from "../../../webview/state/field";
import type { RunData } from "../../../webview/state/model";
import { comparedSnapshot, runIn } from "../support/compare";
import { oracleSurface } from "../support/surface";

const split = { name: "test" } as const;

/** A run with the weights of the file `weights`, on a grid of `points` rows and columns. */
function run(
  index: number,
  weights: string,
  points = 9,
  change: (header: RunHeader) => RunHeader = (all) => all,
): RunData {
  return runIn(
    comparedSnapshot(oracleSurface(points), index, (header) =>
      change({ ...header, fingerprints: { [header.model.path]: weights } }),
    ),
  );
}

function ready(first: RunData, second: RunData) {
  const can = subtractable(first, second);
  if (can.kind !== "ready") throw new Error(can.reason);
  return can;
}

const reason = (first: RunData, second: RunData) => {
  const can = subtractable(first, second);
  return can.kind === "none" ? can.reason : undefined;
};

describe("whether two runs may be subtracted", () => {
  test("the same draw in another training may, and it is said what that means", () => {
    expect(ready(run(0, "a"), run(1, "b")).sentence).toMatch(/same random draw.*not at equal weights/);
    expect(ready(run(0, "a"), run(1, "a")).sentence).toMatch(/same weights and directions/);
  });

  test("another seed, another architecture and unknown weights in other planes may not", () => {
    const seed = (header: RunHeader): RunHeader => ({
      ...header,
      study: { ...header.study, directions: { kind: "random", seed: 9, normalise: "filter", ignore: "bias,norm" } },
    });
    expect(reason(run(0, "a"), run(1, "a", 9, seed))).toMatch(/directions are not the same/);
    const larger = (header: RunHeader): RunHeader => ({ ...header, model: { ...header.model, parameters: 5 } });
    expect(reason(run(0, "a"), run(1, "a", 9, larger))).toMatch(/numbers of parameters/);
    const pca =
      (digest: string) =>
      (header: RunHeader): RunHeader => ({
        ...header,
        study: { ...header.study, directions: { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" } },
        directions: { ...header.directions, kind: "pca", digest },
      });
    expect(reason(run(0, "a", 9, pca("p")), run(1, "b", 9, pca("p")))).toMatch(/one set of weights/);
    expect(reason(run(0, "a", 9, pca("p")), run(1, "a", 9, pca("q")))).toMatch(/directions are not the same/);
    expect(reason(run(0, "a", 9, pca("p")), run(1, "a", 9, pca("p")))).toBeUndefined();
  });

  test("architectures are told by their digests, and by counts alone where there are none, which is said", () => {
    const of = (structure?: string) => (header: RunHeader) => ({
      ...header,
      model: { ...header.model, ...(structure === undefined ? {} : { structure }) },
    });
    expect(reason(run(0, "a", 9, of("s")), run(1, "b", 9, of("t")))).toBe("the models have different architectures");
    expect(ready(run(0, "a", 9, of("s")), run(1, "b", 9, of("s"))).sentence).not.toMatch(/counts|judged/);
    expect(ready(run(0, "a", 9, of("s")), run(1, "b", 9, of())).sentence).toMatch(/judged by numbers of parameters/);
    // One file is one architecture.
    expect(ready(run(0, "a", 9, of("s")), run(1, "a", 9, of())).sentence).not.toMatch(/judged/);
  });

  test("grids without common points may not", () => {
    const moved = (header: RunHeader): RunHeader => ({ ...header, x: header.x.map((at) => at + 0.01) });
    expect(reason(run(0, "a"), run(1, "a", 9, moved))).toMatch(/no 2 × 2 points/);
  });
});

describe("the difference", () => {
  test("is second less first at every point, and known where both are", () => {
    const [first, second] = [run(0, "a"), run(1, "b")];
    const field = differenceField(first, second, ready(first, second).grid, "loss", split);
    const [a, b] = [fieldOf(first, "loss").values, fieldOf(second, "loss").values];
    expect(field.values).toHaveLength(81);
    field.values.forEach((value, index) => expect(value).toBe(b[index]! - a[index]!));
    expect(field.complete).toBe(true);
    expect(new Set(Array.from(field.origins))).toEqual(new Set([origin.measured]));
    expect(differenceField(first, second, ready(first, second).grid, "loss", split)).toBe(field);
  });

  test("of a grid inside another one is taken at the points of both", () => {
    const [coarse, fine] = [run(0, "a", 5), run(1, "a", 17)];
    const can = ready(coarse, fine);
    expect(can.sentence).toContain("5 × 5 points");
    const field = differenceField(coarse, fine, can.grid, "accuracy", split);
    expect([field.columns, field.rows]).toEqual([5, 5]);
    const values = fieldOf(fine, "accuracy").values;
    expect(field.values[1 * 5 + 2]).toBe(values[4 * 17 + 8]! - fieldOf(coarse, "accuracy").values[1 * 5 + 2]!);
  });

  test("is interpolated where one of them is", () => {
    const surface = oracleSurface(9);
    const first = run(0, "a");
    const second = runIn(comparedSnapshot(surface, 1, undefined, 25));
    const grid = ready({ ...first, header: { ...first.header, fingerprints: {} } }, second).grid;
    const field = differenceField(first, second, grid, "loss", split);
    const origins = fieldOf(second, "loss").origins;
    expect(Array.from(field.origins)).toEqual(Array.from(origins));
    expect(new Set(Array.from(field.origins))).toEqual(new Set([origin.measured, origin.interpolated]));
  });
});
