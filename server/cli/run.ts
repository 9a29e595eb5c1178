import path from "node:path";
import manifest from "../../package.json";
import type { RunOutcome } from "../protocol/requests";
import type { RunSnapshot } from "../protocol/result";
import { describeStudy } from "../requests/describe";
import type { Described } from "../requests/describe";
import { secondsOf } from "../requests/result";
import { toResult } from "../runs/export/json";
import { executionMemoryFile } from "../runs/executionMemory";
import { startRun } from "../runs/run";
import type { RunCommand } from "./commands";
import { toJson, writeOutput } from "./output";
import { ProgressView } from "./progress";
import type { Terminal } from "./terminal";
import { findings } from "./findings";
import { writePicture } from "./picture";
import { countText, durationText, lossText, percentText, plural } from "./words";

/** What to do about weights without an architecture. */
const nameBoth = "Name the model, and these weights with --weights FILE.";

/** Exit codes of the command line. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

type Ready = Extract<Described, { kind: "ready" }>;

/** Measures a study's surface and writes its journal and JSON; resolves with the exit code. */
export async function runCommand(command: RunCommand, terminal: Terminal): Promise<number> {
  const described = await describeStudy({
    file: command.file,
    defaults: { resultsFolder: command.resultsFolder },
    overrides: command.overrides,
    log: terminal.log,
  });
  if (described.kind === "choose-data") {
    terminal.note(`loss-landscape: ${described.reason}\nName the data with --data FILE.`);
    return exitCodes.failed;
  }
  if (described.kind === "choose-model") {
    terminal.note(`loss-landscape: ${described.reason}\n${nameBoth}`);
    return exitCodes.failed;
  }
  for (const notice of described.notices) terminal.note(notice);
  const mode = await chooseMode(command, described, terminal);
  if (mode === undefined) return exitCodes.interrupted;

  const view = new ProgressView(terminal);
  const run = startRun({
    study: described.study,
    mode,
    resultsFolder: described.resultsFolder,
    preliminary: false,
    onEvent: (event) => {
      view.show(event);
    },
    log: terminal.log,
    ...(command.queue
      ? {
          queue: {
            ...command.queue,
            version: manifest.version,
            tell: (sentence: string) => {
              terminal.note(`${sentence}.`);
            },
          },
        }
      : {}),
    memory: executionMemoryFile(),
  });
  const interrupt = (): void => {
    // Whoever asks twice does not want to wait for the first time to be heard.
    process.once("SIGINT", () => process.exit(exitCodes.interrupted));
    view.stop();
    terminal.note("Stopping …");
    run.cancel();
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  const outcome = await run.finished;
  view.stop();
  process.removeListener("SIGINT", interrupt);
  process.removeListener("SIGTERM", interrupt);
  return conclude(command, outcome, run.snapshot(), terminal);
}

/** Whether to continue an earlier run; undefined when the question was interrupted. */
async function chooseMode(
  command: RunCommand,
  { earlier }: Ready,
  terminal: Terminal,
): Promise<"resume" | "fresh" | undefined> {
  if (command.resume) {
    if (earlier === undefined)
      terminal.note("There is no earlier run of this study to continue; a new one is started.");
    return "resume";
  }
  if (earlier === undefined || earlier.measured >= earlier.total) return "fresh";
  const account = `An earlier run of this study measured ${earlier.measured} of ${plural(earlier.total, "point")}`;
  if (!terminal.interactive) {
    terminal.note(`${account}; it is kept aside and a new run is started. With --resume it would be continued.`);
    return "fresh";
  }
  const resume = await terminal.confirm(`${account}. Continue it?`);
  return resume === undefined ? undefined : resume ? "resume" : "fresh";
}

async function conclude(
  command: RunCommand,
  outcome: RunOutcome,
  snapshot: RunSnapshot | undefined,
  terminal: Terminal,
): Promise<number> {
  if (outcome.problem !== undefined) terminal.problem(outcome.problem);
  const { journal } = outcome;
  if (outcome.status !== "done" || journal === undefined || snapshot === undefined) {
    if (journal !== undefined && snapshot !== undefined) {
      const { measured, total } = snapshot.progress;
      terminal.note(`${measured} of ${plural(total, "point")} are kept in ${journal}; --resume continues the run.`);
    }
    return outcome.status === "cancelled" ? exitCodes.interrupted : exitCodes.failed;
  }
  const result = toResult(snapshot, await secondsOf(journal));
  const json = command.json ?? path.join(path.dirname(journal), `${path.parse(journal).name}.json`);
  await writeOutput(json, toJson(result), terminal);
  const say = (line: string): void => {
    if (json === "-") terminal.note(line);
    else terminal.result(`${line}\n`);
  };
  const { seconds, evaluations } = result.timing;
  say(`Centre  loss ${lossText(result.centre.loss)}, accuracy ${percentText(result.centre.accuracy)}`);
  const taken = snapshot.header.takenOver?.points ?? 0;
  const whose = taken === 0 ? "" : `, beside ${countText(taken)} from other runs`;
  say(`Points  ${plural(evaluations, "point")} in ${durationText(seconds)}${whose}`);
  for (const line of findings(result)) say(line);
  for (const check of result.checks.filter(({ level }) => level !== "ok"))
    say(`Check   ${check.level}: ${check.message}`);
  say(`Run     ${journal}`);
  if (command.picture !== undefined) {
    await writePicture(result, command.picture, terminal);
    say(`Picture ${command.picture}`);
  }
  if (json !== "-") say(`JSON    ${json}`);
  return exitCodes.done;
}
