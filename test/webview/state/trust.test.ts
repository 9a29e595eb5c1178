import { describe, expect, test } from "vitest";
import { samplingCheck } from "../../../server/landscape/checks";
import type { Check, RunSnapshot } from "../../../server/protocol/result";
import { guideOf } from "../../../webview/state/guide";
import { emptyModel } from "../../../webview/state/model";
import type { RunData } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { comparePair, valleyShape } from "../../../webview/state/second-pair";
import {
  checkRuns,
  mostNegative,
  pathLosses,
  tellsCurvature,
  trustRows,
  verdictOf,
  withMoreSamples,
} from "../../../webview/state/trust";
import { lowestPoints, samplingRatios } from "../../../webview/state/trust-evidence";
import { curvatureDoneSnapshot, distrustedSnapshot, linesSnapshot, pathLosses as told } from "../support/method";
import { failedCheck, passedChecks, snapshotOf } from "../support/runs";
import { oracleSurface } from "../support/surface";
import type { Surface } from "../support/surface";

const surface = oracleSurface(11);
const runOf = (snapshot: RunSnapshot): RunData => reduce(emptyModel, { kind: "snapshot", snapshot }).run!;
const done = runOf(snapshotOf(surface, { status: "done" }));
const withChecks = (...checks: Check[]): RunData => ({ ...done, checks });

describe("the rows", () => {
  test("have value, meaning and limit of each check, and what could be run", () => {
    const rows = trustRows(done);
    const found = rows.map(({ name, level, value, limit }) => [name, level, value, limit]);
    expect(found).toEqual([
      ["centre", "ok", "0", "≤ 10⁻⁶"],
      ["sampling", "warning", "0.610", "≤ 0.5"],
      ["norm-ratio", "ok", "3.10 × 10⁻⁸", "≤ 10⁻⁶"],
      ["cosine", "ok", "0.00310", "≤ 0.0285"],
      ["centre-convexity", "not-run", "", ""],
      ["away-convexity", "not-run", "", ""],
      ["second-pair", "not-run", "", ""],
    ]);
    expect(rows.flatMap(({ change }) => (change ? [change] : []))).toEqual([
      { curvature: { points: [1, 1], samples: 128 } },
      { curvature: { points: [5, 5], samples: 128 } },
      { seed: 124, grid: { points: [11, 11] } },
    ]);
  });

  test("of the centre tell the relative difference of its loss", () => {
    const [row] = trustRows(withChecks(failedCheck));
    expect(row!.value).toBe(((0.4121 - 0.4056930541992188) / 0.4056930541992188).toPrecision(3));
    expect(row!.title).toBe("Centre differs from the model");
  });

  test("offer no curvature where the model has no derivatives, and nothing while a run goes on", () => {
    expect(
      trustRows(done, undefined, false)
        .filter(({ change }) => change)
        .map(({ name }) => name),
    ).toEqual(["second-pair"]);
    const running = runOf(snapshotOf(surface, { status: "running", measured: 9 }));
    expect(trustRows(running)).toEqual([]);
  });

  test("show a check that they do not know as the worker tells it", () => {
    const check: Check = { name: "new", level: "warning", value: 2, expected: 1, message: "Something new." };
    expect(trustRows(withChecks(check))[0]).toMatchObject({ title: "new", value: "2.00", limit: "1.00" });
    expect(verdictOf(withChecks(check), trustRows(withChecks(check))).sentence).toContain("Mind: Something new.");
  });

  test("of the path have its worst checkpoint", () => {
    const rows = trustRows(runOf(distrustedSnapshot(surface)));
    const row = rows.find(({ name }) => name === "path-loss")!;
    expect([row.value, row.meaning, row.limit]).toEqual(["63.4\u00a0%", "at model_2.pt", "≤ 10\u00a0%"]);
  });
});

describe("the runs that make the missing checks", () => {
  test("are one for the curvature, of few points of the loss, and one for the directions", () => {
    expect(checkRuns(done, trustRows(done))).toEqual([
      {
        checks: ["centre-convexity", "away-convexity"],
        change: { curvature: { points: [5, 5], samples: 128 }, grid: { points: [5, 5], refine: 0 } },
      },
      { checks: ["second-pair"], change: { seed: 124, grid: { points: [11, 11] } } },
    ]);
    const [centre] = trustRows(done).filter(({ name }) => name === "centre-convexity");
    expect(checkRuns(done, [centre!])[0]!.change.grid).toEqual({ points: [3, 3], refine: 0 });
    expect(checkRuns(done, [])).toEqual([]);
  });

  test("measure the first split alone", () => {
    const { header } = done;
    const train = { ...header.study.data, split: "train" };
    const both = { ...done, header: { ...header, study: { ...header.study, splits: [train] } } };
    const { split, path, x, y } = header.study.data;
    for (const { change } of checkRuns(both, trustRows(both))) expect(change.splits).toEqual([{ split, path, x, y }]);
  });

  test("tell of this one's plane, and of no other's", () => {
    const check = { name: "centre-convexity", level: "ok", value: 0.02, expected: 0.1, message: "Nearly." } as const;
    const { header } = done;
    const curved = { ...done, journal: "/curved.jsonl", checks: [...passedChecks, check] };
    const coarse = { ...curved, header: { ...header, study: { ...header.study, grid: { ...header.study.grid } } } };
    expect(tellsCurvature(coarse, done)).toBe(true);
    const rows = trustRows(done, { curved });
    expect(rows.filter(({ by }) => by === curved).map(({ name, level }) => [name, level])).toEqual([
      ["centre-convexity", "ok"],
    ]);
    expect(rows.map(({ name }) => name)).toEqual([
      ...["centre", "sampling", "norm-ratio", "cosine", "centre-convexity", "away-convexity", "second-pair"],
    ]);
    // A map without a point at θ* is not asked for again.
    const aside = { ...curved, checks: [{ ...check, name: "away-convexity" }] };
    expect(trustRows(done, { curved: aside }).flatMap(({ name, change }) => (change ? [name] : []))).toEqual([
      "second-pair",
    ]);
    expect(tellsCurvature(done, done)).toBe(false);
    expect(tellsCurvature({ ...curved, status: "cancelled" }, done)).toBe(false);
    const elsewhere = { ...header.study, directions: { ...header.study.directions, seed: 9 } } as typeof header.study;
    expect(tellsCurvature({ ...curved, header: { ...header, study: elsewhere } }, done)).toBe(false);
    const centre = { ...header.centre, loss: 0.5 };
    expect(tellsCurvature({ ...curved, header: { ...header, centre } }, done)).toBe(false);
  });

  test("with more samples take four times as many, as far as there are", () => {
    const of = (samples: number, available: number) => ({
      ...done,
      header: { ...done.header, data: { ...done.header.data, samples, available } },
    });
    expect(withMoreSamples(of(500, 10_000))).toEqual({ samples: 2000 });
    expect(withMoreSamples(of(500, 900))).toEqual({ samples: 900 });
    expect(withMoreSamples(of(500, 500))).toBeUndefined();
  });
});

describe("the verdict", () => {
  const verdict = (run: RunData) => verdictOf(run, trustRows(run));

  test("counts, and says what follows from what has not passed", () => {
    expect(verdict(done)).toEqual({
      headline: "3 of 4 checks passed, 1 warning",
      sentence:
        "What is measured is the loss of this model in this plane. Mind: structure finer than the sampling error may be chance.",
    });
  });

  test("tells not to rely on a picture that is wrong", () => {
    const { headline, sentence } = verdict(withChecks(failedCheck, passedChecks[3]!));
    expect(headline).toBe("0 of 2 checks passed, 1 warning, 1 error");
    expect(sentence).toBe(
      "Do not rely on this picture: its centre is not the loss of the model. Mind: structure finer than the sampling error may be chance.",
    );
    expect(sentence).not.toContain("What is measured is the loss");
  });

  test("is content only when all has passed and the run is done", () => {
    expect(verdict(withChecks(passedChecks[0]!)).sentence).toContain("to the precision shown");
    const cancelled = { ...withChecks(passedChecks[0]!), status: "cancelled" as const };
    expect(verdict(cancelled).sentence).toBe("The run did not finish, so the checks of its end are missing.");
    const running = { ...withChecks(passedChecks[0]!), status: "running" as const };
    expect(verdict(running).sentence).toContain("follow when the run is done");
  });
});

describe("the evidence", () => {
  const distrusted = runOf(distrustedSnapshot(surface));

  test("of the path has both losses and their difference", () => {
    expect(pathLosses(distrusted).map(({ own, inPlane }) => [own, inPlane])).toEqual(told.map((pair) => [...pair]));
    expect(pathLosses(distrusted)[2]!.difference).toBeCloseTo((2.24 - 0.82) / 2.24, 12);
  });

  test("of a lower point has its place and loss", () => {
    expect(lowestPoints(distrusted)[0]).toMatchObject({ index: 3, loss: 0.39, alpha: surface.x[3], beta: -1 });
    expect(lowestPoints(done).every(({ loss }) => loss < Number(done.header.centre.loss))).toBe(true);
  });

  test("of the sampling error has the ratios whose median the check looks at", () => {
    const ratios = [...samplingRatios(done)].sort((a, b) => a - b);
    const check = samplingCheck(snapshotOf(surface, { status: "done" }).points, 500);
    expect(ratios[Math.floor(ratios.length / 2)]).toBe(check.value);
  });

  test("of the curvature begins with the most negative", () => {
    const cells = mostNegative(runOf(curvatureDoneSnapshot(surface)));
    const ratios = cells.map(({ min, max }) => (min >= 0 ? 0 : -min / max));
    expect(ratios).toEqual([...ratios].sort((a, b) => b - a));
    expect(cells).toHaveLength(47);
  });
});

describe("a second pair of directions", () => {
  /** Loss c·(1 + k·(α²·a + β²/a)): doubles on an ellipse with the radii 1/√(ka) and √(a/k). */
  function bowl(curvature: number, stretch: number, points = 41): Surface {
    const x = Array.from({ length: points }, (_, k) => (2 * k) / (points - 1) - 1);
    const loss = x.flatMap((beta) =>
      x.map((alpha) => 0.4 * (1 + curvature * (alpha * alpha * stretch + (beta * beta) / stretch))),
    );
    return { x, y: x, loss, accuracy: loss.map(() => 80) };
  }
  function bowlRun(curvature: number, stretch: number, seed: number, points?: number): RunData {
    const snapshot = snapshotOf(bowl(curvature, stretch, points), { status: "done" });
    const directions = { kind: "random", seed, normalise: "filter", ignore: "bias,norm" } as const;
    const study = { ...snapshot.header.study, directions, grid: { ...snapshot.header.study.grid } };
    return runOf({ ...snapshot, header: { ...snapshot.header, study } });
  }

  test("finds the radius at which the loss doubles", () => {
    const shape = valleyShape(bowlRun(4, 1, 1))!;
    expect(shape.mean).toBeCloseTo(0.5, 2);
    expect(shape.open).toBe(0);
    const ellipse = valleyShape(bowlRun(4, 1.5, 1))!;
    expect(ellipse.radii[0]).toBeCloseTo(1 / Math.sqrt(4 * 1.5), 2);
    expect(ellipse.radii[16]).toBeCloseTo(Math.sqrt(1.5 / 4), 2);
  });

  test("compares the mean radii, also between grids of other points", () => {
    const pair = comparePair(bowlRun(4, 1, 1), bowlRun(6.25, 1, 2, 21))!;
    expect(pair.difference).toBeCloseTo((0.5 - 0.4) / 0.45, 1);
    expect(pair.seeds).toEqual([1, 2]);
    expect(trustRows(bowlRun(4, 1, 1), { pair }).find(({ name }) => name === "second-pair")!.level).toBe("ok");
    const wide = comparePair(bowlRun(4, 1, 1), bowlRun(12, 1, 2))!;
    const row = trustRows(bowlRun(4, 1, 1), { pair: wide }).find(({ name }) => name === "second-pair")!;
    expect([row.level, row.title]).toEqual(["warning", "Second pair of directions differs"]);
  });

  test("compares nothing that is not comparable", () => {
    const one = bowlRun(4, 1, 1);
    expect(comparePair(one, bowlRun(4, 1, 1))).toBeUndefined();
    expect(comparePair(one, { ...bowlRun(4, 1, 2), status: "cancelled" })).toBeUndefined();
    const other = bowlRun(4, 1, 2);
    const study = { ...other.header.study, data: { ...other.header.study.data, samples: 100 } };
    expect(comparePair(one, { ...other, header: { ...other.header, study } })).toBeUndefined();
    // The loss does not double within the plane.
    expect(comparePair(bowlRun(0.5, 1, 1), bowlRun(0.5, 1, 2))).toBeUndefined();
    expect(comparePair(one, runOf(linesSnapshot()))).toBeUndefined();
  });
});

describe("the guide", () => {
  const names = (run: RunData) => guideOf(run).map(({ name }) => name);

  test("has what concerns the run, and nothing else", () => {
    expect(names(done)).toEqual(["axes", "contours", "scale", "slice"]);
    expect(names(runOf(distrustedSnapshot(surface)))).toEqual(["axes", "contours", "scale", "slice", "path"]);
    expect(names(runOf(curvatureDoneSnapshot(surface)))).toEqual(["axes", "contours", "scale", "slice", "curvature"]);
    expect(names(runOf(linesSnapshot()))).toEqual(["axes", "scale", "slice"]);
  });

  test("speaks of this model, these samples and this normalisation", () => {
    const [axes, contours, scale] = guideOf(done).map(({ text }) => text);
    expect(axes).toContain("19,674 weights");
    expect(contours).toContain("500 samples of test");
    expect(scale).toContain("filter-normalised");
    const none = {
      ...done,
      header: {
        ...done.header,
        study: {
          ...done.header.study,
          directions: { kind: "random", seed: 1, normalise: "none", ignore: "bias,norm" } as const,
        },
      },
    };
    expect(guideOf(none)[2]!.text).toContain("Compare nothing with another network");
  });
});
