import { estimate } from "../../../server/landscape/interpolate";
import { gridLevels } from "../../../server/landscape/grid";
import type { RunSnapshot, SplitValues } from "../../../server/protocol/result";
import { centreOf, snapshotOf } from "./runs";
import type { Surface } from "./surface";

/** The second split of a surface: lower losses to the left of θ*, higher ones to the right, so that both signs occur. */
export function secondOf(surface: Surface): Surface {
  const at = (index: number) => surface.x[index % surface.x.length]!;
  return {
    ...surface,
    loss: surface.loss.map((loss, index) => loss * (1.12 + 0.3 * at(index))),
    accuracy: surface.accuracy.map((percent, index) => Math.max(0, Math.min(100, percent - 4 - 8 * at(index)))),
  };
}

/** A run of two splits, train and test, of the surface and its second one. */
export function splitSnapshot(surface: Surface, options: Parameters<typeof snapshotOf>[1]): RunSnapshot {
  const snapshot = snapshotOf(surface, options);
  const second = secondOf(surface);
  const values = (index: number): SplitValues => ({
    loss: Number.isNaN(second.loss[index]) ? "NaN" : second.loss[index]!,
    accuracy: second.accuracy[index]!,
    lossError: 0.03,
  });
  const { header } = snapshot;
  const level = gridLevels(surface.x.length, surface.y.length).find(
    ({ columns, rows }) => columns.length === snapshot.estimate?.from[0] && rows.length === snapshot.estimate.from[1],
  );
  return {
    ...snapshot,
    header: {
      ...header,
      data: { ...header.data, path: header.data.path.replace("test", "train"), split: "train", available: 2000 },
      splits: [{ data: header.data, centre: values(centreOf(surface)) }],
    },
    points: snapshot.points.map((point) => ({ ...point, further: [values(point.index)] })),
    ...(level ? { furtherEstimates: [estimate(surface.x, surface.y, level, second.loss, second.accuracy)] } : {}),
  };
}
