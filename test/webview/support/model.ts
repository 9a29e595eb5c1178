import type { RunStatus } from "../../../server/protocol/result";
import { emptyModel } from "../../../webview/state/model";
import type { RunData } from "../../../webview/state/model";
import { reduce } from "../../../webview/state/reducer";
import { snapshotOf } from "./runs";
import type { Surface } from "./surface";

/** A run of a surface as the panel knows it; complete unless told otherwise. */
export function runOf(surface: Surface, measured?: number, status: RunStatus = "done"): RunData {
  return reduce(emptyModel, { kind: "snapshot", snapshot: snapshotOf(surface, { status, measured }) }).run!;
}
