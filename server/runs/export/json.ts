import type { JsonNumber, RunResult, RunSnapshot } from "../../protocol/result";

/**
 * The object that `--json` writes: numbers in full precision, arrays `[y][x]`, accuracy in percent. A point that is not
 * measured has its estimate and `measured` 0; before there is an estimate its loss and accuracy are not known and are
 * "NaN".
 * @param seconds how long the run took.
 */
export function toResult(snapshot: RunSnapshot, seconds: number): RunResult {
  const { header, estimate } = snapshot;
  const { study, engine, model, data, centre, directions, x, y } = header;
  const points = new Map(snapshot.points.map((point) => [point.index, point]));
  const table = <T>(cell: (index: number) => T): T[][] =>
    y.map((_, row) => x.map((_, column) => cell(row * x.length + column)));
  return {
    study,
    engine: { name: engine.name, version: engine.version, device: engine.device },
    model: { parameters: model.parameters, format: model.format },
    centre: { loss: centre.loss, accuracy: centre.accuracy },
    directions,
    surfaces: [
      {
        split: data.split,
        samples: data.samples,
        x,
        y,
        loss: table<JsonNumber>((index) => points.get(index)?.loss ?? estimate?.loss[index] ?? "NaN"),
        accuracy: table<JsonNumber>((index) => points.get(index)?.accuracy ?? estimate?.accuracy[index] ?? "NaN"),
        measured: table((index) => (points.has(index) ? 1 : 0)),
      },
    ],
    checks: snapshot.checks,
    timing: { seconds, evaluations: snapshot.points.length },
  };
}
