import type { Engine, Executable } from "../../engines/engine";
import { selfTestTolerance } from "../../engines/selfTest";
import type { Tensor } from "../../graph/tensor";
import type { WeightPath } from "../../landscape/plane";
import type { Execution } from "../../protocol/study";
import type { LoadedModel } from "../model";
import { timePerPoint } from "./rule";
import type { Dropped, Timing } from "./rule";
import { moveTo, openWay } from "./ways";

/** What is timed. */
export interface Subject {
  readonly model: LoadedModel;
  readonly path: WeightPath;
  /** Of all splits. */
  readonly samples: number;
  /** The first batch of that size. */
  feedsOf(batchSize: number): Readonly<Record<string, Tensor>>;
}

/** Repetitions of a measurement, of which the least counts: whatever disturbs it makes it longer. */
const repetitions = 4;
/** No more repetitions after so many milliseconds. */
const enough = 80;

/** Times executions on one engine, each on a few points of the plane. */
export class Probe {
  private readonly opened = new Map<Execution["way"], Promise<Executable | undefined>>();
  /** Outputs of the first samples, by the first execution that was timed: all others have to agree. */
  private expected: Tensor | undefined;

  /** @param reference a probe whose first execution tells what is correct; this one's own when absent. */
  constructor(
    private readonly engine: Engine,
    private readonly subject: Subject,
    reference?: Probe,
  ) {
    this.expected = reference?.expected;
  }

  /** @throws ProblemError when the model cannot be run in this way at all. */
  async time(execution: Execution): Promise<Timing | Dropped> {
    const { path, samples, feedsOf, model } = this.subject;
    const { way, batchSize } = execution;
    const executable = await this.executable(way);
    if (!executable) return { execution, reason: "the graph cannot compute these weights" };
    const feeds = feedsOf(batchSize);
    const clock = clockOf(execution);
    const begun = performance.now();
    let setUp = Infinity;
    let run = Infinity;
    for (let k = 0; k < repetitions && (k < 2 || performance.now() - begun < enough); k++) {
      // Near the model, where no weight is extreme; a session that is made anew is made of other weights each time.
      const from = clock();
      await moveTo(executable, path, 1e-3 * k, -1e-3 * k);
      const outputs = await executable.run(feeds);
      const between = clock();
      await executable.run(feeds);
      const again = clock() - between;
      run = Math.min(run, again);
      setUp = Math.min(setUp, between - from);
      if (k === 1) {
        const reason = this.disagreement(outputs[model.output]!);
        if (reason !== undefined) return { execution, reason };
      }
    }
    setUp = Math.max(0, setUp - run);
    return { execution, setUp, run, perPoint: timePerPoint(setUp, run, samples, batchSize) };
  }

  async dispose(): Promise<void> {
    for (const opening of this.opened.values()) await opening.then((each) => each?.dispose()).catch(() => {});
    this.opened.clear();
  }

  private executable(way: Execution["way"]): Promise<Executable | undefined> {
    const { model, path } = this.subject;
    let opening = this.opened.get(way);
    if (!opening) {
      opening = openWay(this.engine, model, path, way);
      this.opened.set(way, opening);
    }
    return opening;
  }

  /** How the outputs of the first samples differ from those of the usual execution, if they do. */
  private disagreement(found: Tensor): string | undefined {
    this.expected ??= found;
    const error = relativeError(found, this.expected);
    return error <= selfTestTolerance ? undefined : `its outputs are off by a relative ${error.toExponential(1)}`;
  }
}

/**
 * Milliseconds that this process has computed: unlike those on the wall they do not grow when others use the machine. They
 * say nothing where several threads share the work, or another processor does it.
 */
export function clockOf({ provider, threads }: Execution): () => number {
  if (provider !== "cpu" || threads > 1) return () => performance.now();
  return () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
}

/** Largest difference of elements that both have, relative to the largest magnitude; infinite where one is not finite. */
export function relativeError(found: Tensor, expected: Tensor): number {
  const length = Math.min(found.data.length, expected.data.length);
  let largest = 0;
  let scale = 0;
  for (let k = 0; k < length; k++) {
    const [is, should] = [Number(found.data[k]), Number(expected.data[k])];
    if (Object.is(is, should)) continue;
    const difference = Math.abs(is - should);
    if (!Number.isFinite(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  for (let k = 0; k < length; k++) {
    const magnitude = Math.abs(Number(expected.data[k]));
    if (Number.isFinite(magnitude)) scale = Math.max(scale, magnitude);
  }
  return largest === 0 ? 0 : largest / scale;
}
