import { stat } from "node:fs/promises";
import path from "node:path";
import { modelFileName } from "../protocol/modelName";
import { toProblem } from "../protocol/problem";
import type { RunSummary } from "../protocol/requests";
import type { RunHeader } from "../protocol/result";
import { gone, endOf } from "./open";
import { codeOf, readJournal } from "./journal";
import { JournalLock } from "./lock";
import type { JournalContent } from "./record";
import { amountOf, RunState } from "./state";

/** What a journal says by itself; whether somebody is writing it is looked up every time. */
type Told = Omit<RunSummary, "status"> & { readonly isDone: boolean };

interface Entry {
  /** Time of change and size of the file that was read. */
  readonly state: string;
  /** Undefined for a journal that cannot be read. */
  readonly told: Promise<Told | undefined>;
}

/** Runs as lists show them. Every journal is read once, and again when its file has changed. */
export class Catalogue {
  private readonly entries = new Map<string, Entry>();

  /** @param log told once of every journal that cannot be read. */
  constructor(private readonly log: (message: string) => void) {}

  /**
   * The runs of these journals, in their order; what is no journal, is damaged or is gone is left out.
   * @param journals absolute paths.
   */
  async summaries(journals: readonly string[]): Promise<readonly RunSummary[]> {
    const found: RunSummary[] = [];
    for (const journal of journals) {
      const told = await this.tell(journal);
      if (!told) continue;
      const { isDone, ...summary } = told;
      const status = (await JournalLock.isHeld(journal)) ? "running" : isDone ? "done" : "unfinished";
      found.push({ ...summary, status });
    }
    return found;
  }

  private async tell(journal: string): Promise<Told | undefined> {
    const state = await stateOf(journal);
    if (state === undefined) {
      this.entries.delete(journal);
      return undefined;
    }
    const known = this.entries.get(journal);
    if (known?.state === state) return known.told;
    const told = this.read(journal);
    this.entries.set(journal, { state, told });
    return told;
  }

  private async read(journal: string): Promise<Told | undefined> {
    try {
      const content = await readJournal(journal);
      if (!content) throw gone(journal);
      return summaryOf(content, journal);
    } catch (error) {
      this.log(`${path.basename(journal)} is left out of the list: ${toProblem(error).message}`);
      return undefined;
    }
  }
}

/** Changes whenever the file does; undefined when there is none that can be looked at. */
async function stateOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, size } = await stat(file);
    return `${mtimeMs} ${size}`;
  } catch (error) {
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

function summaryOf(content: JournalContent, journal: string): Told {
  const { header, name } = content;
  const { study, model, data, engine, centre, directions, started } = header;
  const { weights } = study.model;
  return {
    journal,
    ...(name === undefined ? {} : { name }),
    model: { name: modelFileName(model.path), path: model.path, ...(weights === undefined ? {} : { weights }) },
    what: whatOf(header),
    ...planeOf(header),
    directions: directions.label,
    split: data.split,
    samples: data.samples,
    loss: centre.loss,
    accuracy: centre.accuracy,
    engine: `${engine.label} ${engine.version} on ${engine.device}`,
    ...amountOf(content),
    started,
    isDone: endOf(content, new RunState(header, content)) !== undefined,
  };
}

function planeOf({ study, x, y }: RunHeader): Pick<RunSummary, "plane"> {
  if (study.grid.lines === true) return {};
  const ends = (nodes: readonly number[]): [number, number] => [nodes[0] ?? 0, nodes.at(-1) ?? 0];
  return { plane: { x: ends(x), y: ends(y), points: [x.length, y.length] } };
}

/**
 * What a run measures, in words: `surface 51 × 51`, `line of 51 points, 3 directions`, `surface 25 × 25, path of 11
 * checkpoints, curvature 11 × 11`.
 */
export function whatOf({ study, x, y, trajectory }: Pick<RunHeader, "study" | "x" | "y" | "trajectory">): string {
  const { grid, curvature } = study;
  const times = (columns: number, rows: number): string => `${columns} × ${rows}`;
  const parts =
    grid.lines === true
      ? [`line of ${x.length} points`, ...(y.length > 1 ? [`${y.length} directions`] : [])]
      : [`surface ${times(x.length, y.length)}`];
  const checkpoints = trajectory?.checkpoints.length ?? 0;
  if (checkpoints > 0) parts.push(`path of ${checkpoints} checkpoint${checkpoints === 1 ? "" : "s"}`);
  if (curvature && Math.max(...curvature.points) > 1) parts.push(`curvature ${times(...curvature.points)}`);
  return parts.join(", ");
}
