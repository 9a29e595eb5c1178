import path from "node:path";
import * as vscode from "vscode";
import { ForeseeRequest, OpenRequest } from "../../server/protocol/requests";
import type { RunEvent, RunOutcome, StudyChange } from "../../server/protocol/requests";
import type { Problem } from "../../server/protocol/problem";
import type { RunSnapshot } from "../../server/protocol/result";
import type { Study } from "../../server/protocol/study";
import type { TrailEntry } from "../../webview/protocol/messages";
import { studyDefaults } from "../settings";
import type { Flow } from "./flow";
import { notifyEnd } from "./notify";
import type { Outdated } from "./outdated";
import type { PanelParts } from "./parts";
import type { Proposals } from "./proposals";
import { Runner } from "./runner";
import type { Screen } from "./screen";
import { Trail } from "./trail";
import { trailWords } from "./words";

type Cancellation = vscode.CancellationToken;

export interface CourseParts extends PanelParts {
  /** The model or study, as the panel calls it. */
  readonly name: string;
  readonly screen: Screen;
  readonly flow: Flow;
  readonly proposals: Proposals;
  readonly outdated: Outdated;
  /** What went wrong, in words. */
  readonly problemOf: (error: unknown) => Problem;
}

/**
 * Which run a panel shows, and how it came to it: runs are made from what the files say, opened, changed and measured
 * again, and left for others with a way back. One thing is done at a time; what is going on is cancelled for the next.
 */
export class Course {
  private readonly screen: Screen;
  private readonly flow: Flow;
  private readonly proposals: Proposals;
  private readonly outdated: Outdated;
  private readonly runner: Runner;
  private readonly trail = new Trail(trailWords);

  constructor(private readonly parts: CourseParts) {
    const { source, worker, log, screen, flow, proposals, outdated } = parts;
    this.screen = screen;
    this.flow = flow;
    this.proposals = proposals;
    this.outdated = outdated;
    this.runner = new Runner(source, worker, flow, log);
  }

  /** Whether a run is going on, or waits for its turn. */
  get isRunning(): boolean {
    return this.runner.isRunning;
  }

  get isPaused(): boolean {
    return this.runner.isPaused;
  }

  /** Whether the run that is shown has another study than the files say. */
  get isChanged(): boolean {
    return this.trail.isChanged;
  }

  /** Describes the model and starts, continues or opens its run, as far as that needs no answer from the user. */
  visualize(plane = this.parts.proposer.plane): void {
    this.parts.proposer.plane = plane;
    this.begin(async (cancellation) => {
      const result = await this.proposals.describe(cancellation);
      if (result.kind !== "ready") return this.proposals.refuse(result);
      const { study, earlier } = result;
      if (earlier === undefined) return this.execute(study, "resume", cancellation);
      if (earlier.measured < earlier.total) return this.screen.show({ kind: "offer-resume", earlier });
      await this.open(earlier.journal, cancellation);
      // Every point is there, but the end was not written down.
      if (this.screen.snapshot && this.screen.snapshot.status !== "done")
        await this.execute(study, "resume", cancellation);
    });
  }

  /** Shows what there is of a model without computing anything: its finished run, or what a first run would be. */
  peek(): void {
    this.begin(async (cancellation) => {
      const result = await this.proposals.describe(cancellation);
      if (result.kind !== "ready") return this.screen.show(result);
      const { study, earlier } = result;
      if (earlier === undefined) return this.screen.show({ kind: "first-run", study });
      if (earlier.measured < earlier.total) return this.screen.show({ kind: "offer-resume", earlier });
      await this.open(earlier.journal, cancellation);
    });
  }

  /** Shows the run of a journal, without computing anything. */
  restore(journal: string, trail: readonly TrailEntry[] = []): void {
    this.begin((cancellation) => this.open(journal, cancellation));
    this.trail.restore(trail);
  }

  /** Runs what the files say now: anew, or going on with an unfinished run. What is going on is cancelled. */
  rerun(mode: "resume" | "fresh"): void {
    this.begin((cancellation) => this.again(mode, cancellation));
  }

  /** Goes on with the run that is shown, or measures it anew. */
  repeat(mode: "resume" | "fresh"): void {
    this.flow.perform((cancellation) => this.again(mode, cancellation));
  }

  /** A run that is complete or cancelled is measured anew; what has failed is tried again and keeps its points. */
  runAgain(): void {
    const { snapshot } = this.screen;
    if (snapshot === undefined) return this.isChanged ? this.backOrVisualize() : this.visualize();
    const hasChanged = this.outdated.files.length > 0;
    // Of other files the run is another one, and this one stays as it was before.
    if (hasChanged) this.trail.push(snapshot.journal, snapshot.header, vscode.l10n.t("before the change"));
    const mode = hasChanged || snapshot.status === "failed" ? "resume" : "fresh";
    this.repeat(mode);
  }

  /** A changed run that could not be shown leaves the way back. */
  private backOrVisualize(): void {
    const last = this.trail.entries.at(-1);
    if (last) this.goBack(last.journal);
  }

  /** Runs what the files say now, the study as it is shown where it was changed here, otherwise as it is written. */
  private async again(mode: "resume" | "fresh", cancellation: Cancellation): Promise<void> {
    const own = this.isChanged ? this.screen.snapshot?.header.study : undefined;
    if (own) return this.execute(own, mode, cancellation);
    const result = await this.proposals.describe(cancellation);
    if (result.kind !== "ready") return this.proposals.refuse(result);
    await this.execute(result.study, mode, cancellation);
  }

  /** Runs the study that is shown with something different about it; what there is of it already is kept. */
  change(change: StudyChange): void {
    const { snapshot } = this.screen;
    if (snapshot === undefined) return;
    const { journal, header } = snapshot;
    const params = { study: header.study, change, defaults: studyDefaults(this.parts.source) };
    this.flow.perform(async (cancellation) => {
      const { worker } = this.parts;
      const found = await this.flow.insist(cancellation, () => worker.request(ForeseeRequest, params, cancellation));
      if (found.kind === "problem") {
        const { message, advice } = found.problem;
        return void vscode.window.showWarningMessage(`${message} ${advice}`);
      }
      const { earlier, evaluations, products } = found;
      if (earlier?.journal === journal) return this.execute(found.study, "resume", cancellation);
      if (earlier && this.trail.goBack(earlier.journal)) {
        this.postTrail();
        return this.open(earlier.journal, cancellation);
      }
      this.trail.push(journal, header);
      if (earlier && evaluations + products === 0) return this.open(earlier.journal, cancellation);
      this.screen.keep(snapshot);
      await this.execute(found.study, "resume", cancellation);
    });
  }

  /** Leaves the run that is shown for another one, without computing anything. */
  openRun(journal: string): void {
    const { snapshot } = this.screen;
    if (snapshot === undefined || snapshot.journal === journal) return;
    this.flow.perform((cancellation) => {
      this.trail.push(snapshot.journal, snapshot.header);
      return this.open(journal, cancellation);
    });
  }

  /** Shows a run that has led to the one that is shown. */
  goBack(journal: string): void {
    if (!this.trail.goBack(journal)) return;
    this.screen.keep(undefined);
    this.postTrail();
    this.flow.perform((cancellation) => this.open(journal, cancellation));
  }

  private async open(journal: string, cancellation: Cancellation): Promise<void> {
    const { worker } = this.parts;
    this.outdated.clear();
    this.screen.show({ kind: "preparing", message: vscode.l10n.t("Opening {0}", path.basename(journal)) });
    const result = await this.flow.insist(cancellation, () => worker.request(OpenRequest, { journal }, cancellation));
    if (result.kind === "problem") return this.screen.show(result);
    this.arrived(result.snapshot);
    this.screen.show({ kind: "snapshot", snapshot: result.snapshot });
    this.watch();
  }

  private async execute(study: Study, mode: "resume" | "fresh", cancellation: Cancellation): Promise<void> {
    this.outdated.clear();
    this.outdated.dispose();
    try {
      this.ended(await this.runner.execute(study, mode, cancellation, (event) => this.advance(event)));
    } catch (error) {
      this.ended({ status: "failed", checks: [], problem: this.parts.problemOf(error) });
    }
  }

  private advance(event: RunEvent): void {
    if (event.kind === "snapshot" && event.snapshot.isProvisional !== true) this.arrived(event.snapshot);
    this.screen.advance(event);
  }

  private arrived({ header }: RunSnapshot): void {
    this.proposals.shownData = header.data.path;
    this.trail.arrived(header);
    this.postTrail();
    this.parts.onRun();
  }

  private ended(outcome: RunOutcome): void {
    const hasTakenPlace = this.screen.conclude(outcome);
    if (!hasTakenPlace) {
      this.trail.pop();
      this.postTrail();
    }
    if (!this.parts.panel.visible && !this.flow.isClosed) notifyEnd(this.parts.name, outcome, () => this.showAgain());
    this.watch();
  }

  /** Work ended with an error. */
  failed(error: unknown, isCancelled: boolean): void {
    if (isCancelled) this.ended({ status: "cancelled", checks: [] });
    else this.screen.show({ kind: "problem", problem: this.parts.problemOf(error) });
  }

  /** Stops handing out points of the run that is going on, or goes on. */
  pause(paused: boolean): void {
    if (this.runner.pause(paused)) this.screen.pause(paused);
  }

  /** Computes before the other runs that wait. */
  hurry(): void {
    this.runner.hurry();
  }

  /** Shows the run with the checkpoints that its training has written since. */
  grow(snapshot: RunSnapshot): void {
    if (!this.isRunning && this.screen.snapshot?.journal === snapshot.journal)
      this.screen.show({ kind: "snapshot", snapshot });
  }

  /** Tells the page which runs have led to the one that is shown. */
  postTrail(): void {
    const { entries, shown } = this.trail;
    this.screen.post({ kind: "trail", entries, ...(shown === undefined ? {} : { shown }) });
  }

  /** Work on what the files say, to which no other run has led. */
  private begin(work: (cancellation: Cancellation) => Promise<void>): void {
    this.trail.clear();
    this.postTrail();
    this.screen.keep(undefined);
    this.flow.perform(work);
  }

  private showAgain(): void {
    if (!this.flow.isClosed) this.parts.panel.reveal();
  }

  private watch(): void {
    const { snapshot } = this.screen;
    if (snapshot && !this.flow.isClosed) this.outdated.watch(snapshot, !this.isChanged);
  }
}
