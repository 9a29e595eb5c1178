import { fork } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from "vscode-languageserver-protocol/node";
import { DescribeRequest, RunProgressType, RunRequest } from "../../server/protocol/requests";
import type { RunOutcome } from "../../server/protocol/requests";
import type { Report } from "./support/report";

interface Times {
  /** Seconds from the request, with a server that has just been started. */
  readonly described: number;
  readonly firstPoint: number;
  /** The smallest nested grid is complete: the contour can be drawn. */
  readonly firstContour: number;
  readonly full: number;
  readonly outcome: RunOutcome;
}

/** Time from a click to the first contour and to the full 51 × 51 of the sample, with 1 evaluator and with one per core. */
export async function main(report: Report): Promise<void> {
  const samples = path.resolve("media", "samples", "fashion-resnet8");
  const rows: [string, Times][] = [];
  for (const evaluators of [1, availableParallelism()]) {
    const folder = mkdtempSync(path.join(tmpdir(), "loss-landscape-bench-"));
    try {
      cpSync(samples, folder, { recursive: true, filter: (source) => !source.includes(".loss-landscape") });
      rows.push([`${evaluators} evaluator${evaluators > 1 ? "s" : ""}`, await measure(folder, evaluators)]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  for (const [name, { described, firstPoint, firstContour, outcome }] of rows)
    report.line({
      what: `from the click to the first contour, ${name}`,
      value: firstContour,
      unit: "s",
      digits: 2,
      remark: `study ${described.toFixed(2)} s, first point ${firstPoint.toFixed(2)} s (${outcome.status})`,
    });
  for (const [name, { full }] of rows)
    report.line({ what: `51 × 51 of the sample, ${name}`, value: full, unit: "s", digits: 1 });
  const [one, all] = rows;
  if (one !== undefined && all !== undefined)
    report.line({ what: "all cores, of the speed of one", value: one[1].full / all[1].full, unit: "×", digits: 2 });
}

async function measure(folder: string, evaluators: number): Promise<Times> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const server = fork(path.resolve("dist", "server.js"), ["--node-ipc"], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const connection = createMessageConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
  connection.listen();
  try {
    await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
    await connection.sendNotification("initialized", {});
    const uri = pathToFileURL(path.join(folder, "fashion-resnet8.landscape.json")).href;
    const defaults = { compute: { evaluators } };
    const described = await connection.sendRequest(DescribeRequest, { uri, defaults });
    if (described.kind !== "ready") throw new Error(`The sample is not ready to run: ${JSON.stringify(described)}`);
    const times = { described: seconds(), firstPoint: Number.NaN, firstContour: Number.NaN };
    const token = "bench";
    connection.onProgress(RunProgressType, token, (event) => {
      if (event.kind !== "points") return;
      if (Number.isNaN(times.firstPoint)) times.firstPoint = seconds();
      if (event.estimate !== undefined && Number.isNaN(times.firstContour)) times.firstContour = seconds();
    });
    const outcome = await connection.sendRequest(RunRequest, {
      study: described.study,
      defaults,
      mode: "fresh",
      partialResultToken: token,
    });
    return { ...times, full: seconds(), outcome };
  } finally {
    connection.dispose();
    server.kill();
  }
}
