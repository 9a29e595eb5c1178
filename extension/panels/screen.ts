import * as vscode from "vscode";
import type { RunEvent, RunOutcome } from "../../server/protocol/requests";
import type { RunSnapshot } from "../../server/protocol/result";
import type { HostMessage } from "../../webview/protocol/messages";
import { advance, conclude, hasPicture, isProvisional, withStatus } from "./content";
import type { Content } from "./content";
import { packed } from "./packed";
import { preparingText } from "./words";

/**
 * What a panel shows, told to its page as long as that is visible. Of a changed run the first picture is waited for, with
 * the one that it comes from in sight.
 */
export class Screen {
  content: Content = { kind: "preparing", message: "" };
  /** Whether there is a page that listens. */
  isLive = false;
  private behind: RunSnapshot | undefined;
  /** What is shown again when the run ends before it has a journal. */
  private before: RunSnapshot | undefined;

  /** @param shown told of the content whenever it is another, or its run has ended. */
  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly shown: (content: Content) => void,
  ) {}

  /** The run that is shown, or that is being measured behind the one that is; none before there is a journal of it. */
  get snapshot(): RunSnapshot | undefined {
    return this.content.kind === "snapshot" && !isProvisional(this.content) ? this.content.snapshot : undefined;
  }

  /** The run whose picture is seen. */
  get seen(): RunSnapshot | undefined {
    return this.behind ?? this.snapshot;
  }

  show(content: Content): void {
    this.content = content;
    this.post(content);
    this.shown(content);
  }

  post(message: HostMessage): void {
    if (this.isLive) void this.panel.webview.postMessage(message);
  }

  /** Keeps the picture of a run until that of the next one is there. */
  keep(snapshot: RunSnapshot | undefined): void {
    const isOver = snapshot && snapshot.status !== "running" && snapshot.status !== "paused";
    this.behind = snapshot && { ...snapshot, status: isOver ? snapshot.status : "cancelled" };
    this.before = this.behind;
  }

  /** Everything for a page that has just been loaded. */
  showAll(): void {
    if (this.behind === undefined) return this.post(this.content);
    this.post({ kind: "snapshot", snapshot: this.behind });
    this.post(this.content.kind === "preparing" ? this.content : firstPicture());
  }

  advance(event: RunEvent): void {
    if (event.kind === "preparing") {
      const canHurry = (event.ahead?.length ?? 0) > 1 ? { canHurry: true as const } : {};
      return this.show({ kind: "preparing", message: preparingText(event), ...canHurry });
    }
    this.content = advance(this.content, event);
    if (this.behind === undefined) return this.post(packed(event));
    if (!hasPicture(this.content)) return event.kind === "snapshot" ? this.post(firstPicture()) : undefined;
    this.behind = undefined;
    this.post(this.content);
  }

  /** @returns false for a run that was cancelled before anything could take the place of what was there. */
  conclude(outcome: RunOutcome): boolean {
    const { behind, before } = this;
    this.behind = this.before = undefined;
    const hasTakenPlace = hasPicture(this.content) && !isProvisional(this.content);
    if (before && outcome.status === "cancelled" && !hasTakenPlace) {
      this.show({ kind: "snapshot", snapshot: before });
      return false;
    }
    const hadPicture = this.snapshot !== undefined && behind === undefined;
    this.content = conclude(this.content, outcome);
    if (hadPicture && this.content.kind === "snapshot") {
      const { status, checks, problem } = this.content.snapshot;
      this.post({ kind: "status", status, checks, problem });
    } else this.post(this.content);
    this.shown(this.content);
    return true;
  }

  pause(paused: boolean): void {
    this.content = withStatus(this.content, paused ? "paused" : "running");
    const { snapshot } = this;
    if (snapshot && !this.behind) this.post({ kind: "status", status: snapshot.status, checks: snapshot.checks });
  }
}

function firstPicture(): HostMessage {
  return { kind: "preparing", message: vscode.l10n.t("Measuring the first picture") };
}
