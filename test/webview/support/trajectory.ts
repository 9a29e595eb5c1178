import type { CheckpointValues, RunSnapshot, TrajectoryFacts } from "../../../server/protocol/result";
import oracle from "../../fixtures/pytorch-resnet8/oracle.json";
import { snapshotOf } from "./runs";
import type { Surface } from "./surface";

/** A path that ends in a crowd around θ*: coordinates of the epochs from 0 to 10. */
export const trackPlaces = [
  [0.82, 0.31],
  [0.55, -0.42],
  [0.3, -0.5],
  [0.16, -0.36],
  [0.1, -0.22],
  [0.06, -0.12],
  [0.02, -0.025],
  [0.01, -0.012],
  [0.001, -0.003],
  [0, -0.001],
  [0, 0],
] as const;

/** Epochs that a training adds later, the last one outside of what was measured. */
export const laterPlaces = [
  [-0.3, 0.4],
  [-1.2, 0.9],
] as const;

const rates = [undefined, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001, 0.001, 0.001];

/** Own losses of the oracle's checkpoints and those of the plane, as PyTorch computed them. */
export const trackLosses = oracle.path_losses.map((values) => ({
  own: values.true[0]!,
  inPlane: values.in_plane[0]!,
  accuracy: values.true[1]!,
}));

/** A run in the principal plane of eleven checkpoints, and of more that came later. */
export function trackSnapshot(
  surface: Surface,
  options: { readonly later?: number; readonly facts?: Partial<TrajectoryFacts>; readonly measured?: number } = {},
): RunSnapshot {
  const snapshot = snapshotOf(surface, { status: "done" });
  const { later = 0, facts = {}, measured = Infinity } = options;
  const places = [...trackPlaces, ...laterPlaces.slice(0, later)];
  const checkpoints: readonly CheckpointValues[] = places.slice(0, measured).map((_, checkpoint) => {
    const { own, inPlane, accuracy } = trackLosses[checkpoint] ?? { own: 0.9, inPlane: 1.7, accuracy: 71 };
    const values = (loss: number) => [{ loss, accuracy, lossError: 0.02 }];
    return { checkpoint, own: values(own), inPlane: values(inPlane) };
  });
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
        label: "principal directions of 11 checkpoints, centred",
        axes: ["PC 1 (81.2 %)", "PC 2 (12.5 %)"],
      },
      trajectory: {
        explainedVariance: [0.812, 0.125],
        randomWalk: [0.614, 0.156],
        centred: true,
        drops: [6, 8],
        ...(later > 0 ? { added: later } : {}),
        checkpoints: places.map(([x, y], epoch) => {
          const learningRate = rates[epoch];
          return {
            name: `model_${epoch}.pt`,
            path: `/run/model_${epoch}.pt`,
            epoch,
            ...(learningRate === undefined ? {} : { learningRate }),
            x,
            y,
            distance: 1.25 * Math.hypot(x, y),
            offPlane: 0.75 * Math.hypot(x, y),
          };
        }),
        ...facts,
      },
    },
    extras: { checkpoints, curvature: [] },
  };
}

/** The same run with a second split, of which every checkpoint has the same values. */
export function withSecondSplit(snapshot: RunSnapshot): RunSnapshot {
  const checkpoints = snapshot.extras!.checkpoints.map((values) => ({
    ...values,
    own: [...values.own, { loss: 0.25, accuracy: 90, lossError: 0.1 }],
    inPlane: [...values.inPlane, { loss: 0.5, accuracy: 91, lossError: 0.1 }],
  }));
  const { data, centre } = snapshot.header;
  return {
    ...snapshot,
    header: { ...snapshot.header, splits: [{ data: { ...data, split: "train" }, centre }] },
    points: snapshot.points.map((point) => ({ ...point, further: [point] })),
    extras: { checkpoints, curvature: [] },
  };
}
