import { openEngine } from "../../engines/open";
import type { Engine, Executable } from "../../engines/engine";
import type { Execution } from "../../protocol/study";
import type { Batches } from "../batches";
import type { ChoiceParts } from "./choose";
import type { Trial } from "./division";
import { timePerPoint } from "./rule";
import { moveTo, openWay } from "./ways";

interface Ready {
  readonly execution: Execution;
  readonly executable: Executable;
  readonly batches: Batches;
  readonly loss: number;
}

/** Measures points, or parts of them, for a moment at a time, as a run does. Holds one executable at most. */
export class Bench {
  private readonly engines = new Map<number, Promise<Engine>>();
  private ready: Ready | undefined;

  constructor(private readonly parts: ChoiceParts) {
    this.engines.set(parts.workplace.threads, Promise.resolve(parts.engine));
  }

  /**
   * Measures in an execution for so many milliseconds, or until one set of weights and two batches were; 0 only has it ready.
   * @throws ProblemError when the model cannot be run so.
   */
  async try(execution: Execution, milliseconds: number): Promise<Trial> {
    const { path, samples } = this.parts;
    const { batchSize } = execution;
    const { executable, batches, loss } = await this.has(execution);
    const time = { first: 0, firsts: 0, further: 0, furthers: 0 };
    const perPoint = Math.ceil(samples / batchSize);
    const begun = performance.now();
    const isOver = (): boolean => performance.now() - begun >= milliseconds;
    while (milliseconds > 0 && (time.firsts === 0 || !isOver())) {
      const from = performance.now();
      const at = 1e-3 * (time.firsts % 10);
      await moveTo(executable, path, at, -at);
      await batches.measureFirst(executable);
      const between = performance.now();
      let count = 0;
      do {
        await batches.measureFirst(executable);
        count++;
      } while (count < perPoint - 1 && !isOver());
      time.first += between - from;
      time.firsts++;
      time.further += performance.now() - between;
      time.furthers += count;
    }
    const run = time.further / time.furthers;
    const setUp = Math.max(0, time.first / time.firsts - run);
    return { perPoint: milliseconds > 0 ? timePerPoint(setUp, run, samples, batchSize) : 0, loss };
  }

  /** Lets go of everything, the engine that the parts came with too. */
  async dispose(): Promise<void> {
    await this.ready?.executable.dispose();
    this.ready = undefined;
    for (const engine of this.engines.values()) await (await engine).dispose();
    this.engines.clear();
  }

  private async has(execution: Execution): Promise<Ready> {
    if (this.ready?.execution.threads === execution.threads) return this.ready;
    await this.ready?.executable.dispose();
    this.ready = undefined;
    const { model, path, batchesOf } = this.parts;
    const executable = await openWay(await this.engineWith(execution.threads), model, path, execution.way);
    if (!executable) throw new Error("the execution does not fit the study");
    const batches = batchesOf(execution.batchSize);
    await moveTo(executable, path, 0, 0);
    const { lossSum: loss } = await batches.measureFirst(executable);
    this.ready = { execution, executable, batches, loss };
    return this.ready;
  }

  private engineWith(threads: number): Promise<Engine> {
    const { engine: own, model, log } = this.parts;
    let engine = this.engines.get(threads);
    if (!engine) {
      engine = openEngine(own.name, model.graph, { provider: "cpu", threads }, log).then((opened) => opened.engine);
      this.engines.set(threads, engine);
    }
    return engine;
  }
}
