import { fork } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  CancellationTokenSource,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
} from "vscode-languageserver-protocol/node";
import type { MessageConnection } from "vscode-languageserver-protocol/node";
import { DescribeRequest, RunProgressType, RunRequest } from "../../server/protocol/requests";
import type { RunOutcome } from "../../server/protocol/requests";
import { repeatedNpz } from "../support/repeated";
import type { Report } from "./support/report";

/** Seconds from the click. */
interface Times {
  readonly described: number;
  /** The header is known, and with it the loss of the model itself over all samples. */
  readonly header: number;
  /** There is a picture made of a part of the samples; NaN where none was made. */
  readonly preliminary: number;
  /** The first nested grid is measured with all samples. */
  readonly firstContour: number;
  /** All points; NaN where the run was stopped after the first contours. */
  readonly full: number;
  readonly outcome: RunOutcome;
}

interface Case {
  readonly name: string;
  readonly evaluators: number;
  /** How many times the sample's data are taken one after another. */
  readonly copies: number;
  /** Whether the server has been there for a while. */
  readonly warm: boolean;
  /** Whether the run goes on to its end. */
  readonly whole: boolean;
}

/** Milliseconds after which a server has everything ready that it gets ready by itself. */
const settled = 3000;

/**
 * Time from a click to the first contours of the sample: with a server that has just been started and one that waits, with
 * one evaluator and one per core, and with ten and a hundred times as many samples, of which the first picture takes a part
 * before the model's own loss over all of them is known. Whole runs show the speed-up of all cores over one.
 */
export async function main(report: Report): Promise<void> {
  const cores = availableParallelism();
  const cases: readonly Case[] = [
    { name: "1 evaluator, cold", evaluators: 1, copies: 1, warm: false, whole: true },
    { name: `${cores} evaluators, cold`, evaluators: cores, copies: 1, warm: false, whole: true },
    { name: `${cores} evaluators, warm`, evaluators: cores, copies: 1, warm: true, whole: false },
    { name: `${cores} evaluators, cold, 5,000 samples`, evaluators: cores, copies: 10, warm: false, whole: false },
    { name: `${cores} evaluators, warm, 5,000 samples`, evaluators: cores, copies: 10, warm: true, whole: false },
    { name: `1 evaluator, warm, 50,000 samples`, evaluators: 1, copies: 100, warm: true, whole: false },
    { name: `${cores} evaluators, warm, 50,000 samples`, evaluators: cores, copies: 100, warm: true, whole: false },
  ];
  const full: number[] = [];
  for (const each of cases) {
    const times = await measure({ ...each, whole: each.whole && !report.quick });
    const { described, header, preliminary, firstContour, outcome } = times;
    const isPreliminary = preliminary < firstContour;
    report.line({
      what: `from the click to the first picture, ${each.name}`,
      value: isPreliminary ? preliminary : firstContour,
      unit: "s",
      digits: 2,
      goal: { atMost: each.warm && each.copies === 1 ? 1 : 3 },
      remark:
        `study ${described.toFixed(2)} s, header ${header.toFixed(2)} s, ` +
        `${isPreliminary ? "preliminary" : "all samples"} (${outcome.status}; load ${loadavg()[0]!.toFixed(1)})`,
    });
    if (isPreliminary) {
      const line = (what: string, value: number): void =>
        report.line({ what: `from the click to ${what}, ${each.name}`, value, unit: "s", digits: 2 });
      line("the model's own loss over all samples", header);
      line("the first contour of all samples", firstContour);
    }
    if (Number.isNaN(times.full)) continue;
    full.push(times.full);
    report.line({ what: `51 × 51 of the sample, ${each.name}`, value: times.full, unit: "s", digits: 1 });
  }
  const [one, all] = full;
  if (one !== undefined && all !== undefined)
    report.line({ what: "all cores, of the speed of one", value: one / all, unit: "×", digits: 2 });
}

async function measure({ evaluators, copies, warm, whole }: Case): Promise<Times> {
  const folder = mkdtempSync(path.join(tmpdir(), "loss-landscape-bench-"));
  cpSync(path.resolve("media", "samples", "fashion-resnet8"), folder, {
    recursive: true,
    filter: (source) => !source.includes(".loss-landscape"),
  });
  const data = path.join(folder, "test.npz");
  if (copies > 1) writeFileSync(data, repeatedNpz(data, 500 * copies));
  let started = performance.now();
  const server = fork(path.resolve("dist", "server.js"), ["--node-ipc"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.listen();
  try {
    await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
    await connection.sendNotification("initialized", {});
    if (warm) {
      await sleep(settled);
      started = performance.now();
    }
    return await click(connection, folder, { evaluators, samples: 500 * copies, whole, started });
  } finally {
    connection.dispose();
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Click extends Pick<Case, "evaluators" | "whole"> {
  readonly samples: number;
  readonly started: number;
}

async function click(
  connection: MessageConnection,
  folder: string,
  { evaluators, samples, whole, started }: Click,
): Promise<Times> {
  const seconds = (): number => (performance.now() - started) / 1000;
  const uri = pathToFileURL(path.join(folder, "fashion-resnet8.landscape.json")).href;
  const defaults = { compute: { evaluators } };
  const described = await connection.sendRequest(DescribeRequest, { uri, defaults });
  if (described.kind !== "ready") throw new Error(`The sample is not ready to run: ${JSON.stringify(described)}`);
  const times = { described: seconds(), header: NaN, preliminary: NaN, firstContour: NaN };
  const cancellation = new CancellationTokenSource();
  const token = "bench";
  connection.onProgress(RunProgressType, token, (event) => {
    const isSnapshot = event.kind === "snapshot";
    if (isSnapshot && !event.snapshot.isProvisional) times.header = seconds();
    const { estimate } = isSnapshot ? event.snapshot : event.kind === "points" ? event : {};
    if (estimate?.preliminary && Number.isNaN(times.preliminary)) times.preliminary = seconds();
    if (event.kind !== "points" || estimate === undefined) return;
    if (event.progress.measured < 9 || !Number.isNaN(times.firstContour)) return;
    times.firstContour = seconds();
    if (!whole) cancellation.cancel();
  });
  const study = { ...described.study, data: { ...described.study.data, samples } };
  const params = { study, defaults, mode: "fresh", partialResultToken: token } as const;
  const outcome = await connection.sendRequest(RunRequest, params, cancellation.token);
  return { ...times, full: whole ? seconds() : NaN, outcome };
}
