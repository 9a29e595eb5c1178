import { executionText, isSameExecution, wayTexts } from "../evaluator/execution/rule";
import type { Survey } from "../evaluator/messages";
import type { Execution } from "../protocol/study";
import { surveyModel } from "../requests/survey";
import type { Surveyed } from "../requests/survey";
import { executionMemoryFile } from "../runs/executionMemory";
import type { SurveyCommand } from "./commands";
import { toJson, writeOutput } from "./output";
import { exitCodes } from "./run";
import type { Terminal } from "./terminal";
import { countText, plural, tableText } from "./words";

/** Tells how the points of a model are measured on this machine, and what was timed; resolves with the exit code. */
export async function surveyCommand({ file, data, anew, json }: SurveyCommand, terminal: Terminal): Promise<number> {
  const surveyed = await surveyModel({
    file,
    ...(data === undefined ? {} : { data }),
    memory: executionMemoryFile(),
    anew,
    log: terminal.log,
  });
  if (surveyed.kind !== "surveyed") {
    const advice =
      surveyed.kind === "choose-data" ? "Name the data with --data FILE." : "Name the model itself with --model FILE.";
    terminal.note(`loss-landscape: ${surveyed.reason}\n${advice}`);
    return exitCodes.failed;
  }
  for (const notice of surveyed.notices) terminal.note(notice);
  if (json !== undefined) await writeOutput(json, toJson(jsonOf(surveyed)), terminal);
  if (json !== "-") terminal.result(textOf(surveyed));
  return exitCodes.done;
}

/** Processes that share the points in an execution: other processors are used by one alone. */
function processesOf({ evaluators }: Surveyed, { provider }: Execution): number {
  return provider === "cpu" ? evaluators : 1;
}

function jsonOf(surveyed: Surveyed): object {
  const { study, model, survey } = surveyed;
  const { engine, samples, execution, why, remembered, isStated, isTimedNow, timings, dropped } = survey;
  return {
    model: model.model,
    data: study.data,
    samples,
    engine,
    chosen: {
      ...execution,
      processes: processesOf(surveyed, execution),
      why,
      isStated,
      ...(remembered ? { remembered } : {}),
    },
    isTimedNow,
    timings: timings.map(({ execution: timed, setUp, run, perPoint }) => ({
      ...timed,
      processes: processesOf(surveyed, timed),
      milliseconds: { perPoint, setUp, perBatch: run },
      isChosen: isSameExecution(timed, execution),
    })),
    dropped: dropped.map(({ execution: { provider, way, batchSize, threads }, reason }) => ({
      provider,
      way,
      batchSize,
      threads,
      reason,
    })),
  };
}

function textOf(surveyed: Surveyed): string {
  const { study, model, survey } = surveyed;
  const { engine, samples, execution, why, dropped } = survey;
  const splits = [study.data, ...(study.splits ?? [])].map(({ split }) => split).join(" and ");
  const { name, format, parameters } = model.model;
  const lines = [
    `Model   ${name} (${format}), ${countText(parameters)} parameters`,
    `Data    ${plural(samples, "sample")} of ${splits}`,
    `Engine  ${engine.label} ${engine.version} on ${engine.device} (${engine.why})`,
    `Points  ${executionText(execution)}: ${why}`,
    `        ${originText(survey)}`,
  ];
  const notUsed = dropped.map((each) => `Not used: ${executionText(each.execution)}; ${each.reason}.`);
  return [...lines, "", tableOf(surveyed), ...notUsed.map((line) => `${line}\n`)].join("\n").replace(/\n+$/, "\n");
}

function originText({ isStated, remembered, isTimedNow }: Survey): string {
  if (isStated) return "The study says so; what else was timed is for comparison.";
  if (remembered === undefined) return "Found out now, and remembered for models of this structure.";
  const since = `Remembered since ${remembered.slice(0, 16).replace("T", " ")} UTC; --anew times it again.`;
  return isTimedNow ? `${since} The table was timed now, for comparison.` : since;
}

function tableOf(surveyed: Surveyed): string {
  const { execution: chosen, timings } = surveyed.survey;
  const rows = timings.map(({ execution, perPoint, setUp, run }) => [
    wayTexts[execution.way],
    String(execution.batchSize),
    execution.provider,
    `${processesOf(surveyed, execution)} × ${plural(execution.threads, "thread")}`,
    millisecondsText(perPoint),
    millisecondsText(setUp),
    millisecondsText(run),
    isSameExecution(execution, chosen) ? "chosen" : "",
  ]);
  const title = ["WAY", "BATCH", "ON", "PROCESSES", "MS A POINT", "OTHER WEIGHTS", "A BATCH", ""];
  return tableText([title, ...rows]);
}

/** Three significant digits. */
function millisecondsText(milliseconds: number): string {
  return milliseconds < 100 ? milliseconds.toPrecision(3) : milliseconds.toFixed(0);
}
