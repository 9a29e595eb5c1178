import type { RunResult, RunSnapshot } from "../../protocol/result";
import { figuresOf } from "./figures";

/**
 * The object that `--json` writes: numbers in full precision, arrays `[y][x]`, accuracy in percent.
 * @param seconds how long the run took.
 */
export function toResult(snapshot: RunSnapshot, seconds: number): RunResult {
  const { study, engine, model, centre, directions, takenOver } = snapshot.header;
  return {
    study,
    engine: { name: engine.name, version: engine.version, device: engine.device },
    model: { name: model.name, parameters: model.parameters, format: model.format },
    centre,
    directions,
    ...figuresOf(snapshot),
    checks: snapshot.checks,
    timing: { seconds, evaluations: snapshot.points.length - (takenOver?.points ?? 0) },
  };
}
