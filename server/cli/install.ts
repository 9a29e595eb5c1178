import { findSources } from "../engines/install/find";
import { prepareOrder } from "../engines/install/install";
import { notInstalled } from "../engines/install/place";
import { enginesFolder, installableLabels } from "../engines/install/places";
import type { InstallOrder, Installable, LibrarySource } from "../protocol/install";
import { installEngine, removeEngine } from "../requests/installEngine";
import { exitCodes } from "./run";
import type { Terminal } from "./terminal";

export interface InstallWish {
  readonly engine: Installable;
  readonly gpu: boolean;
  /** A wheel or folder (absolute), or "official"; found when absent. */
  readonly from?: string;
  /** The person has agreed already. */
  readonly yes: boolean;
}

/** Installs an engine after the person has agreed to what will be done; resolves with the exit code. */
export async function installCommand(wish: InstallWish, terminal: Terminal): Promise<number> {
  const label = installableLabels[wish.engine];
  const order = await orderOf(wish, terminal);
  const { plan } = await prepareOrder(order);
  terminal.note(`To install ${label}:`);
  for (const sentence of plan.sentences) terminal.note(`  ${sentence}`);
  if (!wish.yes) {
    if (!terminal.interactive) {
      terminal.note("Nothing was done. Add --yes to agree.");
      return exitCodes.failed;
    }
    const answer = await terminal.confirm("Install it?");
    if (answer !== true) return answer === undefined ? exitCodes.interrupted : exitCodes.failed;
  }
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  let last = "";
  try {
    const report = await installEngine(order, {
      signal: controller.signal,
      log: terminal.log,
      progress: ({ message, fraction }) => {
        const line = `${String(Math.floor(fraction * 10) * 10).padStart(3)} %  ${message}`;
        if (line !== last) terminal.note(line);
        last = line;
      },
    });
    if (report === undefined) {
      terminal.note("Interrupted. What was done is kept: the same command goes on with it.");
      return exitCodes.interrupted;
    }
    terminal.note(`${report.label} ${report.version} on ${report.device} is installed in ${report.folder}.`);
    return exitCodes.done;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

async function orderOf({ engine, gpu, from }: InstallWish, terminal: Terminal): Promise<InstallOrder> {
  if (engine === "webgpu") return { engine };
  if (from !== undefined) {
    const source: LibrarySource = from === "official" ? { kind: "official" } : { kind: "python", path: from };
    return { engine, gpu, source };
  }
  terminal.note("Looking for a native library …");
  const [best] = await findSources({ gpu });
  if (best) return { engine, gpu, source: best.source };
  throw notInstalled(
    engine,
    `No native library${gpu ? " for CUDA" : ""} was found: TensorFlow.js' own download cannot be reached, and no Python with TensorFlow or pip is active.`,
    "Name a wheel or a site-packages folder of TensorFlow: --from WHEEL|FOLDER.",
  );
}

/** Removes an installed engine; resolves with the exit code. */
export async function removeCommand(engine: Installable, terminal: Terminal): Promise<number> {
  const was = await removeEngine(engine);
  const label = installableLabels[engine];
  terminal.note(
    was ? `${label} was removed from ${enginesFolder()}.` : `${label} is not installed in ${enginesFolder()}.`,
  );
  return was ? exitCodes.done : exitCodes.failed;
}
