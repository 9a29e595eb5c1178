import * as vscode from "vscode";
import { CloseAction, ErrorAction, LanguageClient, State, TransportKind } from "vscode-languageclient/node";
import type {
  LanguageClientOptions,
  RequestType,
  ServerOptions,
  WorkDoneProgressReport,
} from "vscode-languageclient/node";
import { WorkDoneProgress } from "vscode-languageclient/node";
import {
  DefaultsRequest,
  HealthNotification,
  PauseRequest,
  RunProgressType,
  RunRequest,
} from "../../server/protocol/requests";
import type { Health, RunEvent, RunOutcome, RunParams } from "../../server/protocol/requests";
import { queueAddress, studyDefaults, tensorflowFolder } from "../settings";
import { isConnectionFailure, WorkerLostError, WorkerStoppedError } from "./lost";
import { RestartPolicy } from "./restartPolicy";
import { studyLanguage } from "./studies";

/** What the status item shows. */
export interface WorkerState {
  readonly phase: "idle" | "starting" | "running" | "restarting" | "stopped";
  readonly health: Health;
  /** Share of the run that is computing, in percent, when it is known. */
  readonly percent?: number;
}

/** What is needed to follow and steer one run. */
export interface RunHandle {
  /** Chosen by the caller; names the run to `pause`. */
  readonly token: string;
  readonly cancellation: vscode.CancellationToken;
  readonly onEvent: (event: RunEvent) => void;
}

const quiet: Health = { health: "ok", quiescent: true, message: "" };

/**
 * The worker: the language server with everything that computes. It starts with the first request, and again after a
 * crash as long as that does not happen too often.
 */
export class Worker implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private readonly policy = new RestartPolicy(4, 3 * 60_000);
  private readonly changed = new vscode.EventEmitter<WorkerState>();
  private current: WorkerState = { phase: "idle", health: quiet };
  /** Counts the starts that have succeeded. */
  private generation = 0;
  /** Counts the works that were asked for, to tell their progress apart. */
  private works = 0;

  readonly onDidChange = this.changed.event;

  constructor(
    private readonly serverModule: string,
    /** Folder of the engines that are installed beside the extension. */
    private readonly enginesFolder: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get state(): WorkerState {
    return this.current;
  }

  /** Starts the worker, unless it runs. @throws WorkerStoppedError */
  async start(): Promise<void> {
    await this.started();
  }

  /** Asks the worker. @throws WorkerLostError, WorkerStoppedError, or the worker's own refusal. */
  async request<P, R>(type: RequestType<P, R, void>, params: P, token?: vscode.CancellationToken): Promise<R> {
    const client = await this.started();
    const { generation } = this;
    try {
      return await client.sendRequest<R>(type.method, params, token);
    } catch (error) {
      throw isConnectionFailure(error) ? new WorkerLostError(generation) : error;
    }
  }

  /** Asks for work that takes its time; `report` hears how far it is. @throws as `request` */
  async requestWork<P extends { readonly workDoneToken: string }, R>(
    type: RequestType<P, R, void>,
    params: Omit<P, "workDoneToken">,
    token: vscode.CancellationToken,
    report: (progress: WorkDoneProgressReport) => void,
  ): Promise<R> {
    const client = await this.started();
    const workDoneToken = `work-${++this.works}`;
    const listener = client.onProgress(WorkDoneProgress.type, workDoneToken, (progress) => {
      if (progress.kind === "report") report(progress);
    });
    try {
      return await this.request(type, { ...params, workDoneToken } as P, token);
    } finally {
      listener.dispose();
    }
  }

  /**
   * Executes a study; events arrive until the promise settles.
   * @throws WorkerLostError also when the worker was restarted meanwhile, which cancels what it was doing
   */
  async run(params: Pick<RunParams, "study" | "defaults" | "mode">, handle: RunHandle): Promise<RunOutcome> {
    const client = await this.started();
    const { generation } = this;
    const workDoneToken = `${handle.token}-work`;
    const listeners = [
      client.onProgress(RunProgressType, handle.token, handle.onEvent),
      client.onProgress(WorkDoneProgress.type, workDoneToken, (progress) => {
        this.set({ percent: progress.kind === "end" ? undefined : (progress as WorkDoneProgressReport).percentage });
      }),
    ];
    try {
      const all: RunParams = { ...params, partialResultToken: handle.token, workDoneToken };
      const outcome = await client.sendRequest(RunRequest, all, handle.cancellation);
      if (outcome.status === "cancelled" && !handle.cancellation.isCancellationRequested && this.client !== client)
        throw new WorkerLostError(generation);
      return outcome;
    } catch (error) {
      throw isConnectionFailure(error) ? new WorkerLostError(generation) : error;
    } finally {
      for (const listener of listeners) listener.dispose();
    }
  }

  /** Stops a run from measuring more points, or lets it go on. */
  async pause(token: string, paused: boolean): Promise<void> {
    await this.request(PauseRequest, { run: token, paused });
  }

  /** Resolves when the worker runs again after it was lost. @throws WorkerStoppedError when it does not. */
  back(lost: WorkerLostError): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        const isBack = this.generation > lost.generation && this.current.phase === "running";
        if (!isBack && this.current.phase !== "stopped") return;
        subscription.dispose();
        if (isBack) resolve();
        else reject(new WorkerStoppedError());
      };
      const subscription = this.changed.event(settle);
      settle();
    });
  }

  /** Ends the worker, with everything it is doing, and starts a new one. */
  async restart(): Promise<void> {
    this.policy.reset();
    this.log.info("Restarting the worker");
    const { client } = this;
    this.client = undefined;
    this.set({ phase: "restarting", health: quiet, percent: undefined });
    await this.end(client);
    await this.started();
  }

  /** Starts anew with changed settings, if it runs at all. */
  async settingsChanged(): Promise<void> {
    if (this.client !== undefined) await this.restart();
  }

  async stop(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await this.end(client);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async started(): Promise<LanguageClient> {
    if (this.current.phase === "stopped") throw new WorkerStoppedError();
    this.client ??= this.create();
    const { client } = this;
    try {
      await client.start();
    } catch (error) {
      this.log.error(error instanceof Error ? error : String(error));
      this.gaveUp(client);
      throw new WorkerStoppedError();
    }
    return client;
  }

  private create(): LanguageClient {
    const folder = tensorflowFolder();
    const queue = queueAddress();
    const server: ServerOptions = {
      module: this.serverModule,
      transport: TransportKind.ipc,
      options: {
        env: {
          LOSS_LANDSCAPE_ENGINES: this.enginesFolder,
          ...(folder === "" ? {} : { LOSS_LANDSCAPE_TFJS_NODE: folder }),
          ...(queue === "" ? {} : { LOSS_LANDSCAPE_QUEUE: queue }),
        },
      },
    };
    const options: LanguageClientOptions = {
      documentSelector: [{ language: studyLanguage, scheme: "file" }],
      synchronize: { configurationSection: "lossLandscape" },
      outputChannel: this.log,
      // Health is shown in the status item, not in messages.
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (_error, _message, count) => ({
          action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
          handled: true,
        }),
        closed: () => this.closed(client),
      },
    };
    const client = new LanguageClient("lossLandscape", "Loss Landscape", server, options);
    client.onNotification(HealthNotification, (health) => {
      if (this.client === client) this.set({ health });
    });
    client.onRequest(DefaultsRequest, ({ uri }) => studyDefaults(vscode.Uri.parse(uri, true)));
    client.onDidChangeState(({ newState }) => {
      if (this.client !== client) return;
      if (newState === State.Running) {
        this.generation += 1;
        this.set({ phase: "running" });
      } else if (newState === State.Starting && this.current.phase === "idle") {
        this.set({ phase: "starting" });
      }
    });
    return client;
  }

  private closed(client: LanguageClient): { action: CloseAction; handled: true; message?: string } {
    const asked = this.client !== client;
    if (!asked && this.policy.crashed()) {
      this.set({ phase: "restarting", health: quiet, percent: undefined });
      return { action: CloseAction.Restart, handled: true, message: "The worker ended and is being started again." };
    }
    if (!asked) this.gaveUp(client);
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  private gaveUp(client: LanguageClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    const message = vscode.l10n.t("The worker ended several times. Restart it from here.");
    this.log.error("The worker ended too often and is not started again by itself.");
    this.set({ phase: "stopped", health: { health: "error", quiescent: true, message }, percent: undefined });
  }

  private async end(client: LanguageClient | undefined): Promise<void> {
    try {
      await client?.dispose();
    } catch (error) {
      this.log.warn(`The worker did not end in good order: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private set(change: Partial<WorkerState>): void {
    this.current = { ...this.current, ...change };
    this.changed.fire(this.current);
  }
}
