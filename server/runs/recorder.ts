import { setTimeout as sleep } from "node:timers/promises";
import type { RunEvent } from "../protocol/requests";
import type { Point } from "../protocol/result";
import type { ExtraRecord } from "./extras";
import type { Journal } from "./journal";
import type { Rate } from "./rate";
import type { RunState } from "./state";

/** Least time between two events with points, in milliseconds: ten a second. */
const INTERVAL = 100;

/**
 * The same for two estimates of a large grid, unless a nested grid has become complete: each has two numbers for every
 * point and split, which are worked out, written as text and read again.
 */
const ESTIMATE_INTERVAL = 250;

/** From this number of points on a grid is large. */
const LARGE_GRID = 120 * 120;

export interface RecorderParts {
  readonly journal: Journal;
  readonly state: RunState;
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
  private waitingExtras: ExtraRecord[] = [];
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private nextEvent = 0;
  private nextEstimate = 0;
  /** Points were shown without the estimate that they have changed. */
  private owesEstimate = false;
  private failed = false;
  private shownLevels: number;

  constructor(private readonly parts: RecorderParts) {
    this.shownLevels = parts.state.surface.completeLevels;
  }

  add(point: Point): void {
    if (this.failed) return;
    this.waiting.push(point);
    this.schedule();
  }

  addExtra(record: ExtraRecord): void {
    if (this.failed) return;
    this.waitingExtras.push(record);
    this.schedule();
  }

  /** There is another estimate without another point; the time that it took says nothing of points. */
  showEstimate(): void {
    this.parts.rate.pass(this.parts.now());
    this.owesEstimate = true;
    this.schedule();
  }

  /** What comes now takes another time than what came before. */
  beginOther(): void {
    this.parts.rate.reset();
  }

  /** Resolves when everything that was added is on disk and shown, or the journal has failed. */
  async drain(): Promise<void> {
    while (!this.failed && (this.flushing !== undefined || this.isWaiting)) {
      await (this.flushing ?? this.flush());
    }
    clearTimeout(this.timer);
  }

  private get isWaiting(): boolean {
    return this.hasRecords || this.owesEstimate;
  }

  private get hasRecords(): boolean {
    return this.waiting.length + this.waitingExtras.length > 0;
  }

  private schedule(): void {
    if (this.failed || this.timer || this.flushing || !this.isWaiting) return;
    const next = this.hasRecords ? this.nextEvent : Math.max(this.nextEvent, this.nextEstimate);
    this.timer = setTimeout(() => void this.flush(), Math.max(0, next - performance.now()));
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
    const records = this.waitingExtras;
    this.waiting = [];
    this.waitingExtras = [];
    if (points.length + records.length === 0 && !this.owesEstimate) return;
    const { journal, state, rate, now, fail } = this.parts;
    try {
      if (points.length > 0) await journal.appendPoints(points);
      if (records.length > 0) await journal.appendExtras(records);
    } catch (error) {
      this.failed = true;
      fail(error);
      return;
    }
    state.surface.add(points);
    state.extras.add(records);
    if (points.length + records.length > 0) rate.add(points.length + records.length, now());
    const events = this.eventsOf(points, records);
    const wait = this.nextEvent - performance.now();
    if (wait > 0) await sleep(wait);
    for (const event of events) this.parts.emit(event);
    this.nextEvent = performance.now() + INTERVAL;
  }

  private eventsOf(points: readonly Point[], records: readonly ExtraRecord[]): readonly RunEvent[] {
    const { state, rate } = this.parts;
    const { surface, extras } = state;
    const progress = state.progress(state.secondsLeft(rate));
    const events: RunEvent[] = [];
    const isNothingNew = points.length + records.length === 0;
    if (points.length > 0 || isNothingNew) {
      const isNewLevel = surface.completeLevels > this.shownLevels;
      this.shownLevels = surface.completeLevels;
      const isBent = surface.bends || state.preliminary?.isShown(surface) === true;
      const isChanged = isNewLevel || isBent || this.owesEstimate;
      const isDue = isNewLevel || isNothingNew || performance.now() >= this.nextEstimate;
      this.owesEstimate = isChanged && !isDue;
      events.push({ kind: "points", points, ...(isChanged && isDue ? this.estimates() : {}), progress });
    }
    const { values } = extras;
    if (records.length > 0 && values) events.push({ kind: "extras", extras: values, progress });
    return events;
  }

  private estimates(): ReturnType<RunState["estimates"]> {
    const { state } = this.parts;
    this.nextEstimate = state.surface.total < LARGE_GRID ? 0 : performance.now() + ESTIMATE_INTERVAL;
    return state.estimates();
  }
}
