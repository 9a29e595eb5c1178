import { describe, expect, test } from "vitest";
import type { RunHeader } from "../../../server/protocol/result";
import type { Study } from "../../../server/protocol/study";
import { compareRuns, namesOf, sameLoss } from "../../../webview/state/comparison";
import { measuresOf } from "../../../webview/state/measures";
import type { Entrant } from "../../../webview/state/comparison";
import { failedCheck } from "../support/runs";
import { comparedSnapshot, runIn } from "../support/compare";
import { splitSnapshot } from "../support/splits";
import { oracleSurface } from "../support/surface";

const surface = oracleSurface(5);

function entrant(index: number, change: (header: RunHeader) => RunHeader = (header) => header): Entrant {
  const run = runIn(comparedSnapshot(surface, index, change));
  return { name: "ABCDEF"[index]!, run };
}

const study =
  (change: Partial<Study>) =>
  (header: RunHeader): RunHeader => ({ ...header, study: { ...header.study, ...change } });

const split = { name: "test" } as const;
const compare = (...entrants: readonly Entrant[]) => compareRuns(entrants, "loss", split);

const random = { kind: "random", seed: 123, normalise: "filter", ignore: "bias,norm" } as const;

describe("what is refused", () => {
  test("nothing about runs of the same settings", () => {
    expect(compare(entrant(0), entrant(1))).toEqual({
      refusals: [undefined, undefined],
      window: { x: [-1, 1], y: [-1, 1] },
      warnings: [],
      notes: [],
    });
  });

  test("another loss, naming both, while the other runs are shown", () => {
    const other = entrant(1, study({ loss: { name: "meanSquaredError" } }));
    expect(compare(entrant(0), other, entrant(2)).refusals).toEqual([
      undefined,
      "B measures mean squared error, A measures cross-entropy: values of different losses cannot be compared.",
      undefined,
    ]);
  });

  test("weight decay, smoothing and Huber's delta are part of the loss; how outputs are read is not", () => {
    const loss = { name: "crossEntropy" } as const;
    expect(sameLoss(loss, { ...loss, fromLogits: true, weightDecay: 0, labelSmoothing: 0, delta: 3 })).toBe(true);
    expect(sameLoss(loss, { ...loss, weightDecay: 5e-4 })).toBe(false);
    expect(sameLoss(loss, { ...loss, labelSmoothing: 0.1 })).toBe(false);
    expect(sameLoss({ name: "huber" }, { name: "huber", delta: 1 })).toBe(true);
    expect(sameLoss({ name: "huber" }, { name: "huber", delta: 2 })).toBe(false);
    const decayed = entrant(1, study({ loss: { ...loss, weightDecay: 0.0005 } }));
    expect(compare(entrant(0), decayed).refusals[1]).toContain("weight decay 0.0005");
  });

  test("a metric that a run does not have", () => {
    const other = entrant(1, (header) => ({ ...header, centre: { ...header.centre, accuracy: "NaN" } }));
    expect(compareRuns([entrant(0), other], "accuracy", split).refusals[1]).toBe(
      "B has no accuracy: its loss does not define one.",
    );
    expect(compare(entrant(0), other).refusals).toEqual([undefined, undefined]);
  });

  test("lines, and ranges that have nothing in common", () => {
    const lines = entrant(1, (header) => study({ grid: { ...header.study.grid, lines: true } })(header));
    const far = entrant(2, (header) => ({ ...header, x: header.x.map((at) => at + 3) }));
    const { refusals, window } = compare(entrant(0), lines, far);
    expect(refusals[1]).toContain("is a run along lines");
    expect(refusals[2]).toBe(
      "C covers α 2 to 4, β −1 to 1, A covers ±1: there is no part of the plane that both show.",
    );
    expect(window).toEqual({ x: [-1, 1], y: [-1, 1] });
  });

  test("a difference of splits where there is one split", () => {
    expect(compareRuns([entrant(0)], "loss", "difference").refusals[0]).toContain("measured on test alone");
  });
});

describe("what is labelled", () => {
  test("ranges are cut to what all runs cover", () => {
    const half = entrant(1, (header) => ({ ...header, x: header.x.map((at) => at / 2) }));
    const { window, notes } = compare(entrant(0), half);
    expect(window).toEqual({ x: [-0.5, 0.5], y: [-1, 1] });
    expect(notes).toEqual(["Ranges differ: only the part that all runs cover is shown, α −0.5 to 0.5, β −1 to 1."]);
  });

  test.each([
    [
      "normalise",
      study({ directions: { ...random, normalise: "none" } }),
      /normalised in different ways \(A: by filter, B: none\)/,
    ],
    ["kept parameters", study({ directions: { ...random, ignore: "none" } }), /Different parameters are kept fixed/],
    ["batch norm", study({ batchNorm: "recompute" }), /Batch-norm statistics .*A: kept, B: recomputed/],
    [
      "split",
      (header: RunHeader) => ({ ...header, data: { ...header.data, split: "train" } }),
      /different splits \(A: test, B: train\)/,
    ],
    [
      "samples",
      (header: RunHeader) => ({ ...header, data: { ...header.data, samples: 250 } }),
      /different samples \(A: 500 samples, B: 250 samples, stratified with seed 0\)/,
    ],
    [
      "data",
      (header: RunHeader) => ({ ...header, fingerprints: { [header.data.path]: "other" } }),
      /different data files/,
    ],
    [
      "kind",
      (header: RunHeader) => ({ ...header, directions: { ...header.directions, kind: "pca" as const } }),
      /different kinds \(A: random, B: principal directions\)/,
    ],
  ])("a different %s", (name, change, sentence) => {
    const first = entrant(0, (header) =>
      name === "data" ? { ...header, fingerprints: { [header.data.path]: "one" } } : header,
    );
    const { refusals, warnings } = compare(first, entrant(1, change));
    expect(refusals).toEqual([undefined, undefined]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(sentence);
  });

  test("data of the same content under another name is the same data", () => {
    const path = "/elsewhere/copy.npz";
    const copy = entrant(1, (header) => ({
      ...header,
      data: { ...header.data, path },
      fingerprints: { [path]: "one" },
    }));
    const first = entrant(0, (header) => ({ ...header, fingerprints: { [header.data.path]: "one" } }));
    expect(compare(first, copy).warnings).toEqual([]);
  });

  test("seeds are a note; directions that are not filter-normalised a warning even when all are alike", () => {
    expect(compare(entrant(0), entrant(1, study({ directions: { ...random, seed: 7 } }))).notes).toEqual([
      "Directions were drawn with different seeds (A: 123, B: 7).",
    ]);
    const raw = study({ directions: { ...random, normalise: "none" } });
    expect(compare(entrant(0, raw), entrant(1, raw)).warnings).toEqual([
      expect.stringMatching(/not filter-normalised/),
    ]);
  });

  test("what is not measured yet, and pictures that failed their check", () => {
    const half: Entrant = { name: "B", run: runIn(comparedSnapshot(surface, 1, undefined, 9)) };
    expect(compare(entrant(0), half).notes).toEqual(["B: 3 × 3 measured, drawn at 5 × 5."]);
    const { run } = entrant(1);
    const failed = { name: "B", run: { ...run, checks: [failedCheck] } };
    expect(compare(entrant(0), failed).warnings).toEqual([`B: ${failedCheck.message}`]);
  });
});

describe("names", () => {
  const runs = (...changes: readonly ((header: RunHeader) => RunHeader)[]) =>
    changes.map((change) => runIn(comparedSnapshot(surface, 0, change)));

  test("are the models' as long as these tell the runs apart", () => {
    expect(namesOf([runIn(comparedSnapshot(surface, 0)), runIn(comparedSnapshot(surface, 2))])).toEqual([
      "ResNet-20",
      "ResNet-8",
    ]);
  });

  test("say what differs between runs of one model", () => {
    const seed = (value: number) => study({ directions: { ...random, seed: value } });
    expect(namesOf(runs(seed(1), seed(2)))).toEqual(["ResNet-20, seed 1", "ResNet-20, seed 2"]);
    const weights = (header: RunHeader) =>
      study({ model: { ...header.study.model, weights: "/runs/epoch_7.pt" } })(header);
    expect(namesOf(runs((header) => header, weights))).toEqual(["ResNet-20", "ResNet-20, epoch_7.pt"]);
  });

  test("are the user's own where there are any", () => {
    const [run] = runs((header) => header);
    expect(namesOf([run!], { [run!.journal]: "baseline" })).toEqual(["baseline"]);
  });
});

test("a difference of splits has measures of its own, and none that belong to one split", () => {
  const run = runIn(splitSnapshot(surface, { status: "done" }));
  const { header } = run;
  const measures = measuresOf(
    [{ name: "A", run }],
    compareRuns([{ name: "A", run }], "loss", "difference"),
    "difference",
  );
  const cell = (name: string) => measures.find((each) => each.name === name)?.cells[0];
  const [first, second] = [header.centre, header.splits![0]!.centre];
  expect(cell("lossDifference")!.value).toBe(Number(second.loss) - Number(first.loss));
  expect(cell("accuracyDifference")!.value).toBe(Number(second.accuracy) - Number(first.accuracy));
  const [a, b] = [run.measured.loss, run.further[0]!.loss];
  expect(cell("largestDifference")!.value).toBe(Math.max(...a.map((loss, index) => b[index]! - loss)));
  expect(cell("samples")!.text).toBe("train: 500, test: 500");
  for (const name of ["loss", "radius", "eigenvalue", "sharpness"]) expect(cell(name)).toBeUndefined();
});

test("the radius is told, and where it is beyond the grid how far that goes", () => {
  // It doubles at a point of the grid.
  const [steep, flat] = [2, 0.5].map((doublings, k): Entrant => {
    const loss = surface.y.flatMap(() => surface.x.map((alpha) => 0.4 * 2 ** (doublings * Math.abs(alpha))));
    const centre = (header: RunHeader): RunHeader => ({ ...header, centre: { ...header.centre, loss: 0.4 } });
    return { name: "AB"[k]!, run: runIn(comparedSnapshot({ ...surface, loss }, 0, centre)) };
  }) as [Entrant, Entrant];
  const cells = measuresOf([steep, flat], compare(steep, flat), split).find(({ name }) => name === "radius")!.cells;
  expect(cells.map(({ text }) => text)).toEqual(["0.500", "beyond the grid (> 1)"]);
});

test("a largest eigenvalue that has not converged is no more than about its size, and never the lowest", () => {
  const curvature = { points: [3, 3] as const, samples: 100, tolerance: 1e-3, parameters: "kernels" as const };
  const [first, second] = ([12.5, 40] as const).map((max, k): Entrant => {
    const { name, run } = entrant(k, (header) => study({ curvature: curvature as never })(header));
    const residual = k === 0 ? ([0.2, 1e-5] as const) : ([1e-5, 1e-5] as const);
    const point = { index: 4, max, min: -0.1, residual, symmetry: 1e-7, products: 20 };
    return { name, run: { ...run, extras: { checkpoints: [], curvature: [point as never] } } };
  }) as unknown as [Entrant, Entrant];
  const measures = measuresOf([first, second], compare(first, second), split);
  const cells = measures.find(({ name }) => name === "eigenvalue")!.cells;
  expect(cells.map(({ text }) => text)).toEqual(["≈ 12.5, not converged", "40.0"]);
  expect(cells.some(({ lowest }) => lowest)).toBe(false);
});
