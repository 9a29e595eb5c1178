import * as vscode from "vscode";
import { modelFileName } from "../../server/protocol/modelName";
import type { Study } from "../../server/protocol/study";
import type { PanelMessage } from "../../webview/protocol/messages";
import { answerAsk } from "./asks/answer";
import { CheckRuns } from "./checking";
import { filesOf } from "./content";
import { Course } from "./course";
import { Flow } from "./flow";
import { LiveTraining } from "./live";
import { readMessage } from "./messages";
import type { AnyAsk } from "./messages";
import { Outdated } from "./outdated";
import type { PanelParts } from "./parts";
import { Proposals } from "./proposals";
import { remedies } from "./remedies";
import { revealFile } from "./reveal";
import type { ListedRun } from "./runner";
import { isSaved } from "./saved";
import { Screen } from "./screen";
import { saveStudy } from "./saveStudy";
import { problemOf } from "./words";

/**
 * One panel and the model or study that it shows: puts its parts together, does what the page asks for, and tells the page
 * as long as that is visible. A hidden page is gone; when it comes back it says so and gets everything at once.
 */
export class PanelController {
  private isLocked = true;
  private readonly screen: Screen;
  private readonly flow: Flow;
  /** Which run is shown, and what can be done with it. */
  readonly course: Course;
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
      grown: (snapshot) => this.course.grow(snapshot),
    });
    this.screen = new Screen(panel, (content) => this.live.shown(content));
    this.flow = new Flow(worker, {
      worker: (state) => this.screen.post({ kind: "worker", state }),
      failed: (error, isCancelled) => this.course.failed(error, isCancelled),
    });
    const { flow, screen, name, folder } = this;
    const tell = (error: unknown) => this.problemOf(error);
    this.checks = new CheckRuns({ source, name, worker, log, post: (message) => screen.post(message) });
    const onAnswer = (): void => this.course.visualize();
    this.proposals = new Proposals({ name, folder, panel, proposer, flow, screen, log, onAnswer });
    const isRunning = (): boolean => this.course.isRunning;
    const describe = () => this.proposals.describeQuietly();
    this.outdated = new Outdated({ source, worker, screen, log, isRunning, describe });
    const { proposals, outdated } = this;
    this.course = new Course({ ...parts, name, screen, flow, proposals, outdated, problemOf: tell });
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
    return this.course.isRunning;
  }

  /** The run that is going on, for lists of all that are. */
  get listed(): ListedRun {
    return {
      title: this.panel.title,
      isPaused: this.course.isPaused,
      show: () => this.reveal(),
      pause: (paused) => this.course.pause(paused),
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

  /** Shows the panel without taking the cursor from the text. */
  bringToFront(): void {
    this.panel.reveal(undefined, true);
  }

  /** Brings the panel to the front; what could not be shown is tried again. */
  reveal(): void {
    this.panel.reveal();
    if (["problem", "choose-data", "choose-model", "first-run"].includes(this.screen.content.kind))
      this.course.visualize();
  }

  /** Writes the study of what is shown to a file, never over another one unasked, and opens it. */
  async saveAsStudy(): Promise<void> {
    const study = this.course.isChanged
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
        return this.course.repeat("resume");
      case "start-over":
        return this.course.repeat("fresh");
      case "run-again":
        return this.course.runAgain();
      case "run-changed":
        return this.course.change(message.change);
      case "open-run":
        return this.course.openRun(message.journal);
      case "go-back":
        return this.course.goBack(message.journal);
      case "pause":
        return this.course.pause(message.paused);
      case "cancel":
        return this.flow.cancel();
      case "hurry":
        return this.course.hurry();
      case "choose-data":
      case "choose-model":
        return void this.proposals.choose(message).catch((error: unknown) => this.parts.log.error(String(error)));
      case "plane":
        return this.course.visualize(message.plane);
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
      case "remedy":
        return void vscode.commands.executeCommand(remedies[message.remedy]);
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
    this.course.postTrail();
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

  private problemOf(error: unknown): ReturnType<typeof problemOf> {
    this.parts.log.error(error instanceof Error ? error : String(error));
    return problemOf(error, this.name);
  }
}
