import { randomUUID } from "node:crypto";
import path from "node:path";
import * as vscode from "vscode";
import { modelFileName } from "../../server/protocol/modelName";
import { OpenRequest, StudyTextRequest } from "../../server/protocol/requests";
import type { DescribeResult, Origins, RunEvent, RunOutcome } from "../../server/protocol/requests";
import type { Problem } from "../../server/protocol/problem";
import type { RunSnapshot } from "../../server/protocol/result";
import type { Study } from "../../server/protocol/study";
import type { HostMessage, PanelMessage, Question } from "../../webview/protocol/messages";
import { WorkerLostError, WorkerStoppedError } from "../client/lost";
import type { Worker } from "../client/worker";
import { studyDefaults } from "../settings";
import { answerAsk } from "./asks/answer";
import { browseFile, pickFile } from "./chooseFile";
import { advance, conclude, filesOf, withStatus } from "./content";
import type { Content } from "./content";
import { LiveTraining } from "./live";
import { readMessage } from "./messages";
import type { AnyAsk } from "./messages";
import type { Proposer } from "./proposer";
import { revealFile } from "./reveal";
import { isSaved } from "./saved";
import { studyTarget, writeStudy } from "./saveStudy";

type Answer = Extract<PanelMessage, { readonly kind: Question }>;

/**
 * One panel and the model or study that it shows: asks the worker, keeps what there is to show, and tells the page as
 * long as that is visible. A hidden page is gone; when it comes back it says so and gets everything at once.
 */
export class PanelController {
  private content: Content = { kind: "preparing", message: "" };
  /** Whether there is a page that listens. */
  private isLive = false;
  private isWorkerLost = false;
  private isDisposed = false;
  /** One thing at a time; each waits for the one before, which it cancels. */
  private flow: Promise<void> = Promise.resolve();
  private cancellation = new vscode.CancellationTokenSource();
  /** The run that is going on. */
  private run: { readonly token: string; paused: boolean } | undefined;
  /** Goes with a training that writes more checkpoints. */
  private readonly live: LiveTraining;
  /** Data of the last run that was shown. */
  private lastData: string | undefined;
  /** The study that was proposed last. */
  private proposed:
    | {
        readonly study: Study;
        readonly origins: Origins;
        readonly notices: readonly string[];
        readonly plane: "path" | "random" | undefined;
      }
    | undefined;

  constructor(
    private readonly source: vscode.Uri,
    private readonly panel: vscode.WebviewPanel,
    private readonly worker: Worker,
    private readonly proposer: Proposer,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.live = new LiveTraining({ source, worker, log, grown: (snapshot) => this.grow(snapshot) });
    panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    panel.onDidChangeViewState(() => {
      if (!panel.visible) this.isLive = false;
    });
    panel.onDidDispose(() => {
      this.isDisposed = true;
      this.live.dispose();
      this.isLive = false;
      this.cancellation.cancel();
    });
  }

  /** The column in which the panel is in sight. */
  get visibleColumn(): vscode.ViewColumn | undefined {
    return this.panel.visible ? this.panel.viewColumn : undefined;
  }

  /** Whether it is the editor in front. */
  get isActive(): boolean {
    return this.panel.active;
  }

  /** Where it is seen at the moment. */
  get column(): vscode.ViewColumn | undefined {
    return this.panel.visible ? this.panel.viewColumn : undefined;
  }

  /** The run that is shown. */
  get journal(): string | undefined {
    return this.content.kind === "snapshot" ? this.content.snapshot.journal : undefined;
  }

  private get name(): string {
    return modelFileName(this.source.fsPath);
  }

  /** Describes the model and starts, continues or opens its run, as far as that needs no answer from the user. */
  visualize(): void {
    this.perform(async (cancellation) => {
      const result = await this.describe(cancellation);
      if (result.kind !== "ready") return this.refuse(result);
      const { study, earlier } = result;
      if (earlier === undefined) return this.execute(study, "resume", cancellation);
      if (earlier.measured < earlier.total) return this.show({ kind: "offer-resume", earlier });
      await this.open(earlier.journal, cancellation);
      // Every point is there, but the end was not written down.
      if (this.content.kind === "snapshot" && this.content.snapshot.status !== "done")
        await this.execute(study, "resume", cancellation);
    });
  }

  /** Shows the run of a journal, without computing anything. */
  restore(journal: string): void {
    this.perform((cancellation) => this.open(journal, cancellation));
  }

  /** Runs what the files say now: anew, or going on with an unfinished run. What is going on is cancelled. */
  rerun(mode: "resume" | "fresh"): void {
    this.perform((cancellation) => this.again(mode, cancellation));
  }

  /** Shows the panel without taking the cursor from the text. */
  bringToFront(): void {
    this.panel.reveal(undefined, true);
  }

  /** Brings the panel to the front; what could not be shown is tried again. */
  reveal(): void {
    this.panel.reveal();
    if (["problem", "choose-data", "choose-model"].includes(this.content.kind)) this.visualize();
  }

  /** Writes the study of what is shown to a file, never over another one unasked, and opens it. */
  async saveAsStudy(): Promise<void> {
    const shown = this.content.kind === "snapshot" ? this.content.snapshot.header.study : undefined;
    const study = this.proposed?.study ?? shown;
    if (study === undefined) return;
    const target = await studyTarget(this.source);
    if (target === undefined) return;
    const { text } = await this.worker.request(StudyTextRequest, {
      uri: target.toString(),
      study,
      origins: this.proposed?.origins ?? {},
      defaults: studyDefaults(this.source),
    });
    await writeStudy(target, text, this.panel.viewColumn);
  }

  private receive(received: unknown): void {
    const message = readMessage(received);
    if (message === undefined) this.log.warn(`The panel of ${this.name} sent an unknown message`);
    else this.answer(message);
  }

  private answer(message: Exclude<PanelMessage, { readonly kind: "ask" }> | AnyAsk): void {
    switch (message.kind) {
      case "ask":
        return void this.answerAsk(message);
      case "ready":
        return this.greet();
      case "resume":
        return this.rerun("resume");
      case "start-over":
        return this.rerun("fresh");
      case "run-again":
        return this.runAgain();
      case "pause":
        return this.pause(message.paused);
      case "cancel":
        return this.cancellation.cancel();
      case "choose-data":
      case "choose-model":
        return void this.choose(message).catch((error: unknown) => this.log.error(String(error)));
      case "plane":
        this.proposer.plane = message.plane;
        return this.visualize();
      case "save-as-study":
        return void vscode.commands.executeCommand("lossLandscape.saveAsStudy");
      case "show-log":
        return this.log.show(true);
      case "show-engines":
        return void vscode.commands.executeCommand("lossLandscape.showEngines");
      case "reveal":
        if (!filesOf(this.content).includes(message.path) && !isSaved(message.path)) return;
        return void revealFile(vscode.Uri.file(message.path));
      case "visualize":
        if (!filesOf(this.content).includes(message.path)) return;
        return void vscode.commands.executeCommand("lossLandscape.visualize", vscode.Uri.file(message.path));
      case "copy-text":
        return void vscode.env.clipboard.writeText(message.text);
    }
  }

  private async answerAsk(message: AnyAsk): Promise<void> {
    const { source, worker, log, content } = this;
    const snapshot = content.kind === "snapshot" ? content.snapshot : undefined;
    this.post(await answerAsk(message, { source, worker, log, snapshot }, (error) => this.problemOf(error)));
  }

  /** Gives a page that has just been loaded everything there is. */
  private greet(): void {
    this.isLive = true;
    this.post({ kind: "init", source: this.source.toString(), title: this.name });
    this.post(this.found());
    this.post(this.content);
    if (this.isWorkerLost) this.post({ kind: "worker", state: "lost" });
  }

  /** A run that is complete or cancelled is measured anew; what has failed is tried again and keeps its points. */
  private runAgain(): void {
    const { content } = this;
    if (content.kind !== "snapshot") return this.visualize();
    const mode = content.snapshot.status === "failed" ? "resume" : "fresh";
    this.perform((cancellation) => this.again(mode, cancellation));
  }

  /** Runs what the files say now: the study may have been edited, the model trained further. */
  private async again(mode: "resume" | "fresh", cancellation: vscode.CancellationToken): Promise<void> {
    const result = await this.describe(cancellation);
    if (result.kind !== "ready") return this.refuse(result);
    await this.execute(result.study, mode, cancellation);
  }

  private refuse(result: Exclude<DescribeResult, { readonly kind: "ready" }>): void {
    this.show(result);
    if (result.kind === "problem" || !this.panel.visible) return;
    const { kind, candidates } = result;
    void pickFile(kind, candidates, this.panel.title, this.folder).then((file) => this.use(kind, file));
  }

  /** Takes a file, or asks for one: among those that fit where a picture has been drawn with another one. */
  private async choose({ kind: question, path: file, folder }: Answer): Promise<void> {
    if (file !== undefined) return this.use(question, file);
    const title = this.panel.title;
    const candidates = this.content.kind === "snapshot" ? await this.proposer.candidates(question) : [];
    const chosen =
      candidates.length > 0
        ? await pickFile(question, candidates, title, this.folder)
        : await browseFile(question, title, this.folder, folder);
    return this.use(question, chosen);
  }

  private async use(question: Question, file: string | undefined): Promise<void> {
    if (file === undefined || this.isDisposed) return;
    await this.proposer.answer(question, file);
    this.visualize();
  }

  private get folder(): vscode.Uri {
    return vscode.Uri.joinPath(this.source, "..");
  }

  private async describe(cancellation: vscode.CancellationToken): Promise<DescribeResult> {
    this.show({ kind: "preparing", message: vscode.l10n.t("Reading {0}", this.name) });
    const insist = <T>(attempt: () => Promise<T>): Promise<T> => this.insist(cancellation, attempt);
    const result = await this.proposer.propose(this.lastData, insist, cancellation);
    if (result.kind !== "ready") return result;
    const { study, origins, notices, plane } = result;
    this.proposed = { study, origins, notices, plane };
    this.post(this.found());
    for (const notice of notices) this.log.info(`${this.name}: ${notice}`);
    return result;
  }

  private found(): HostMessage {
    return { kind: "found", notices: this.proposed?.notices ?? [], plane: this.proposed?.plane };
  }

  private async open(journal: string, cancellation: vscode.CancellationToken): Promise<void> {
    this.show({ kind: "preparing", message: vscode.l10n.t("Opening {0}", path.basename(journal)) });
    const result = await this.insist(cancellation, () => this.worker.request(OpenRequest, { journal }, cancellation));
    if (result.kind === "problem") return this.show(result);
    this.lastData = result.snapshot.header.data.path;
    this.show({ kind: "snapshot", snapshot: result.snapshot });
  }

  /** Runs the study to its end. A worker that is lost meanwhile goes on with the same journal when it is back. */
  private async execute(
    study: Study,
    first: "resume" | "fresh",
    cancellation: vscode.CancellationToken,
  ): Promise<void> {
    let hasJournal = false;
    const onEvent = (event: RunEvent) => {
      if (event.kind === "snapshot") {
        hasJournal = true;
        this.lastData = event.snapshot.header.data.path;
      }
      this.content = advance(this.content, event);
      this.post(event);
    };
    try {
      const outcome = await this.insist(cancellation, () => {
        // A new name for each attempt, so that nothing late from a lost worker is taken for ours.
        this.run = { token: randomUUID(), paused: this.run?.paused ?? false };
        const mode = hasJournal ? "resume" : first;
        const settled = this.worker.run(
          { study, defaults: studyDefaults(this.source), mode },
          { token: this.run.token, cancellation, onEvent },
        );
        if (this.run.paused) void this.worker.pause(this.run.token, true).catch(() => undefined);
        return settled;
      });
      this.ended(outcome);
    } catch (error) {
      if (cancellation.isCancellationRequested) this.ended({ status: "cancelled", checks: [] });
      else this.ended({ status: "failed", checks: [], problem: this.problemOf(error) });
    } finally {
      this.run = undefined;
    }
  }

  private ended(outcome: RunOutcome): void {
    const hadPicture = this.content.kind === "snapshot";
    this.content = conclude(this.content, outcome);
    if (hadPicture && this.content.kind === "snapshot") {
      const { status, checks, problem } = this.content.snapshot;
      this.post({ kind: "status", status, checks, problem });
    } else this.post(this.content);
    this.live.shown(this.content);
    if (!this.panel.visible && outcome.status !== "cancelled") void this.notify(outcome);
  }

  /** Tells of the end of a run that nobody is looking at. */
  private async notify({ status, problem }: RunOutcome): Promise<void> {
    if (this.isDisposed) return;
    const show = vscode.l10n.t("Show");
    const pressed =
      status === "done"
        ? await vscode.window.showInformationMessage(
            vscode.l10n.t("The loss landscape of {0} is ready.", this.name),
            show,
          )
        : await vscode.window.showWarningMessage(
            vscode.l10n.t("The loss landscape of {0} failed: {1}.", this.name, problem?.title ?? status),
            show,
          );
    if (pressed === show && !this.isDisposed) this.panel.reveal();
  }

  private pause(paused: boolean): void {
    if (this.run === undefined) return;
    this.run.paused = paused;
    this.content = withStatus(this.content, paused ? "paused" : "running");
    if (this.content.kind === "snapshot") {
      const { status, checks } = this.content.snapshot;
      this.post({ kind: "status", status, checks });
    }
    // A worker that is lost at this moment learns of it when it is back.
    this.worker.pause(this.run.token, paused).catch((error: unknown) => this.log.warn(String(error)));
  }

  /** Repeats `attempt` whenever the worker was lost and is back. */
  private async insist<T>(cancellation: vscode.CancellationToken, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof WorkerLostError) || cancellation.isCancellationRequested) throw error;
        this.isWorkerLost = true;
        this.post({ kind: "worker", state: "lost" });
        try {
          await this.worker.back(error);
        } finally {
          this.isWorkerLost = false;
          this.post({ kind: "worker", state: "back" });
        }
        if (cancellation.isCancellationRequested) throw error;
      }
    }
  }

  private perform(work: (cancellation: vscode.CancellationToken) => Promise<void>): void {
    this.cancellation.cancel();
    const cancellation = new vscode.CancellationTokenSource();
    this.cancellation = cancellation;
    this.flow = this.flow.then(async () => {
      if (this.isDisposed) return;
      try {
        await work(cancellation.token);
      } catch (error) {
        // What takes its place will say what there is to see.
        if (this.cancellation !== cancellation) return;
        if (cancellation.token.isCancellationRequested) this.ended({ status: "cancelled", checks: [] });
        else this.show({ kind: "problem", problem: this.problemOf(error) });
      } finally {
        cancellation.dispose();
      }
    });
  }

  /** What to tell of an error that is not one of the models, data or studies: those come as answers. */
  private problemOf(error: unknown): Problem {
    this.log.error(error instanceof Error ? error : String(error));
    if (error instanceof WorkerStoppedError)
      return {
        reason: "worker-lost",
        title: vscode.l10n.t("The worker is not running"),
        message: vscode.l10n.t(
          "The worker that reads and computes {0} ended several times and was not started again.",
          this.name,
        ),
        advice: vscode.l10n.t('Choose "Restart Worker" in the status bar, then try again.'),
      };
    return {
      reason: "internal",
      title: vscode.l10n.t("Something went wrong inside Loss Landscape"),
      message: vscode.l10n.t("An unexpected error stopped the work on {0}.", this.name),
      advice: vscode.l10n.t("Open the log for the details."),
    };
  }

  private show(content: Content): void {
    this.content = content;
    this.post(content);
    this.live.shown(content);
  }

  /** Shows the run with the checkpoints that its training has written since. */
  private grow(snapshot: RunSnapshot): void {
    if (this.run !== undefined || this.content.kind !== "snapshot") return;
    if (this.content.snapshot.journal === snapshot.journal) this.show({ kind: "snapshot", snapshot });
  }

  private post(message: HostMessage): void {
    if (this.isLive) void this.panel.webview.postMessage(message);
  }
}
