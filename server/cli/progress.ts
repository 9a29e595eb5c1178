import { SingleBar } from "cli-progress";
import type { RunEvent } from "../protocol/requests";
import type { RunHeader, RunProgress } from "../protocol/result";
import type { Terminal } from "./terminal";
import { countText, durationText, lossText, percentText, plural, takenOverText } from "./words";

/** Least time between two plain lines of progress, in milliseconds. */
const lineInterval = 5000;

/** Shows a run as it goes on: a bar where somebody watches, a line every few seconds elsewhere. */
export class ProgressView {
  private bar: SingleBar | undefined;
  private nextLine = 0;
  private stopped = false;

  constructor(private readonly terminal: Terminal) {}

  show(event: RunEvent): void {
    if (this.stopped) return;
    switch (event.kind) {
      case "preparing":
        this.terminal.note(`${event.message} …`);
        break;
      case "snapshot":
        if (this.bar === undefined && this.nextLine === 0) this.begin(event.snapshot.header, event.snapshot.progress);
        break;
      case "points":
        this.update(event.progress);
        break;
    }
  }

  /** Shows no more, and ends the bar, so that other lines can follow. */
  stop(): void {
    this.stopped = true;
    this.bar?.stop();
    this.bar = undefined;
  }

  private begin(header: RunHeader, progress: RunProgress): void {
    for (const line of headerLines(header)) this.terminal.note(line);
    if (process.stderr.isTTY) {
      this.bar = new SingleBar({
        format: "{bar} {percentage} % | {value} of {total} points | {level} grid | {left}",
        barCompleteChar: "█",
        barIncompleteChar: "░",
        hideCursor: true,
        stream: process.stderr,
      });
      this.bar.start(progress.total, progress.measured, payload(progress));
    } else {
      this.update(progress);
    }
  }

  private update(progress: RunProgress): void {
    if (this.bar !== undefined) {
      this.bar.update(progress.measured, payload(progress));
      return;
    }
    const now = Date.now();
    if (now < this.nextLine && progress.measured < progress.total) return;
    this.nextLine = now + lineInterval;
    const { level, left } = payload(progress);
    this.terminal.note(
      `${countText(progress.measured)} of ${countText(progress.total)} points, ${level} grid, ${left}`,
    );
  }
}

function payload({ measured, total, level, secondsLeft }: RunProgress): {
  readonly level: string;
  readonly left: string;
} {
  const unknown = measured === total ? "all measured" : "time left not known yet";
  return {
    level: `${level[0]}×${level[1]}`,
    left: secondsLeft === undefined || measured === total ? unknown : `${durationText(secondsLeft)} left`,
  };
}

function headerLines({ model, data, engine, evaluators, centre, takenOver }: RunHeader): readonly string[] {
  return [
    `Model   ${model.name} (${model.format}), ${countText(model.parameters)} parameters`,
    `Data    ${data.split}: ${countText(data.samples)} of ${plural(data.available, "sample")}, ${data.preprocessing || "taken as they are"}`,
    `Engine  ${engine.label} ${engine.version} on ${engine.device}, ${plural(evaluators, "evaluator")} (${engine.why})`,
    `Centre  loss ${lossText(centre.loss)}, accuracy ${percentText(centre.accuracy)}`,
    ...(takenOver ? [`Taken   ${takenOverText(takenOver)}`] : []),
  ];
}
