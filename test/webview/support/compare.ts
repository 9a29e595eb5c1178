import type { RunSummary } from "../../../server/protocol/requests";
import type { RunHeader, RunSnapshot } from "../../../server/protocol/result";
import { fieldOf } from "../../../webview/state/field";
import { emptyModel } from "../../../webview/state/model";
import type { RunData } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { snapshotOf } from "./runs";
import type { Surface } from "./surface";

/** What a run of a comparison is like: the surface turned, stretched and scaled. */
interface Likeness {
  readonly name: string;
  readonly turn?: number;
  readonly wider?: number;
  readonly steeper?: number;
  readonly shift?: number;
}

const likenesses: readonly Likeness[] = [
  { name: "ResNet-20" },
  { name: "ResNet-20, no skip", turn: 90, steeper: 1.25, shift: 0.02 },
  { name: "ResNet-8", turn: 180, wider: 1.4 },
  { name: "Wide ResNet", turn: 270, wider: 1.8 },
  { name: "VGG-9", turn: 90, wider: 0.9, steeper: 1.1, shift: -0.01 },
  { name: "ResNet-56, batch 8192", steeper: 1.5 },
];

/** Where the journal of the nth run is. */
export const journalOf = (index: number): string => `/runs/run-${index}-0a1b2c3d.landscape-run.jsonl`;

/** The nth run that a comparison may have, with a change of its header. */
export function comparedSnapshot(
  surface: Surface,
  index: number,
  change: (header: RunHeader) => RunHeader = (header) => header,
  measured?: number,
): RunSnapshot {
  const likeness = likenesses[index]!;
  const own = alike(surface, likeness);
  const snapshot = snapshotOf(own, { status: measured === undefined ? "done" : "cancelled", measured });
  const { header } = snapshot;
  return {
    ...snapshot,
    journal: journalOf(index),
    header: change({ ...header, id: `run-${index}`, model: { ...header.model, name: likeness.name } }),
  };
}

/** The run of a snapshot as the panel knows it. */
export function runIn(snapshot: RunSnapshot): RunData {
  return reduce(emptyModel, { kind: "snapshot", snapshot }).run!;
}

function alike(surface: Surface, { turn = 0, wider = 1, steeper = 1, shift = 0 }: Likeness): Surface {
  const { loss, accuracy } = fieldsOf(surface);
  const radians = (turn * Math.PI) / 180;
  const [cos, sin] = [Math.round(Math.cos(radians)), Math.round(Math.sin(radians))];
  const at = (values: (alpha: number, beta: number) => number) =>
    surface.y.flatMap((beta) =>
      surface.x.map((alpha) => values((cos * alpha - sin * beta) / wider, (sin * alpha + cos * beta) / wider)),
    );
  const centre = loss(0, 0);
  return {
    ...surface,
    loss: at((alpha, beta) => centre * (loss(alpha, beta) / centre) ** steeper + shift),
    accuracy: at(accuracy),
  };
}

/** Bilinear values of a surface. */
function fieldsOf(surface: Surface) {
  const run = runIn(snapshotOf(surface, { status: "done" }));
  const columns = surface.x.length;
  const between = (values: Float64Array) => (alpha: number, beta: number) => {
    const place = (at: number, nodes: readonly number[]) => {
      const last = nodes.length - 1;
      const share = ((at - nodes[0]!) / (nodes[last]! - nodes[0]!)) * last;
      return Math.min(last, Math.max(0, Math.abs(share - Math.round(share)) < 1e-9 ? Math.round(share) : share));
    };
    const [u, v] = [place(alpha, surface.x), place(beta, surface.y)];
    const [i, j] = [Math.min(Math.floor(u), columns - 2), Math.min(Math.floor(v), surface.y.length - 2)];
    const value = (column: number, row: number) => values[row * columns + column]!;
    const along = (row: number) => value(i, row) * (1 - (u - i)) + value(i + 1, row) * (u - i);
    return along(j) * (1 - (v - j)) + along(j + 1) * (v - j);
  };
  return { loss: between(fieldOf(run, "loss").values), accuracy: between(fieldOf(run, "accuracy").values) };
}

/** The run as the workspace's list tells of it. */
export function summaryIn({ header, journal, points }: RunSnapshot): RunSummary {
  return {
    journal,
    model: { name: header.model.name, path: header.model.path },
    what: `surface ${header.x.length} × ${header.y.length}`,
    directions: header.directions.label,
    split: header.data.split,
    samples: header.data.samples,
    loss: header.centre.loss,
    accuracy: header.centre.accuracy,
    engine: "ONNX Runtime 1.30 on CPU",
    status: "done",
    measured: points.length,
    total: header.x.length * header.y.length,
    started: header.started,
  };
}

/** A finer run of a part of a run's plane, as lists show it. */
export function finerSummary(snapshot: RunSnapshot): RunSummary {
  const { header } = snapshot;
  return {
    ...summaryIn(snapshot),
    journal: "/results/inside.landscape-run.jsonl",
    model: { name: header.model.name, path: header.model.path },
    directions: header.directions.label,
    loss: header.centre.loss,
    plane: { x: [0.2, 0.6], y: [-0.4, 0], points: [101, 101] },
  };
}
