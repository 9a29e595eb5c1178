import path from "node:path";
import type { RunHeader } from "../../server/protocol/result";
import type { Directions } from "../../server/protocol/study";
import type { TrailEntry } from "../../webview/protocol/messages";

/** Words that differ by language. */
export interface TrailWords {
  range(axis: "α" | "β", from: string, to: string): string;
  points(columns: number, rows: number): string;
  samples(count: number): string;
  seed(seed: number): string;
  tolerance(value: number): string;
  readonly measuredAgain: string;
}

/**
 * What tells two runs of a model apart, as a label of each: the first of window, centre, directions, samples, points and
 * engine in which they differ.
 */
export function labelsOf(before: RunHeader, after: RunHeader, words: TrailWords): readonly [string, string] {
  const aspects: readonly ((header: RunHeader) => string | undefined)[] = [
    ({ study: { model } }) => path.basename(model.weights ?? model.path),
    ({ x, study }) => rangeOf("α", study.grid.points[0] === 1 ? study.grid.x : x, words),
    ({ y, study }) =>
      study.grid.lines === true ? "" : rangeOf("β", study.grid.points[1] === 1 ? study.grid.y : y, words),
    ({ study }) => seedOf(study.directions, words),
    ({ study: { directions } }) => ("normalise" in directions ? directions.normalise : directions.kind),
    ({ data }) => words.samples(data.samples),
    ({ study }) => words.points(...study.grid.points),
    ({ study }) => words.tolerance(study.grid.refine ?? 0),
    ({ engine }) => engine.label,
  ];
  for (const aspect of aspects) {
    const labels = [aspect(before) ?? "", aspect(after) ?? ""] as const;
    if (labels[0] !== labels[1]) return labels;
  }
  const window = rangeOf("α", after.x, words);
  return [window, words.measuredAgain];
}

function rangeOf(axis: "α" | "β", nodes: readonly number[], words: TrailWords): string {
  return words.range(axis, short(nodes[0] ?? NaN), short(nodes.at(-1) ?? NaN));
}

function seedOf(directions: Directions, words: TrailWords): string | undefined {
  return "seed" in directions ? words.seed(directions.seed) : undefined;
}

/** Three digits, with the minus of figures. */
function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "\u2212");
}

/** The trail that a page has kept, as far as it is one. */
export function readTrail(value: unknown): readonly TrailEntry[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    if (typeof each !== "object" || each === null) return [];
    const { journal, label, isBefore } = each as Record<string, unknown>;
    if (typeof journal !== "string" || typeof label !== "string") return [];
    return [{ journal, label, ...(isBefore === true ? { isBefore } : {}) }];
  });
}

/** The runs that led to the one that is shown. */
export class Trail {
  private before: readonly TrailEntry[] = [];
  /** The run that the next one comes from, until it has a header of its own and both have labels. */
  private origin: RunHeader | undefined;
  private label: string | undefined;

  constructor(private readonly words: TrailWords) {}

  get entries(): readonly TrailEntry[] {
    return this.before;
  }

  /** What the run is called that is shown; nothing where none led to it. */
  get shown(): string | undefined {
    return this.before.length > 0 ? this.label : undefined;
  }

  /** Whether the run that is shown has another study than the files say. */
  get isChanged(): boolean {
    return this.before.some(({ isBefore }) => isBefore !== true);
  }

  /** Takes what was kept over a reload. */
  restore(entries: readonly TrailEntry[]): void {
    this.before = entries;
    this.label = undefined;
  }

  clear(): void {
    this.restore([]);
    this.origin = undefined;
  }

  /** The run that is shown is left for another one. */
  push(journal: string, header: RunHeader, before?: string): void {
    const label = before ?? this.label ?? "";
    this.before = [...this.before, { journal, label, ...(before === undefined ? {} : { isBefore: true as const }) }];
    this.origin = header;
  }

  /** The header of the run that is shown now is known: both runs have labels from what tells them apart. */
  arrived(header: RunHeader): void {
    const { origin } = this;
    const last = this.before.at(-1);
    if (origin === undefined || last === undefined) return;
    const [left, now] = labelsOf(origin, header, this.words);
    this.origin = undefined;
    this.label = now;
    if (last.label === "") this.before = [...this.before.slice(0, -1), { ...last, label: left }];
  }

  /** The run that was left is shown again after all. */
  pop(): void {
    const last = this.before.at(-1);
    this.before = this.before.slice(0, -1);
    this.origin = undefined;
    this.label = last?.label;
  }

  /** An earlier run is shown again: what came after it led nowhere. False when it is not on the trail. */
  goBack(journal: string): boolean {
    const place = this.before.findIndex((entry) => entry.journal === journal);
    if (place < 0) return false;
    this.label = this.before[place]!.label;
    this.before = this.before.slice(0, place);
    this.origin = undefined;
    return true;
  }
}
