import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Point } from "../../../server/protocol/result";
import type { RunEvent } from "../../../server/protocol/requests";
import { evaluatorsOf, isAlive } from "../runs/support/processes";
import { eventually, folderWith, root, ServerClient, smaller } from "./client";

let folder: string;
let model: string;
const clients: ServerClient[] = [];

beforeEach(async () => {
  folder = await folderWith("model.onnx", "test.npz");
  model = path.join(folder, "model.onnx");
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.kill()));
  await rm(folder, { recursive: true });
});

async function start(transport?: "ipc" | "stdio"): Promise<ServerClient> {
  const client = await ServerClient.start(transport);
  clients.push(client);
  return client;
}

/** Preliminary values come in such events too, before any point is measured. */
const hasPoints = (event: RunEvent): boolean => event.kind === "points" && event.progress.measured > 0;

async function pointsIn(client: ServerClient, journal: string | undefined): Promise<readonly Point[]> {
  const opened = await client.open(journal ?? "");
  if (opened.kind !== "run") throw new Error(opened.problem.message);
  return [...opened.snapshot.points].sort((first, second) => first.index - second.index);
}

test("the same requests are answered over the standard streams", async () => {
  const client = await start("stdio");
  const study = smaller(await client.studyOf(model), 3, 50);
  const run = client.run(study);
  expect((await run.outcome).status).toBe("done");
  expect(run.events.some(({ event }) => hasPoints(event))).toBe(true);
  expect(await client.stop()).toBe(0);
});

test("the server killed in mid-run and started again goes on to the same bytes", async () => {
  const first = await start();
  const study = smaller(await first.studyOf(model), 9, 200);
  const aside = { defaults: { resultsFolder: path.join(folder, "undisturbed") } };
  const undisturbed = await pointsIn(first, (await first.run(study, aside).outcome).journal);

  const run = first.run(study);
  run.outcome.catch(() => undefined);
  await run.until((event) => event.kind === "points" && event.progress.measured >= 10);
  const evaluators = first.evaluators();
  expect(evaluators.length).toBeGreaterThan(0);
  await first.kill();
  await eventually(() => !evaluators.some(isAlive), 60_000, "the end of the evaluators");

  const second = await start();
  const described = await second.describe(model);
  if (described.kind !== "ready") throw new Error(described.kind);
  const resumed = second.run(study, { mode: "resume" });
  const outcome = await resumed.outcome;
  expect(outcome.status).toBe("done");
  const [snapshot] = resumed.events.flatMap(({ event }) => (event.kind === "snapshot" ? [event.snapshot] : []));
  expect(snapshot?.points.length).toBeGreaterThanOrEqual(10);
  expect(snapshot?.points.length).toBeLessThan(81);
  const points = await pointsIn(second, outcome.journal);
  expect(points).toHaveLength(81);
  expect(points).toEqual(undisturbed);
});

test("an unfinished run is offered when its study is described again", async () => {
  const client = await start();
  const described = await client.describe(model, { defaults: { grid: { points: [21, 21] } } });
  if (described.kind !== "ready") throw new Error(described.kind);
  expect(described.earlier).toBeUndefined();
  const run = client.run(described.study);
  await run.until(hasPoints);
  run.cancel();
  const { journal } = await run.outcome;
  const again = await client.describe(model, { defaults: { grid: { points: [21, 21] } } });
  if (again.kind !== "ready") throw new Error(again.kind);
  expect(again.earlier).toMatchObject({ journal, total: 441 });
  expect(again.earlier?.measured).toBe((await pointsIn(client, journal)).length);
});

test("shutdown ends the evaluators, and exit the server", async () => {
  const client = await start();
  const run = client.run(smaller(await client.studyOf(model), 51, 500));
  await run.until(hasPoints);
  const evaluators = client.evaluators();
  expect(evaluators.length).toBeGreaterThan(0);
  expect(await client.stop()).toBe(0);
  await eventually(() => !evaluators.some(isAlive), 60_000, "the end of the evaluators");
});

test("the server and its evaluators end when their parent is killed", async () => {
  // The parent is a process of its own here, so that it can be killed.
  const script = `
    const { fork } = require("node:child_process");
    const server = fork(${JSON.stringify(path.join(root, "dist/server.js"))}, ["--node-ipc"]);
    process.send(server.pid);
    process.on("message", (message) => server.send(message));
  `;
  const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [server] = (await once(parent, "message")) as [number];
  const describing = { uri: `file://${model}`, defaults: {} };
  const initialize = { processId: process.pid, rootUri: null, capabilities: {} };
  parent.send({ jsonrpc: "2.0", id: 1, method: "initialize", params: initialize });
  parent.send({ jsonrpc: "2.0", id: 2, method: "lossLandscape/describe", params: describing });
  await eventually(() => evaluatorsOf(server).length > 0, 60_000, "an evaluator");
  const evaluators = evaluatorsOf(server);
  parent.kill("SIGKILL");
  await eventually(() => !isAlive(server) && !evaluators.some(isAlive), 60_000, "the end of the server");
});

test("requests are answered while a surface is computed", async () => {
  const client = await start();
  const run = client.run(smaller(await client.studyOf(model), 51, 500));
  await run.until(hasPoints);
  let isOver = false;
  const over = run.outcome.then(() => {
    isOver = true;
  });
  for (let ping = 0; ping < 100; ping += 1) await client.ping();
  expect(isOver).toBe(false);
  run.cancel();
  await over;
});
