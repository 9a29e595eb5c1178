import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { Ours, PyTorch, type Layout, type Side } from "./support/derivatives/contenders";
import {
  batch,
  parts,
  problemOf,
  writeProblem,
  type Checked,
  type Part,
  type Rate,
} from "./support/derivatives/problem";
import { hasTorch, noTorch } from "./support/python";
import { median } from "./support/report";
import type { Report } from "./support/report";
import { makeSubjects } from "./support/subjects";
import type { Subject } from "./support/subjects";

const networks = ["resnet20", "transformer"] as const;
/** Of the speed of PyTorch as it is used by default. */
const goals: Readonly<Partial<Record<Part, number>>> = { gradient: 1, cached: 1.2 };
const titles: Readonly<Record<Part, string>> = { gradient: "gradient", product: "H·v", cached: "H·v again" };
const layouts: readonly (readonly [Layout, string])[] = [
  ["contiguous", "PyTorch"],
  ["channels_last", "PyTorch with channels last"],
];

/** One way to use the cores. */
interface Contender {
  readonly label: string;
  readonly side: Side;
  /** Images a second, by rounds. */
  readonly found: Readonly<Record<Part, number[]>>;
}

const contender = (label: string, side: Side): Contender => ({
  label,
  side,
  found: { gradient: [], product: [], cached: [] },
});

/** Ours, and in each layout all ways in which PyTorch may use that many cores. */
interface Field {
  readonly ours: Contender;
  readonly others: ReadonlyMap<Layout, readonly Contender[]>;
}

function fieldOf(name: string, cores: number, ours: Ours, peers: PyTorch | undefined): Field {
  const waysOf = (layout: Layout, title: string): readonly Contender[] => {
    if (!peers) return [];
    const alone = contender(`${title}, ${threadsText(cores)}`, peers.on(name, layout, 1, cores));
    if (cores === 1) return [alone];
    return [alone, contender(`${title}, ${cores} processes`, peers.on(name, layout, cores, 1))];
  };
  return {
    ours: contender(`ours, ${cores === 1 ? threadsText(1) : `${cores} processes`}`, ours.on(cores)),
    others: new Map(layouts.map(([layout, title]) => [layout, waysOf(layout, title)])),
  };
}

const threadsText = (count: number): string => (count === 1 ? "one thread" : `${count} threads`);

function requireSame(first: Checked, other: Checked, label: string): void {
  for (const key of ["loss", "gradientNorm", "curvature"] as const) {
    // A rectifier at 1e-7 from its kink may fall on the other side elsewhere.
    if (Math.abs(first[key] - other[key]) > 1e-2 * Math.abs(first[key])) {
      throw new Error(`${label} measured another network: ${key} is ${other[key]} instead of ${first[key]}.`);
    }
  }
}

/**
 * Images a second of a process that has some cores, if it uses them all the time. Where it does, that is what a clock says
 * on an idle machine; a busy one disturbs it less.
 */
const speedOf = ({ images, seconds }: Rate, cores: number): number => (images * cores) / seconds;

/** All by turns, so that what disturbs one disturbs the others. */
async function measure(all: readonly Contender[], cores: number, rounds: number, seconds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const part of parts) {
      for (const { side, found } of all) {
        const rates = await side.rates({ kind: "rate", part, seconds });
        found[part].push(rates.reduce((sum, rate) => sum + speedOf(rate, cores / rates.length), 0));
      }
    }
  }
}

/** The median over the rounds of our speed in terms of theirs, by whichever of their ways is the fastest. */
function ratio(ours: Contender, others: readonly Contender[], part: Part): number {
  return Math.min(
    ...others.map(({ found }) => median(ours.found[part].map((rate, round) => rate / found[part][round]!))),
  );
}

function tell(report: Report, { label }: Subject, cores: number, { ours, others }: Field): void {
  const where = cores === 1 ? "1 core" : `${cores} cores`;
  for (const part of parts) {
    for (const [layout, title] of layouts) {
      const ways = others.get(layout)!;
      const goal = layout === "contiguous" ? goals[part] : undefined;
      report.line({
        what: `${label}, ${where}: ${titles[part]}, of the speed of ${title}`,
        value: ways.length > 0 ? ratio(ours, ways, part) : noTorch,
        unit: "×",
        digits: 2,
        ...(goal === undefined ? {} : { goal: { atLeast: goal } }),
      });
    }
  }
  report.table(
    [`${label}, ${where}: images/s`, ...parts.map((part) => titles[part])],
    [ours, ...[...others.values()].flat()].map(({ label: name, found }) => [
      name,
      ...parts.map((part) => median(found[part]).toFixed(0)),
    ]),
  );
}

async function compare(report: Report, subject: Subject, folder: string, peers: PyTorch | undefined): Promise<void> {
  const { path: model } = subject.study.model;
  writeProblem(path.join(folder, subject.name), await problemOf(model));
  const most = availableParallelism();
  const ours = await Ours.start(model, most);
  try {
    for (const cores of new Set([1, most])) {
      const field = fieldOf(subject.name, cores, ours, peers);
      const all = [field.ours, ...[...field.others.values()].flat()];
      const first = await field.ours.side.check();
      for (const { label, side } of all) requireSame(first, await side.check(), label);
      await measure(all, cores, report.quick ? 1 : 3, report.quick ? 0.5 : 1);
      tell(report, subject, cores, field);
    }
  } finally {
    ours.close();
  }
}

/**
 * Images a second through gradients and exact Hessian-vector products of a ResNet-20 and a small transformer over all
 * their trained parameters, against PyTorch's reverse mode and double backward in the same run where it is installed.
 */
export async function main(report: Report): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "derivatives-"));
  const withTorch = hasTorch();
  const peers = withTorch ? new PyTorch(folder, availableParallelism()) : undefined;
  try {
    report.note(
      `Batches of ${batch}. “H·v” computes everything for one vector; “H·v again” is one more vector of the same batch ` +
        "(ours: first stage kept; PyTorch: graph retained). Each measures for a moment by turns; medians of the rounds, " +
        "ratios round by round. All cores: ours with a process of one thread for each, as evaluators are; PyTorch with as " +
        "many threads or as many processes, whichever is faster. Seconds are those of the processor, divided by the " +
        "cores: threads that wait for each other without working are not held against PyTorch.",
    );
    for (const subject of await makeSubjects(folder, networks, 1, withTorch)) {
      await compare(report, subject, folder, peers);
    }
  } finally {
    peers?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
