import { setTimeout as sleep } from "node:timers/promises";
import type { RunEvent } from "../protocol/requests";
import type { Point } from "../protocol/result";
import type { Journal } from "./journal";
import type { Rate } from "./rate";
import type { Surface } from "./surface";

/** Least time between two events with points, in milliseconds: ten a second. */
const INTERVAL = 100;

export interface RecorderParts {
  readonly journal: Journal;
  readonly surface: Surface;
  readonly rate: Rate;
  /** Seconds on a clock that never goes back. */
  readonly now: () => number;
  readonly emit: (event: RunEvent) => void;
  /** The journal cannot be written; nothing is recorded from then on. Called once. */
  readonly fail: (error: unknown) => void;
}

/** Takes measured points, writes them to the journal, and only then shows them, a batch at a time. */
export class Recorder {
  private waiting: Point[] = [];
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private nextEvent = 0;
  private failed = false;
  private shownLevels: number;

  constructor(private readonly parts: RecorderParts) {
    this.shownLevels = parts.surface.completeLevels;
  }

  add(point: Point): void {
    if (this.failed) return;
    this.waiting.push(point);
    this.schedule();
  }

  /** Resolves when everything that was added is on disk and shown, or the journal has failed. */
  async drain(): Promise<void> {
    while (!this.failed && (this.flushing !== undefined || this.waiting.length > 0)) {
      await (this.flushing ?? this.flush());
    }
    clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.timer || this.flushing || this.waiting.length === 0) return;
    const delay = Math.max(0, this.nextEvent - performance.now());
    this.timer = setTimeout(() => void this.flush(), delay);
  }

  private flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushing ??= this.write().finally(() => {
      this.flushing = undefined;
      this.schedule();
    });
    return this.flushing;
  }

  private async write(): Promise<void> {
    const points = this.waiting;
    this.waiting = [];
    if (points.length === 0) return;
    const { journal, surface, rate, now, emit, fail } = this.parts;
    try {
      await journal.appendPoints(points);
    } catch (error) {
      this.failed = true;
      fail(error);
      return;
    }
    surface.add(points);
    rate.add(points.length, now());
    const isNewLevel = surface.completeLevels > this.shownLevels;
    this.shownLevels = surface.completeLevels;
    const estimate = isNewLevel || surface.bends ? surface.estimate() : undefined;
    const progress = surface.progress(rate.secondsLeft(surface.total - surface.measured));
    const wait = this.nextEvent - performance.now();
    if (wait > 0) await sleep(wait);
    emit({ kind: "points", points, ...(estimate ? { estimate } : {}), progress });
    this.nextEvent = performance.now() + INTERVAL;
  }
}
