import { chanceCheck, offPlaneCheck, pathLossCheck, samplingCheck } from "../../../server/landscape/checks";
import { lowestCheck } from "../../../server/landscape/lowestCheck";
import type { CurvaturePoint, RunSnapshot } from "../../../server/protocol/result";
import { snapshotOf } from "./runs";
import type { Surface } from "./surface";

/** Coordinates of a path, the learning rate dropping after epochs 3 and 4. */
export const pathPlaces = [
  [-0.9, 0.1],
  [-0.7, 0.55],
  [-0.35, 0.62],
  [-0.12, 0.3],
  [-0.03, 0.06],
  [0, 0],
] as const;

/** A run in the principal directions of its path. */
export function pathSnapshot(surface: Surface): RunSnapshot {
  const snapshot = snapshotOf(surface, { status: "done" });
  return {
    ...snapshot,
    header: {
      ...snapshot.header,
      study: {
        ...snapshot.header.study,
        directions: { kind: "pca", centred: true, finalRow: false, ignore: "bias,norm" },
      },
      directions: {
        kind: "pca",
        label: "principal directions of 6 checkpoints, centred",
        axes: ["PC 1 (81.2 %)", "PC 2 (12.5 %)"],
      },
      trajectory: {
        explainedVariance: [0.812, 0.125],
        randomWalk: [0.61, 0.15],
        centred: true,
        drops: [3, 4],
        checkpoints: pathPlaces.map(([x, y], epoch) => ({
          name: `model_${epoch}.pt`,
          path: `/run/model_${epoch}.pt`,
          epoch,
          x,
          y,
          distance: Math.hypot(x, y),
          offPlane: 0.1,
        })),
      },
    },
  };
}

/** A family of three lines of two splits. */
export function linesSnapshot(): RunSnapshot {
  const x = Array.from({ length: 41 }, (_, k) => -1 + k / 20);
  const y = [0, 1, 2];
  const values = y.flatMap((member) => x.map((at) => 0.4 + (2 + member) * at * at));
  const surface: Surface = { x, y, loss: values, accuracy: values.map((loss) => Math.max(10, 90 - 20 * loss)) };
  const snapshot = snapshotOf(surface, { status: "done" });
  const { header } = snapshot;
  const further = (loss: number): { loss: number; accuracy: number; lossError: number } => ({
    loss: 0.8 * loss,
    accuracy: 92,
    lossError: 0.01,
  });
  return {
    ...snapshot,
    header: {
      ...header,
      study: { ...header.study, grid: { x: [-1, 1], y: [0, 0], points: [41, 3], lines: true } },
      splits: [{ data: { ...header.data, split: "train" }, centre: further(0.4) }],
      directions: { ...header.directions, axes: ["direction 1", ""] },
    },
    points: snapshot.points.map((point) => ({ ...point, further: [further(Number(point.loss))] })),
  };
}

/** A map of 5 × 5 of which 20 points are measured. */
export function curvatureSnapshot(surface: Surface): RunSnapshot {
  const snapshot = snapshotOf(surface, { status: "running", measured: surface.loss.length });
  const points: readonly CurvaturePoint[] = Array.from({ length: 20 }, (_, index) => ({
    index,
    max: 150 + 40 * Math.hypot((index % 5) - 2, Math.floor(index / 5) - 2),
    min: -7 - 10 * Math.abs((index % 5) - 2),
    residual: [1e-4, 1e-3],
    symmetry: 1e-7,
    products: 24,
  }));
  const { header } = snapshot;
  return {
    ...snapshot,
    header: {
      ...header,
      study: {
        ...header.study,
        curvature: {
          points: [5, 5],
          samples: 64,
          parameters: "kernels",
          traceProbes: 0,
          densityProbes: 0,
          tolerance: 1e-3,
        },
      },
    },
    extras: { checkpoints: [], curvature: points },
  };
}

/**
 * A complete map of 7 × 7 with the spectrum at θ*: not convex towards the right, one point whose residual is above the
 * tolerance (index 5), one that is not finite (index 48).
 */
export function curvatureDoneSnapshot(surface: Surface): RunSnapshot {
  const snapshot = snapshotOf(surface, { status: "done" });
  const points: readonly CurvaturePoint[] = Array.from({ length: 49 }, (_, index) => {
    const [alpha, beta] = [((index % 7) - 3) / 3, (Math.floor(index / 7) - 3) / 3];
    return {
      index,
      max: index === 48 ? "NaN" : 139.5 * Math.exp(1.7 * Math.hypot(alpha, beta)),
      min: index === 48 ? "NaN" : -8.15 + (alpha > 0.2 ? -90 * alpha : 7.6) * Math.hypot(alpha, beta),
      residual: index === 5 ? [1e-4, 4e-2] : [2e-4, 9e-4],
      symmetry: 3.1e-7,
      products: 36 + (index % 5) * 6,
    };
  });
  const ritz = [-8.15, -3.4, -0.9, -0.02, 0.3, 2.1, 9.8, 31, 62, 139.5];
  const weights = [2e-4, 1.2e-3, 0.021, 0.6, 0.34, 0.03, 5e-3, 1.8e-3, 6e-4, 2e-4];
  const { header } = snapshot;
  return {
    ...snapshot,
    header: {
      ...header,
      study: {
        ...header.study,
        curvature: {
          points: [7, 7],
          samples: 128,
          parameters: "kernels",
          traceProbes: 4,
          densityProbes: 2,
          tolerance: 1e-3,
        },
        sharpness: { epsilon: 0.005, samples: 128 },
      },
    },
    extras: {
      checkpoints: [],
      curvature: points,
      centreCurvature: {
        traceSamples: [1104, 1231, 1180, 1319],
        densities: [
          { values: ritz, weights },
          { values: ritz.map((value) => 0.98 * value), weights },
        ],
        parameters: 19_232,
      },
      sharpness: { epsilon: 0.005, largest: 0.561, centre: 0.406, sharpness: 11.02, steps: 36 },
    },
  };
}

/** Losses of the path's checkpoints: their own, and in the plane at their places. */
export const pathLosses = [
  [2.31, 2.62],
  [3.55, 4.18],
  [0.82, 2.24],
  [1.12, 1.05],
  [0.61, 0.6],
  [0.406, 0.406],
] as const;

/** A run in the principal directions whose path is badly told by its plane, with the checks that the worker makes of it. */
export function distrustedSnapshot(surface: Surface): RunSnapshot {
  const snapshot = pathSnapshot(surface);
  const { header } = snapshot;
  const trajectory = {
    ...header.trajectory!,
    checkpoints: header.trajectory!.checkpoints.map((each, k) => ({
      ...each,
      offPlane: (k < 3 ? 0.7 : 0.2) * each.distance,
    })),
  };
  const values = (loss: number) => ({ loss, accuracy: 80, lossError: 0.02 });
  const checkpoints = pathLosses.map(([own, inPlane], checkpoint) => ({
    checkpoint,
    own: [values(own)],
    inPlane: [values(inPlane)],
  }));
  const points = snapshot.points.map((point) => (point.index === 3 ? { ...point, loss: 0.39 } : point));
  const centre = Number(header.centre.loss);
  return {
    ...snapshot,
    header: { ...header, trajectory },
    points,
    extras: { checkpoints, curvature: [] },
    checks: [
      chanceCheck(centre, 10),
      lowestCheck(points, centre, header)!,
      samplingCheck(points, 500),
      offPlaneCheck(trajectory),
      pathLossCheck(
        checkpoints,
        trajectory.checkpoints.map(({ name }) => name),
      ),
    ],
  };
}

/** The model of the other runs along directions of another seed, in which its valley is narrower. */
export function pairSnapshot(surface: Surface): RunSnapshot {
  const { x, y } = surface;
  const centre = Math.min(...surface.loss);
  const loss = surface.loss.map((_, index) => {
    const [alpha, beta] = [x[index % x.length]!, y[Math.floor(index / x.length)]!];
    return centre * (1 + 12 * (alpha + 0.1 * beta) ** 2 + 22 * beta ** 2);
  });
  const snapshot = snapshotOf({ ...surface, loss }, { status: "done" });
  const own = snapshotOf(surface, { status: "done" }).header.centre;
  const { header } = snapshot;
  const directions = { kind: "random", seed: 124, normalise: "filter", ignore: "bias,norm" } as const;
  return {
    ...snapshot,
    journal: "/home/anna/experiments/fashion/.loss-landscape/seed-124.jsonl",
    header: {
      ...header,
      id: "seed-124",
      centre: own,
      study: { ...header.study, directions },
      directions: { ...header.directions, label: "random, filter-normalised, seed 124", seed: 124 },
    },
  };
}
