import type { PointSums, Task, TaskAnswer } from "../evaluator/messages";
import { coordinates, gridLevels } from "../landscape/grid";
import { meanOf } from "../landscape/loss";
import { toJsonNumber } from "../protocol/numbers";
import type {
  CheckpointValues,
  CurvaturePoint,
  RunExtras,
  RunHeader,
  SharpnessValues,
  SpectralDensity,
  SplitValues,
} from "../protocol/result";
import type { Study } from "../protocol/study";

/** One thing that was measured beside the grid, as a line of the journal. */
export type ExtraRecord =
  | { readonly extra: "checkpoint"; readonly values: CheckpointValues }
  | { readonly extra: "curvature"; readonly values: CurvaturePoint; readonly parameters: number }
  | { readonly extra: "trace"; readonly probe: number; readonly value: number }
  | { readonly extra: "density"; readonly probe: number; readonly values: SpectralDensity }
  | { readonly extra: "sharpness"; readonly values: SharpnessValues };

/** Columns and rows of a study's curvature map; a single one is the model itself. */
export function curvatureAxes({ curvature, grid }: Study): {
  readonly x: readonly number[];
  readonly y: readonly number[];
} {
  const [columns, rows] = curvature?.points ?? [0, 0];
  const axis = (range: readonly [number, number], count: number): readonly number[] =>
    count === 1 ? [0] : coordinates(range, count);
  return { x: axis(grid.x, columns), y: axis(grid.y, rows) };
}

/** What a study asks for beside its grid, and what of it is measured. */
export class Extras {
  /** Everything, in the order in which it is to be done. */
  private readonly tasks: readonly Task[];
  private readonly keys: ReadonlySet<string>;
  private readonly done = new Map<string, ExtraRecord>();

  constructor(private readonly header: Pick<RunHeader, "study" | "trajectory">) {
    this.tasks = [...checkpointTasks(header), ...curvatureTasks(header.study)];
    this.keys = new Set(this.tasks.map(keyOf));
  }

  get total(): number {
    return this.tasks.length;
  }

  get measured(): number {
    return this.done.size;
  }

  /** What is still to be done, `kinds` only. */
  remaining(...kinds: readonly Task["kind"][]): readonly Task[] {
    return this.tasks.filter((task) => kinds.includes(task.kind) && !this.done.has(keyOf(task)));
  }

  /** Whether the study asks for it. */
  includes(record: ExtraRecord): boolean {
    return this.keys.has(keyOfRecord(record));
  }

  /** Whether the study asks for it and it is not measured. */
  lacks(record: ExtraRecord): boolean {
    return this.includes(record) && !this.done.has(keyOfRecord(record));
  }

  /** Takes what is measured; of the same thing the last counts. Each must be something that the study asks for. */
  add(records: readonly ExtraRecord[]): void {
    for (const record of records) {
      if (!this.includes(record)) throw new Error(`the study does not ask for ${keyOfRecord(record)}`);
      this.done.set(keyOfRecord(record), record);
    }
  }

  /**
   * What another run of the same plane has measured of what is asked for here, under the numbers that it has here: a point
   * of a map is told by its place.
   */
  sharedWith(other: Extras): readonly ExtraRecord[] {
    const found = new Map(
      other.tasks.flatMap((task) => {
        const record = other.done.get(keyOf(task));
        return record ? [[identityOf(task, other.header.study), record] as const] : [];
      }),
    );
    return this.tasks.flatMap((task) => {
      const record = found.get(identityOf(task, this.header.study));
      return record ? [renumbered(record, task)] : [];
    });
  }

  /** What is measured so far; undefined for a study that asks for nothing beside its grid. */
  get values(): RunExtras | undefined {
    if (this.tasks.length === 0) return undefined;
    const records = [...this.done.values()];
    const curvature = records.flatMap((record) => (record.extra === "curvature" ? [record] : []));
    const traceSamples = byProbe(records, "trace").map(({ value }) => value);
    const densities = byProbe(records, "density").map(({ values }) => values);
    const sharpness = records.find((record) => record.extra === "sharpness");
    const parameters = curvature[0]?.parameters;
    return {
      checkpoints: records
        .flatMap((record) => (record.extra === "checkpoint" ? [record.values] : []))
        .sort((a, b) => a.checkpoint - b.checkpoint),
      curvature: curvature.map(({ values }) => values).sort((a, b) => a.index - b.index),
      ...(traceSamples.length + densities.length > 0 || parameters !== undefined
        ? {
            centreCurvature: {
              ...(traceSamples.length > 0 ? { traceSamples } : {}),
              ...(densities.length > 0 ? { densities } : {}),
              ...(parameters === undefined ? {} : { parameters }),
            },
          }
        : {}),
      ...(sharpness ? { sharpness: sharpness.values } : {}),
    };
  }
}

/** An evaluator's answer as a line of the journal; undefined for what is not kept. */
export function recordOf(answer: TaskAnswer): ExtraRecord | undefined {
  switch (answer.kind) {
    case "centre":
    case "own":
      return undefined;
    case "checkpoint":
      return {
        extra: "checkpoint",
        values: {
          checkpoint: answer.checkpoint,
          own: answer.own.map(valuesOf),
          inPlane: answer.inPlane.map(valuesOf),
        },
      };
    case "curvature":
      return { extra: "curvature", values: answer.point, parameters: answer.parameters };
    case "trace":
      return { extra: "trace", probe: answer.probe, value: answer.value };
    case "density":
      return { extra: "density", probe: answer.probe, values: answer.density };
    case "sharpness":
      return { extra: "sharpness", values: answer.values };
  }
}

/** Sums of a split as its values. */
export function valuesOf(sums: PointSums): SplitValues {
  const { loss, accuracy, lossError } = meanOf(sums);
  return { loss: toJsonNumber(loss), accuracy: toJsonNumber(accuracy), lossError: toJsonNumber(lossError) };
}

function checkpointTasks({ trajectory }: Pick<RunHeader, "trajectory">): Task[] {
  return (trajectory?.checkpoints ?? []).map(({ x, y }, checkpoint) => ({
    kind: "checkpoint",
    checkpoint,
    alpha: x,
    beta: y,
  }));
}

function curvatureTasks(study: Study): Task[] {
  const { curvature, sharpness } = study;
  const tasks: Task[] = [];
  if (curvature) {
    const { x, y } = curvatureAxes(study);
    for (const { indices } of gridLevels(x.length, y.length)) {
      for (const index of indices) {
        const [alpha, beta] = [x[index % x.length]!, y[Math.floor(index / x.length)]!];
        tasks.push({ kind: "curvature", index, alpha, beta });
      }
    }
    for (let probe = 0; probe < curvature.traceProbes; probe++) tasks.push({ kind: "trace", probe });
    for (let probe = 0; probe < curvature.densityProbes; probe++) tasks.push({ kind: "density", probe });
  }
  if (sharpness) tasks.push({ kind: "sharpness" });
  return tasks;
}

function keyOf(task: Task): string {
  switch (task.kind) {
    case "checkpoint":
      return `checkpoint ${task.checkpoint}`;
    case "curvature":
      return `curvature ${task.index}`;
    case "trace":
    case "density":
      return `${task.kind} ${task.probe}`;
    default:
      return task.kind;
  }
}

/** All that tells two pieces of work on the same plane apart, as a word. */
function identityOf(task: Task, { curvature, sharpness }: Study): string {
  const { samples, parameters, tolerance } = curvature ?? {};
  switch (task.kind) {
    case "curvature":
      return JSON.stringify([task.kind, task.alpha, task.beta, samples, parameters, tolerance]);
    case "trace":
    case "density":
      return JSON.stringify([task.kind, task.probe, samples, parameters]);
    case "sharpness":
      return JSON.stringify([task.kind, sharpness?.epsilon, sharpness?.samples]);
    default:
      return keyOf(task);
  }
}

function renumbered(record: ExtraRecord, task: Task): ExtraRecord {
  if (record.extra !== "curvature" || task.kind !== "curvature") return record;
  return { ...record, values: { ...record.values, index: task.index } };
}

function keyOfRecord(record: ExtraRecord): string {
  switch (record.extra) {
    case "checkpoint":
      return `checkpoint ${record.values.checkpoint}`;
    case "curvature":
      return `curvature ${record.values.index}`;
    case "sharpness":
      return record.extra;
    default:
      return `${record.extra} ${record.probe}`;
  }
}

type Probed = Extract<ExtraRecord, { readonly probe: number }>;

function byProbe<K extends Probed["extra"]>(
  records: readonly ExtraRecord[],
  kind: K,
): readonly Extract<Probed, { extra: K }>[] {
  const found = records.filter((record): record is Extract<Probed, { extra: K }> => record.extra === kind);
  return found.sort((a: Probed, b: Probed) => a.probe - b.probe);
}
