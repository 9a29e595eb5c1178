import path from "node:path";
import * as vscode from "vscode";
import { modelFileName } from "../../server/protocol/modelName";
import { ForeseeRequest, OpenRequest } from "../../server/protocol/requests";
import type { RunEvent, RunOutcome, StudyChange } from "../../server/protocol/requests";
import type { RunSnapshot } from "../../server/protocol/result";
import type { Study } from "../../server/protocol/study";
import type { PanelMessage, TrailEntry } from "../../webview/protocol/messages";
import { studyDefaults } from "../settings";
import { answerAsk } from "./asks/answer";
import { CheckRuns } from "./checking";
import { filesOf } from "./content";
import { Flow } from "./flow";
import { LiveTraining } from "./live";
import { readMessage } from "./messages";
import type { AnyAsk } from "./messages";
import { notifyEnd } from "./notify";
import { Outdated } from "./outdated";
import type { PanelParts } from "./parts";
import { Proposals } from "./proposals";
import { revealFile } from "./reveal";
import { Runner } from "./runner";
import type { ListedRun } from "./runner";
import { isSaved } from "./saved";
import { Screen } from "./screen";
import { saveStudy } from "./saveStudy";
import { Trail } from "./trail";
import { problemOf, trailWords } from "./words";

type Cancellation = vscode.CancellationToken;

/**
 * One panel and the model or study that it shows: asks the worker, keeps what there is to show, and tells the page as
 * long as that is visible. A hidden page is gone; when it comes back it says so and gets everything at once.
 */
export class PanelController {
  private isLocked = true;
  private readonly screen: Screen;
  private readonly flow: Flow;
  private readonly runner: Runner;
  private readonly trail = new Trail(trailWords);
  private readonly outdated: Outdated;
  private readonly proposals: Proposals;
  private readonly checks: CheckRuns;
  /** Goes with a training that writes more checkpoints. */
  private readonly live: LiveTraining;
  /** Runs to be compared with the one that is shown, by their journals, until the page listens. */
  private rivals: readonly string[] | undefined;
  private readonly listeners: readonly vscode.Disposable[];

  constructor(private readonly parts: PanelParts) {
    const { panel, worker, log, source, proposer } = parts;
    this.live = new LiveTraining({
      source,
      worker,
      log,
      isInSight: () => panel.visible,
      grown: (snapshot) => this.grow(snapshot),
    });
    this.screen = new Screen(panel, (content) => this.live.shown(content));
    this.flow = new Flow(worker, {
      worker: (state) => this.screen.post({ kind: "worker", state }),
      failed: (error, isCancelled) => {
        if (isCancelled) this.ended({ status: "cancelled", checks: [] });
        else this.screen.show({ kind: "problem", problem: this.problemOf(error) });
      },
    });
    this.runner = new Runner(source, worker, this.flow, log);
    const { flow, screen, name, folder } = this;
    this.checks = new CheckRuns({ source, name, worker, log, post: (message) => screen.post(message) });
    const onAnswer = (): void => this.visualize();
    this.proposals = new Proposals({ name, folder, panel, proposer, flow, screen, log, onAnswer });
    const isRunning = (): boolean => this.isRunning;
    const describe = () => this.proposals.describeQuietly();
    this.outdated = new Outdated({ source, worker, screen, log, isRunning, describe });
    this.listeners = [
      panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
      panel.onDidChangeViewState(() => {
        if (panel.visible) this.live.seen();
        else this.screen.isLive = false;
      }),
      panel.onDidDispose(() => this.release()),
    ];
  }

  get source(): vscode.Uri {
    return this.parts.source;
  }

  get panel(): vscode.WebviewPanel {
    return this.parts.panel;
  }

  /** The column in which the panel is in sight. */
  get visibleColumn(): vscode.ViewColumn | undefined {
    return this.panel.visible ? this.panel.viewColumn : undefined;
  }

  /** Whether it is the editor in front. */
  get isActive(): boolean {
    return this.panel.active;
  }

  /** The run that is shown. */
  get journal(): string | undefined {
    return this.screen.seen?.journal;
  }

  /** The study of the run that is shown. */
  get study(): Study | undefined {
    return this.screen.seen?.header.study;
  }

  /** Whether a run is going on, or waits for its turn. */
  get isRunning(): boolean {
    return this.runner.isRunning;
  }

  /** The run that is going on, for lists of all that are. */
  get listed(): ListedRun {
    return {
      title: this.panel.title,
      isPaused: this.runner.isPaused,
      show: () => this.reveal(),
      pause: (paused) => this.pause(paused),
      cancel: () => this.flow.cancel(),
    };
  }

  get locked(): boolean {
    return this.isLocked;
  }

  set locked(locked: boolean) {
    this.isLocked = locked;
    this.screen.post({ kind: "following", locked });
  }

  /** Brings the comparison with other runs, by their journals, to the front as soon as the page listens. */
  compareWith(journals: readonly string[]): void {
    this.rivals = journals;
    if (this.screen.isLive) this.postRivals();
  }

  /** Tells the page of runs that are not any more what they were. */
  tellRuns(journals: readonly string[]): void {
    this.screen.post({ kind: "runs-changed", journals });
  }

  private get name(): string {
    return modelFileName(this.source.fsPath);
  }

  private get folder(): vscode.Uri {
    return vscode.Uri.joinPath(this.source, "..");
  }

  /** Gives the panel up, closed or to another controller; whether its page listens. */
  release(): boolean {
    const { isLive } = this.screen;
    this.screen.isLive = false;
    this.flow.close();
    this.proposals.dispose();
    this.outdated.dispose();
    this.live.dispose();
    this.checks.dispose();
    for (const listener of this.listeners) listener.dispose();
    return isLive;
  }

  /** Takes a page over that another controller filled. */
  takeOver(isLive: boolean): void {
    if (isLive) this.greet();
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

  /** Shows the panel without taking the cursor from the text. */
  bringToFront(): void {
    this.panel.reveal(undefined, true);
  }

  /** Brings the panel to the front; what could not be shown is tried again. */
  reveal(): void {
    this.panel.reveal();
    if (["problem", "choose-data", "choose-model", "first-run"].includes(this.screen.content.kind)) this.visualize();
  }

  /** Writes the study of what is shown to a file, never over another one unasked, and opens it. */
  async saveAsStudy(): Promise<void> {
    const study = this.trail.isChanged
      ? this.screen.snapshot?.header.study
      : (this.proposals.last ?? this.screen.snapshot?.header)?.study;
    if (study === undefined) return;
    const { source, worker } = this.parts;
    const origins = this.proposals.last?.origins ?? {};
    await saveStudy({ study, origins, source, worker, column: this.panel.viewColumn });
  }

  private receive(received: unknown): void {
    const message = readMessage(received);
    if (message === undefined) this.parts.log.warn(`The panel of ${this.name} sent an unknown message`);
    else this.answer(message);
  }

  private answer(message: Exclude<PanelMessage, { readonly kind: "ask" }> | AnyAsk): void {
    switch (message.kind) {
      case "ask":
        return void this.answerAsk(message);
      case "ready":
        return this.greet();
      case "resume":
        return this.flow.perform((cancellation) => this.again("resume", cancellation));
      case "start-over":
        return this.flow.perform((cancellation) => this.again("fresh", cancellation));
      case "run-again":
        return this.runAgain();
      case "run-changed":
        return this.runChanged(message.change);
      case "open-run":
        return this.openRun(message.journal);
      case "go-back":
        return this.goBack(message.journal);
      case "pause":
        return this.pause(message.paused);
      case "cancel":
        return this.flow.cancel();
      case "hurry":
        return this.runner.hurry();
      case "choose-data":
      case "choose-model":
        return void this.proposals.choose(message).catch((error: unknown) => this.parts.log.error(String(error)));
      case "plane":
        return this.visualize(message.plane);
      case "lock":
        return this.parts.onLock(message.locked);
      case "follow-training":
        return this.live.follow(message.on);
      case "stop-comparing":
        return this.parts.onStopComparing(message.source);
      case "run-checks":
        return this.screen.snapshot && void this.checks.start(this.screen.snapshot, message.runs);
      case "stop-checks":
        return this.checks.stop();
      case "dismiss-stale":
        return this.outdated.clear();
      case "save-as-study":
        return void vscode.commands.executeCommand("lossLandscape.saveAsStudy");
      case "show-log":
        return this.parts.log.show(true);
      case "show-engines":
        return void vscode.commands.executeCommand("lossLandscape.showEngines");
      case "reveal":
        if (!this.speaksOf(message.path) && !isSaved(message.path)) return;
        return void revealFile(vscode.Uri.file(message.path));
      case "visualize":
        if (!this.speaksOf(message.path)) return;
        return void vscode.commands.executeCommand("lossLandscape.visualize", vscode.Uri.file(message.path));
      case "copy-text":
        return void vscode.env.clipboard.writeText(message.text);
    }
  }

  /** Whether a file is one that the page knows from here. */
  private speaksOf(file: string): boolean {
    return filesOf(this.screen.content).includes(file) || this.outdated.files.includes(file);
  }

  private async answerAsk(message: AnyAsk): Promise<void> {
    const { source, worker, log } = this.parts;
    const snapshot = this.screen.seen;
    const study = snapshot?.header.study ?? this.proposals.last?.study;
    const propose = (plane: "path" | "random") => this.proposals.describeQuietly(plane);
    const context = { source, worker, log, snapshot, study, propose };
    this.screen.post(await answerAsk(message, context, (error) => this.problemOf(error)));
  }

  /** Gives a page that has just been loaded everything there is. */
  private greet(): void {
    this.screen.isLive = true;
    this.screen.post({ kind: "init", source: this.source.toString(), title: this.name });
    this.screen.post(this.proposals.found);
    this.postTrail();
    this.screen.post({ kind: "following", locked: this.isLocked });
    this.screen.showAll();
    this.screen.post(this.outdated.message);
    this.screen.post(this.checks.message);
    if (this.flow.isWorkerLost) this.screen.post({ kind: "worker", state: "lost" });
    this.postRivals();
    this.parts.onGreet();
  }

  private postRivals(): void {
    if (this.rivals) this.screen.post({ kind: "compare", journals: this.rivals });
    this.rivals = undefined;
  }

  /** A run that is complete or cancelled is measured anew; what has failed is tried again and keeps its points. */
  private runAgain(): void {
    const { snapshot } = this.screen;
    if (snapshot === undefined) return this.trail.isChanged ? this.backOrVisualize() : this.visualize();
    const hasChanged = this.outdated.files.length > 0;
    // Of other files the run is another one, and this one stays as it was before.
    if (hasChanged) this.trail.push(snapshot.journal, snapshot.header, vscode.l10n.t("before the change"));
    const mode = hasChanged || snapshot.status === "failed" ? "resume" : "fresh";
    this.flow.perform((cancellation) => this.again(mode, cancellation));
  }

  /** A changed run that could not be shown leaves the way back. */
  private backOrVisualize(): void {
    const last = this.trail.entries.at(-1);
    if (last) this.goBack(last.journal);
  }

  /** Runs what the files say now, the study as it is shown where it was changed here, otherwise as it is written. */
  private async again(mode: "resume" | "fresh", cancellation: Cancellation): Promise<void> {
    const own = this.trail.isChanged ? this.screen.snapshot?.header.study : undefined;
    if (own) return this.execute(own, mode, cancellation);
    const result = await this.proposals.describe(cancellation);
    if (result.kind !== "ready") return this.proposals.refuse(result);
    await this.execute(result.study, mode, cancellation);
  }

  /** Runs the study that is shown with something different about it; what there is of it already is kept. */
  private runChanged(change: StudyChange): void {
    const { snapshot } = this.screen;
    if (snapshot === undefined) return;
    const { journal, header } = snapshot;
    const params = { study: header.study, change, defaults: studyDefaults(this.source) };
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

  private openRun(journal: string): void {
    const { snapshot } = this.screen;
    if (snapshot === undefined || snapshot.journal === journal) return;
    this.flow.perform((cancellation) => {
      this.trail.push(snapshot.journal, snapshot.header);
      return this.open(journal, cancellation);
    });
  }

  private goBack(journal: string): void {
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
      this.ended({ status: "failed", checks: [], problem: this.problemOf(error) });
    }
  }

  private advance(event: RunEvent): void {
    if (event.kind === "snapshot") this.arrived(event.snapshot);
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
    if (!this.panel.visible && !this.flow.isClosed) notifyEnd(this.name, outcome, () => this.showAgain());
    this.watch();
  }

  private showAgain(): void {
    if (!this.flow.isClosed) this.panel.reveal();
  }

  private watch(): void {
    const { snapshot } = this.screen;
    if (snapshot && !this.flow.isClosed) this.outdated.watch(snapshot, !this.trail.isChanged);
  }

  private pause(paused: boolean): void {
    if (this.runner.pause(paused)) this.screen.pause(paused);
  }

  /** Work on what the files say, to which no other run has led. */
  private begin(work: (cancellation: Cancellation) => Promise<void>): void {
    this.trail.clear();
    this.postTrail();
    this.screen.keep(undefined);
    this.flow.perform(work);
  }

  private problemOf(error: unknown): ReturnType<typeof problemOf> {
    this.parts.log.error(error instanceof Error ? error : String(error));
    return problemOf(error, this.name);
  }

  /** Shows the run with the checkpoints that its training has written since. */
  private grow(snapshot: RunSnapshot): void {
    if (!this.isRunning && this.screen.snapshot?.journal === snapshot.journal)
      this.screen.show({ kind: "snapshot", snapshot });
  }

  private postTrail(): void {
    const { entries, shown } = this.trail;
    this.screen.post({ kind: "trail", entries, ...(shown === undefined ? {} : { shown }) });
  }
}
