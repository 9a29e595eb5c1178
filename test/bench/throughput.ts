import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { executionText } from "../../server/evaluator/execution/rule";
import type { PoolPoint } from "../../server/evaluator/jobs";
import { machineState } from "./support/machine";
import { preparedPool } from "./support/pool";
import { Products } from "./support/products";
import { noTorch, Peer } from "./support/python";
import { median } from "./support/report";
import type { Report } from "./support/report";
import { makeSubjects, networks, peerArguments, samples } from "./support/subjects";
import type { NetworkName, Subject } from "./support/subjects";

/** How many times as fast as PyTorch, and how near to the machine's limit. */
const goals = { eager: 2.2, channelsLast: 1.5, limit: 85 };
/** Networks of large convolutions, which all goals are about; the others must not be slower than PyTorch. */
const judged: readonly string[] = ["resnet20", "resnet56", "vgg9"];
const sameLoss = 1e-4;
const surface = 51 * 51;

interface Rate {
  readonly pointsPerSecond: number;
}

interface Contender {
  readonly label: string;
  /** Losses at points, and the seconds that they took together. */
  measure(points: readonly PoolPoint[]): Promise<{ readonly seconds: number; readonly losses: readonly number[] }>;
  close(): Promise<void>;
}

/** Different points for as long as one likes, well inside of the surface. */
function pointsFrom(first: number, count: number): readonly PoolPoint[] {
  return Array.from({ length: count }, (_, k) => ({
    index: k,
    alpha: 0.6 * Math.cos(first + k),
    beta: 0.6 * Math.sin(2 * (first + k)),
  }));
}

/** The product as it measures a surface: its pool of evaluators, prepared as for a run. */
async function ours({ study }: Subject): Promise<{ readonly contender: Contender; readonly engine: string }> {
  const { pool, prepared } = await preparedPool(study);
  const measure: Contender["measure"] = async (points) => {
    const losses = points.map(() => NaN);
    const begun = performance.now();
    await pool.measure(points, ({ index }, { lossSum, count }) => (losses[index] = lossSum / count));
    return { seconds: (performance.now() - begun) / 1000, losses };
  };
  const { label, version, execution } = prepared.engine;
  const engine = `${label} ${version}${execution ? `, ${executionText(execution)}` : ""}`;
  return { contender: { label: "ours", measure, close: () => pool.close() }, engine };
}

function pyTorch(peer: Peer, { name, study }: Subject, layout: "contiguous" | "channels_last"): Contender {
  const batch = study.compute.batchSize;
  return {
    label: `PyTorch ${layout}`,
    measure: (points) =>
      peer.ask({ kind: "points", name, batch, layout, points: points.map(({ alpha, beta }) => [alpha, beta]) }),
    close: () => Promise.resolve(),
  };
}

/** Throws where contenders do not measure the same: a comparison of different work is none. */
function requireSame(first: readonly number[], other: readonly number[], label: string): void {
  for (const [k, loss] of first.entries()) {
    if (Math.abs(loss - other[k]!) <= sameLoss * Math.abs(loss)) continue;
    throw new Error(`${label} has the loss ${other[k]!} where ours is ${loss}: it measured something else.`);
  }
}

interface Found {
  readonly ours: readonly Rate[];
  readonly eager: readonly Rate[];
  readonly channelsLast: readonly Rate[];
  /** Floating-point operations a second. */
  readonly limit: readonly number[];
}

/** All contenders by turns, so that what disturbs one disturbs the others. */
async function compare(
  subject: Subject,
  contenders: readonly Contender[],
  products: Products,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Found> {
  const { evaluators } = subject.study.compute;
  const entries: { contender: Contender; count: number; rates: Rate[] }[] = [];
  let first: readonly number[] | undefined;
  for (const contender of contenders) {
    const points = [{ index: 0, alpha: 0, beta: 0 }, ...pointsFrom(1, 1).map((point) => ({ ...point, index: 1 }))];
    const { losses } = await contender.measure(points);
    first ??= losses;
    requireSame(first, losses, contender.label);
    // What is measured first is slower: pages are touched, code is compiled.
    const warm = await contender.measure(pointsFrom(5, evaluators));
    const wanted = (seconds * evaluators) / warm.seconds;
    entries.push({ contender, count: evaluators * Math.max(1, Math.round(wanted / evaluators)), rates: [] });
  }
  const limit: number[] = [];
  await products.measure(0.2);
  for (let round = 0; round < rounds; round++) {
    for (const { contender, count, rates } of entries) {
      const took = await contender.measure(pointsFrom(100 * round, count));
      rates.push({ pointsPerSecond: count / took.seconds });
    }
    limit.push(await products.measure(Math.min(1, seconds)));
  }
  const [own, eager, channelsLast] = entries.map(({ rates }) => rates);
  return { ours: own!, eager: eager ?? [], channelsLast: channelsLast ?? [], limit };
}

const medianRate = (rates: readonly Rate[]): number => median(rates.map(({ pointsPerSecond }) => pointsPerSecond));

/** The median of the ratios of each round. */
function ratio(own: readonly Rate[], other: readonly Rate[]): number {
  return median(own.map(({ pointsPerSecond }, round) => pointsPerSecond / other[round]!.pointsPerSecond));
}

function tell(report: Report, { name, label, operations }: Subject, found: Found, state: string): void {
  const isJudged = judged.includes(name);
  const measured = found.eager.length > 0;
  report.line({
    what: `${label}, of PyTorch’s speed`,
    value: measured ? ratio(found.ours, found.eager) : noTorch,
    unit: "×",
    digits: 2,
    goal: { atLeast: isJudged ? goals.eager : 1 },
    remark: state,
  });
  report.line({
    what: `${label}, of PyTorch’s speed with channels last`,
    value: measured ? ratio(found.ours, found.channelsLast) : noTorch,
    unit: "×",
    digits: 2,
    ...(isJudged ? { goal: { atLeast: goals.channelsLast } } : {}),
  });
  const work = found.ours.map(({ pointsPerSecond }) => pointsPerSecond * samples * operations);
  report.line({
    what: `${label}, of the limit of matrix products`,
    value: 100 * median(work.map((flops, round) => flops / found.limit[round]!)),
    unit: "%",
    digits: 0,
    ...(isJudged ? { goal: { atLeast: goals.limit } } : {}),
    remark: `${(median(work) / 1e9).toFixed(0)} of ${(median(found.limit) / 1e9).toFixed(0)} GFLOP/s`,
  });
}

/** A row for the table of plain numbers. */
function rowOf({ label, operations }: Subject, engine: string, found: Found): readonly string[] {
  const images = (rates: readonly Rate[]): string =>
    rates.length > 0 ? (medianRate(rates) * samples).toFixed(0) : "not measured";
  const points = medianRate(found.ours);
  return [
    label,
    (operations / 1e6).toFixed(1),
    points.toFixed(2),
    `${(surface / points).toFixed(0)} s`,
    images(found.ours),
    images(found.eager),
    images(found.channelsLast),
    engine,
  ];
}

/**
 * Points of a surface a second, by the product's own pool of evaluators, against PyTorch as the reference implementation
 * uses it (all its threads; weights written into the network, batch by batch without gradients), the same with its tensors
 * channels last, and the limit that the machine's matrix products set for the floating-point operations of the network.
 * The contenders take turns, medians of the rounds; all must find the same losses.
 */
export async function main(report: Report): Promise<void> {
  const evaluators = availableParallelism();
  const folder = mkdtempSync(path.join(tmpdir(), "throughput-"));
  const peerOf = peerArguments(folder);
  const names = Object.keys(networks) as NetworkName[];
  const budget = report.quick ? { rounds: 1, seconds: 1.5 } : { rounds: 4, seconds: 2.5 };
  let peer: Peer | undefined;
  let products: Products | undefined;
  try {
    const subjects = await makeSubjects(folder, names, evaluators, peerOf !== undefined);
    products = new Products(folder, evaluators, peerOf);
    peer = peerOf && new Peer([...peerOf, "0"], 0);
    report.note(
      `A point is the loss and accuracy of ${samples} samples in batches of 100 at new weights. ${evaluators} evaluators ` +
        `of one thread; each contender measured points for about ${budget.seconds} s in each of ${budget.rounds} rounds, ` +
        "by turns; the time of a surface of 51 × 51 points is extrapolated from them. Losses of all contenders agree to " +
        `${sameLoss} at two points.`,
    );
    const rows: (readonly string[])[] = [];
    for (const subject of subjects) {
      const state = await machineState();
      const { contender, engine } = await ours(subject);
      try {
        const peers = peer ? [pyTorch(peer, subject, "contiguous"), pyTorch(peer, subject, "channels_last")] : [];
        const found = await compare(subject, [contender, ...peers], products, budget);
        tell(report, subject, found, state);
        rows.push(rowOf(subject, engine, found));
      } finally {
        await contender.close();
      }
    }
    for (const name of names.filter((each) => !subjects.some((subject) => subject.name === each))) {
      report.line({ what: `${networks[name]}, of PyTorch’s speed`, value: noTorch, unit: "×" });
    }
    report.table(
      ["network", "MFLOP/image", "points/s", "51 × 51", "images/s", "PyTorch", "channels last", "engine"],
      rows,
    );
  } finally {
    peer?.close();
    products?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
