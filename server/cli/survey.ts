import { executionText, isSameExecution, wayTexts } from "../evaluator/execution/rule";
import type { Survey } from "../evaluator/messages";
import type { Execution } from "../protocol/study";
import { surveyModel } from "../requests/survey";
import type { Surveyed, SurveyedDivision } from "../requests/survey";
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

/** Processes that share the points in an execution as it was timed: other processors are used by one alone. */
function processesOf({ usual }: Surveyed, { provider }: Execution): number {
  return provider === "cpu" ? usual.evaluators : 1;
}

function jsonOf(surveyed: Surveyed): object {
  const { study, model, survey } = surveyed;
  const { engine, samples, execution, why, remembered, isStated, isTimedNow, timings, dropped } = survey;
  const { division } = surveyed;
  return {
    model: model.model,
    data: study.data,
    samples,
    engine,
    chosen: {
      ...execution,
      threads: division?.threads ?? execution.threads,
      processes: division?.evaluators ?? processesOf(surveyed, execution),
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
    ...(division ? { division: divisionJson(division) } : {}),
  };
}

function divisionJson({ evaluators, threads, why, found, isRemembered, timings }: SurveyedDivision): object {
  return {
    processes: evaluators,
    threads,
    why,
    ...(isRemembered ? { remembered: found } : {}),
    timings: timings.map((timed) => ({
      processes: timed.evaluators,
      threads: timed.threads,
      milliseconds: { perPoint: timed.perPoint },
      pointsPerSecond: 1000 / timed.perPoint,
      isChosen: timed.threads === threads,
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
    ...divisionLines(surveyed.division),
  ];
  const notUsed = dropped.map((each) => `Not used: ${executionText(each.execution)}; ${each.reason}.`);
  const tables = [tableOf(surveyed), ...(surveyed.division ? [divisionTable(surveyed.division)] : [])];
  return [...lines, "", ...tables, ...notUsed.map((line) => `${line}\n`)].join("\n").replace(/\n+$/, "\n");
}

function originText({ isStated, remembered, isTimedNow }: Survey): string {
  if (isStated) return "The study says so; what else was timed is for comparison.";
  if (remembered === undefined) return "Found out now, and remembered for models of this structure.";
  const since = sinceText(remembered);
  return isTimedNow ? `${since} The table was timed now, for comparison.` : since;
}

function sinceText(found: string): string {
  return `Remembered since ${found.slice(0, 16).replace("T", " ")} UTC; --anew times it again.`;
}

function divisionLines(division: SurveyedDivision | undefined): readonly string[] {
  if (!division) return [];
  const { why, found, isRemembered } = division;
  return [
    `Cores   ${why}`,
    `        ${isRemembered ? sinceText(found) : "Found out now by all of them at work, and remembered."}`,
  ];
}

/** All processes of a row were at work at the same time. */
function divisionTable({ threads: chosen, timings }: SurveyedDivision): string {
  const rows = timings.map(({ evaluators, threads, perPoint }) => [
    `${evaluators} × ${plural(threads, "thread")}`,
    millisecondsText(perPoint),
    (1000 / perPoint).toPrecision(3),
    threads === chosen ? "chosen" : "",
  ]);
  return tableText([["PROCESSES", "MS A POINT, TOGETHER", "POINTS A SECOND", ""], ...rows]);
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
