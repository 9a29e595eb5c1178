import type { ForeseeResult, StudyChange } from "../../../server/protocol/requests";
import type { Study } from "../../../server/protocol/study";
import type { HostMessage } from "../../../webview/protocol/messages";
import type { Answers } from "./answers";

/** What a worker would tell of a changed study: ten evaluations a second. */
export function foreseen(study: Study, change: StudyChange, known: Partial<ForeseeResult> = {}): ForeseeResult {
  const grid = { ...study.grid, ...change.grid };
  const [columns, rows] = grid.points;
  const evaluations = columns * rows;
  return {
    kind: "ready",
    study: {
      ...study,
      grid,
      data: { ...study.data, samples: change.samples ?? study.data.samples },
      ...(change.splits ? { splits: change.splits.slice(1).map((split) => ({ ...study.data, ...split })) } : {}),
    },
    evaluations,
    products: 0,
    seconds: evaluations / 10,
    fingerprints: {},
    command: "loss-landscape run net.onnx",
    ...known,
  } as ForeseeResult;
}

/** A host that knows what runs of this study would be. */
export const foreseeAnswers = (study: Study): Answers => ({ foresee: (change) => foreseen(study, change) });

export const trail: HostMessage = {
  kind: "trail",
  entries: [
    { journal: "/results/first.jsonl", label: "α −1 to 1" },
    { journal: "/results/second.jsonl", label: "α 0.1 to 0.4" },
  ],
  shown: "seed 4",
};

export const stale: HostMessage = {
  kind: "stale",
  files: ["/home/anna/experiments/fashion/fashion-resnet8.onnx"],
  at: "2026-01-15T14:02:00.000Z",
};
