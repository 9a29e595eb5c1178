import type { CheckRun, PanelMessage, PanelState } from "../../webview/protocol/messages";
import { isJournal } from "../landscapes/words";
import { readChange } from "./change";
import { readTrail } from "./trail";
import { isRemedy } from "./remedies";

/** A question of the page; whether its name and parameters are known is seen by those who answer. */
export interface AnyAsk {
  readonly kind: "ask";
  readonly id: number;
  readonly ask: string;
  readonly params: unknown;
}

/** What a panel must keep for it to be restored, if `state` has it. */
export function readState(state: unknown): Pick<PanelState, "source" | "journal" | "trail"> | undefined {
  if (!isRecord(state) || state.version !== 1 || typeof state.source !== "string") return undefined;
  const { source, journal } = state;
  return { source, journal: typeof journal === "string" ? journal : undefined, trail: readTrail(state.trail) };
}

/** The message that a panel sent, if it is one; a page is never trusted to send what its types promise. */
export function readMessage(message: unknown): Exclude<PanelMessage, { readonly kind: "ask" }> | AnyAsk | undefined {
  if (!isRecord(message)) return undefined;
  const { kind, path, paused, text } = message;
  switch (kind) {
    case "ready":
    case "resume":
    case "start-over":
    case "run-again":
    case "cancel":
    case "stop-checks":
    case "hurry":
    case "dismiss-stale":
    case "show-log":
    case "show-engines":
    case "save-as-study":
      return { kind };
    case "run-changed": {
      const change = readChange(message.change);
      return change === undefined ? undefined : { kind, change };
    }
    case "run-checks": {
      const runs = readChecks(message.runs);
      return runs === undefined ? undefined : { kind, runs };
    }
    case "open-run": {
      const { journal } = message;
      return isJournal(journal) ? { kind, journal } : undefined;
    }
    case "go-back":
      return typeof message.journal === "string" ? { kind, journal: message.journal } : undefined;
    case "lock":
      return typeof message.locked === "boolean" ? { kind, locked: message.locked } : undefined;
    case "follow-training":
      return typeof message.on === "boolean" ? { kind, on: message.on } : undefined;
    case "stop-comparing":
      return typeof message.source === "string" ? { kind, source: message.source } : undefined;
    case "plane": {
      const { plane } = message;
      return plane === "path" || plane === "random" ? { kind, plane } : undefined;
    }
    case "pause":
      return typeof paused === "boolean" ? { kind, paused } : undefined;
    case "choose-data":
    case "choose-model":
      return {
        kind,
        path: typeof path === "string" ? path : undefined,
        ...(message.folder === true ? { folder: true } : {}),
      };
    case "ask": {
      const { id, ask, params } = message;
      return typeof id === "number" && typeof ask === "string" ? { kind, id, ask, params } : undefined;
    }
    case "remedy":
      return isRemedy(message.remedy) ? { kind, remedy: message.remedy } : undefined;
    case "reveal":
    case "visualize":
      return typeof path === "string" ? { kind, path } : undefined;
    case "copy-text":
      return typeof text === "string" ? { kind, text } : undefined;
    default:
      return undefined;
  }
}

function readChecks(value: unknown): readonly CheckRun[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const runs = value.flatMap((each: unknown): CheckRun[] => {
    if (!isRecord(each) || !Array.isArray(each.checks)) return [];
    const checks = each.checks.filter((name): name is string => typeof name === "string");
    const change = readChange(each.change);
    return change === undefined || checks.length < each.checks.length ? [] : [{ checks, change }];
  });
  return runs.length < value.length ? undefined : runs;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
