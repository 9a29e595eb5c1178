import type { Problem } from "../../server/protocol/problem";
import type { RunEvent, RunOutcome } from "../../server/protocol/requests";
import type { Point, RunSnapshot, RunStatus } from "../../server/protocol/result";
import type { HostMessage } from "../../webview/protocol/messages";

/** What a panel shows, as the one message that draws it from nothing. */
export type Content = Extract<
  HostMessage,
  {
    readonly kind: "preparing" | "first-run" | "snapshot" | "problem" | "offer-resume" | "choose-data" | "choose-model";
  }
>;

/** The content after an event of its run. */
export function advance(content: Content, event: RunEvent): Content {
  switch (event.kind) {
    case "preparing":
      return { kind: "preparing", message: event.message };
    case "snapshot":
      return event;
    case "points": {
      // Points belong to the snapshot that came before them.
      if (content.kind !== "snapshot") return content;
      const { snapshot } = content;
      return {
        kind: "snapshot",
        snapshot: {
          ...snapshot,
          points: merge(snapshot.points, event.points),
          estimate: event.estimate ?? snapshot.estimate,
          furtherEstimates: event.furtherEstimates ?? snapshot.furtherEstimates,
          progress: event.progress,
        },
      };
    }
    case "extras": {
      if (content.kind !== "snapshot") return content;
      const { extras, progress } = event;
      return { kind: "snapshot", snapshot: { ...content.snapshot, extras, progress } };
    }
  }
}

/** The content after the end of its run; what was measured stays. */
export function conclude(content: Content, outcome: RunOutcome): Content {
  if (content.kind !== "snapshot" || isProvisional(content)) {
    const problem = outcome.problem ?? cancelledEarly;
    return { kind: "problem", problem };
  }
  const { snapshot } = content;
  const { status, problem } = outcome;
  const checks = outcome.checks.length > 0 ? outcome.checks : snapshot.checks;
  const progress = { ...snapshot.progress, secondsLeft: undefined };
  return { kind: "snapshot", snapshot: { ...snapshot, status, checks, problem, progress } };
}

/** Whether the content is a run that has no journal yet, of which nothing will be kept if it ends now. */
export function isProvisional(content: Content): boolean {
  return content.kind === "snapshot" && content.snapshot.isProvisional === true;
}

/** Whether the content has a picture of its own: from the first nested grid on, or all that there will be. */
export function hasPicture(content: Content): boolean {
  if (content.kind !== "snapshot") return false;
  const { estimate, status } = content.snapshot;
  return estimate !== undefined || (status !== "running" && status !== "paused");
}

/** The content with another state of its run, if it shows one. */
export function withStatus(content: Content, status: RunStatus): Content {
  return content.kind === "snapshot" ? { kind: "snapshot", snapshot: { ...content.snapshot, status } } : content;
}

/** Files that the content speaks of, and that the panel may therefore ask to be shown. */
export function filesOf(content: Content): readonly string[] {
  if (content.kind === "problem") return content.problem.file === undefined ? [] : [content.problem.file];
  if (content.kind !== "snapshot") return [];
  const { header, journal, problem }: RunSnapshot = content.snapshot;
  const checkpoints = header.trajectory?.checkpoints.map((checkpoint) => checkpoint.path) ?? [];
  const faulty = problem?.file === undefined ? [] : [problem.file];
  return [header.model.path, header.data.path, journal, ...checkpoints, ...faulty];
}

function merge(before: readonly Point[], more: readonly Point[]): readonly Point[] {
  const fresh = new Set(more.map(({ index }) => index));
  return [...before.filter(({ index }) => !fresh.has(index)), ...more];
}

const cancelledEarly: Problem = {
  reason: "cancelled",
  title: "The run was cancelled",
  message: "It was cancelled before its first point was measured.",
  advice: "Start it again whenever you like.",
};
