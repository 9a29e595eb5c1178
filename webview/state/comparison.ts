import type { DataSummary, SplitValues } from "../../server/protocol/result";
import type { DataSelection, LossSpec, Study } from "../../server/protocol/study";
import { baseName } from "../charts/format";
import { inSentence, language } from "../strings/l10n";
import { compareStrings } from "../strings/compare";
import { strings } from "../strings/strings";
import { heldSplit } from "./field";
import type { Metric, Split } from "./field";
import { isSurface } from "./kind";
import type { RunData } from "./model";
import { toNumber } from "./numbers";
import { provenance } from "./provenance";
import { hasSplits, splitsOf } from "./splits";
import type { PlaneWindow } from "./window";
import { wholePlane } from "./window";
import { windowText } from "./window-text";

/** A run among those that are compared, under a name that tells it from the others. */
export interface Entrant {
  readonly name: string;
  readonly run: RunData;
}

/** What may be compared, and what must be said about it. */
export interface Comparison {
  /** Why a run cannot be shown beside the first one, in the order of the entrants; undefined where it can. */
  readonly refusals: readonly (string | undefined)[];
  /** The part of the plane that all runs have that are not refused. */
  readonly window: PlaneWindow;
  /** Differences of settings that change what the pictures mean. */
  readonly warnings: readonly string[];
  /** What else a reader has to know. */
  readonly notes: readonly string[];
}

/** One split of a run. */
export interface TakenSplit {
  /** Counted from 0. */
  readonly index: number;
  readonly data: DataSummary;
  readonly centre: SplitValues;
  readonly selection: DataSelection;
}

/** What of the splits is compared: one by its name, or the second of each run less its first. */
export type ComparedSplit = { readonly name: string } | "difference";

/** What a view of `run` compares. */
export function comparedSplit(run: RunData, split: Split): ComparedSplit {
  const held = heldSplit(run, split);
  return held === "difference" ? held : { name: splitsOf(run)[held]!.name };
}

/** Which split of `run` is drawn. */
export function drawnSplit(run: RunData, split: ComparedSplit): Split {
  return split === "difference" ? heldSplit(run, split) : splitOf(run, split).index;
}

/** The split of `run` that is called so, otherwise its first, which also stands for differences where facts are told. */
export function splitOf(run: RunData, split: ComparedSplit): TakenSplit {
  const { header } = run;
  const name = split === "difference" ? header.data.split : split.name;
  const further = (header.splits ?? []).findIndex((split) => split.data.split === name);
  const selection = header.study.splits?.[further];
  if (header.data.split === name || further < 0 || !selection) {
    return { index: 0, data: header.data, centre: header.centre, selection: header.study.data };
  }
  return { index: further + 1, ...header.splits![further]!, selection };
}

/**
 * Holds runs against the first one. Different losses, or a metric that one of them does not have, are refused; so are runs
 * along lines and ranges without a common part. What else differs in a way that changes the meaning of the pictures is
 * labelled.
 * @param entrants the first one is what the others are held against.
 */
export function compareRuns(entrants: readonly Entrant[], metric: Metric, split: ComparedSplit): Comparison {
  const refusals: (string | undefined)[] = [];
  let window: PlaneWindow | undefined;
  const first = entrants[0];
  for (const entrant of entrants) {
    const own = windowOf(entrant.run);
    const common = window ? overlap(window, own) : own;
    const refusal = refusalOf(entrant, first!, metric, split) ?? (common ? undefined : apart(entrant, first!));
    refusals.push(refusal);
    if (refusal === undefined) window = common;
  }
  const shown = entrants.filter((_, index) => refusals[index] === undefined);
  const range = window ?? { x: [-1, 1], y: [-1, 1] };
  return { refusals, window: range, warnings: warningsOf(shown, split), notes: notesOf(shown, range) };
}

function refusalOf({ name, run }: Entrant, first: Entrant, metric: Metric, split: ComparedSplit): string | undefined {
  if (!isSurface(run)) return compareStrings.notAPlane(name);
  const [own, other] = [run.header.study.loss, first.run.header.study.loss];
  if (!sameLoss(own, other)) {
    return compareStrings.otherLoss(name, lossWords(own), first.name, lossWords(other));
  }
  if (split === "difference" && !hasSplits(run)) return compareStrings.oneSplit(name, run.header.data.split);
  if (metric !== "loss" && Number.isNaN(toNumber(splitOf(run, split).centre.accuracy))) {
    return compareStrings.noMetric(name, inSentence(strings.metric(metric)));
  }
  return undefined;
}

const windowOf = ({ header }: RunData): PlaneWindow => wholePlane(header.x, header.y);

function apart({ name, run }: Entrant, first: Entrant): string {
  const range = (each: RunData) => windowText(windowOf(each));
  return compareStrings.noOverlap(name, range(run), first.name, range(first.run));
}

/** Whether two losses give the same number for the same outputs and weights. How the outputs are read is the model's own. */
export function sameLoss(a: LossSpec, b: LossSpec): boolean {
  return (
    a.name === b.name &&
    (a.name !== "huber" || (a.delta ?? 1) === (b.delta ?? 1)) &&
    (a.labelSmoothing ?? 0) === (b.labelSmoothing ?? 0) &&
    (a.weightDecay ?? 0) === (b.weightDecay ?? 0)
  );
}

/** A loss with everything that changes its value. */
export function lossWords({ name, delta, labelSmoothing, weightDecay }: LossSpec): string {
  const words = inSentence(strings.lossText({ name, labelSmoothing, weightDecay }));
  return name === "huber" ? `${words}, δ ${delta ?? 1}` : words;
}

function overlap(a: PlaneWindow, b: PlaneWindow): PlaneWindow | undefined {
  const common = (p: readonly [number, number], q: readonly [number, number]) =>
    [Math.max(p[0], q[0]), Math.min(p[1], q[1])] as const;
  const [x, y] = [common(a.x, b.x), common(a.y, b.y)];
  return x[0] < x[1] && y[0] < y[1] ? { x, y } : undefined;
}

/** The values by name when they are not all the same, as "A: filter, B: none". */
function differing(shown: readonly Entrant[], value: (run: RunData) => string | undefined): string | undefined {
  const values = shown.map(({ name, run }) => ({ name, value: value(run) }));
  const known = values.flatMap((each) => (each.value === undefined ? [] : [{ name: each.name, value: each.value }]));
  if (new Set(known.map((each) => each.value)).size < 2) return undefined;
  return known.map((each) => compareStrings.named(each.name, each.value)).join(", ");
}

const normalised = ({ directions }: Study) => ("normalise" in directions ? directions.normalise : undefined);

/** The normalisation of a run's directions in words; undefined for directions that have none. */
export function normalisationOf({ header }: RunData): string | undefined {
  const own = normalised(header.study);
  return own && compareStrings.normalisations[own];
}

/** Seed of the directions; undefined where nothing was drawn. */
export function seedOf({ header }: RunData): number | undefined {
  const { directions } = header.study;
  return "seed" in directions ? directions.seed : undefined;
}

function warningsOf(shown: readonly Entrant[], split: ComparedSplit): readonly string[] {
  const taken = (run: RunData) => splitOf(run, split);
  const tell = (parts: string | undefined, say: (parts: string) => string) => (parts === undefined ? [] : [say(parts)]);
  const kinds = differing(shown, ({ header }) => compareStrings.kinds[header.directions.kind]);
  const files = differing(shown, (run) => baseName(taken(run).data.path));
  const contents = differing(shown, (run) => run.header.fingerprints[taken(run).data.path]);
  const splits = differing(shown, (run) => taken(run).data.split);
  const samples = differing(shown, (run) => sampleSet(taken(run)));
  return [
    ...shown.flatMap(({ name, run }) =>
      run.checks
        .filter(({ level }) => level === "error")
        .map(({ message }) => compareStrings.checkFailed(name, message)),
    ),
    ...tell(kinds, compareStrings.kindsDiffer),
    ...tell(differing(shown, normalisationOf), compareStrings.normalisationDiffers),
    ...notNormalised(shown),
    ...tell(
      differing(shown, ({ header: { study } }) =>
        "ignore" in study.directions ? strings.ignored[study.directions.ignore] : undefined,
      ),
      compareStrings.keptDiffers,
    ),
    ...tell(
      differing(shown, ({ header }) => compareStrings.batchNorm[header.study.batchNorm ?? "keep"]),
      compareStrings.batchNormDiffers,
    ),
    ...tell(splits, compareStrings.splitsDiffer),
    // Files of one name may differ in content, and files of one content in name.
    ...(splits === undefined && contents !== undefined ? [compareStrings.dataDiffer(files ?? allNames(shown))] : []),
    ...tell(samples, compareStrings.samplesDiffer),
    ...tell(
      differing(shown, ({ header }) => {
        const { curvature } = header.study;
        return curvature && compareStrings.curvatureOf(curvature.parameters, curvature.samples);
      }),
      compareStrings.curvatureDiffers,
    ),
  ];
}

const allNames = (shown: readonly Entrant[]) => shown.map(({ name }) => name).join(", ");

function sampleSet({ data, selection }: TakenSplit): string {
  const whole = data.samples === data.available;
  const how = selection.sample === "first" ? compareStrings.firstInFile : compareStrings.stratified(selection.seed);
  // However they are chosen, all samples are the same ones.
  return whole ? strings.samples(data.samples, data.available) : compareStrings.sampleSet(data.samples, how);
}

/** Widths of different networks compare only along directions that are scaled with the filters (Li et al. 2018, section 4). */
function notNormalised(shown: readonly Entrant[]): readonly string[] {
  if (shown.length < 2) return [];
  const kinds = shown.map(({ run }) => run.header.directions.kind);
  if (kinds.every((kind) => kind === "pca" || kind === "hessian")) return [compareStrings.unitDirections];
  const own = new Set(shown.map(({ run }) => normalised(run.header.study)));
  const [only] = own;
  return own.size === 1 && only !== undefined && only !== "filter" ? [compareStrings.notNormalised] : [];
}

function notesOf(shown: readonly Entrant[], window: PlaneWindow): readonly string[] {
  const narrowed = shown.some(({ run }) => {
    const own = windowOf(run);
    return [0, 1].some((end) => own.x[end] !== window.x[end] || own.y[end] !== window.y[end]);
  });
  const seeds = differing(shown, (run) => seedOf(run)?.toString());
  return [
    ...(narrowed ? [compareStrings.rangesDiffer(windowText(window))] : []),
    ...(seeds === undefined ? [] : [compareStrings.seedsDiffer(seeds)]),
    ...shown
      .filter(({ run }) => run.measured.count < run.measured.known.length)
      .map(({ name, run }) => compareStrings.incomplete(name, provenance(run))),
  ];
}

/**
 * Names that tell runs apart: the user's own or the model's, with as much of weights, split, samples, seed, normalisation,
 * grid and start as it takes.
 * @param named the user's own names, by journal.
 */
export function namesOf(runs: readonly RunData[], named: Readonly<Record<string, string>> = {}): readonly string[] {
  const tells: readonly ((run: RunData) => string)[] = [
    ({ header }) => (header.study.model.weights === undefined ? "" : baseName(header.study.model.weights)),
    ({ header }) => baseName(header.model.path),
    ({ header }) => header.data.split,
    ({ header }) => compareStrings.kinds[header.directions.kind],
    (run) => normalisationOf(run) ?? "",
    (run) => seedText(seedOf(run)),
    ({ header }) => strings.samples(header.data.samples, header.data.samples),
    ({ header }) => strings.gridPoints(header.x.length, header.y.length),
    (run) => windowText(windowOf(run)),
    ({ header }) => new Date(header.started).toLocaleString(language),
  ];
  return runs.map((run) => {
    let name = named[run.journal] ?? run.header.model.name;
    let rivals = runs.filter((other) => other !== run && (named[other.journal] ?? other.header.model.name) === name);
    for (const tell of tells) {
      if (rivals.length === 0) break;
      const own = tell(run);
      const alike = rivals.filter((other) => tell(other) === own);
      if (alike.length === rivals.length) continue;
      if (own !== "") name = `${name}, ${own}`;
      rivals = alike;
    }
    return name;
  });
}

const seedText = (seed: number | undefined) => (seed === undefined ? "" : compareStrings.seed(seed));
