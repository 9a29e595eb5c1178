import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CancellationTokenSource, WorkDoneProgress } from "vscode-languageserver-protocol/node";
import type { CancellationToken } from "vscode-languageserver-protocol/node";
import { InstallRequest, PlanRequest, RemoveRequest } from "../../../server/protocol/install";
import { EnginesRequest } from "../../../server/protocol/requests";
import { ServerClient } from "./client";

let folder: string;
let client: ServerClient;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "loss-landscape-engines-"));
  vi.stubEnv("LOSS_LANDSCAPE_ENGINES", folder);
  // A registry that answers nobody, and nothing of it kept.
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
  vi.stubEnv("npm_config_fetch_retries", "0");
  vi.stubEnv("npm_config_cache", path.join(folder, "cache"));
  client = await ServerClient.start();
});
afterEach(async () => {
  await client.kill();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const engines = (): string[] => readdirSync(folder).filter((name) => name !== "cache");

test("a plan says what would be downloaded, and a bad source is refused in words", async () => {
  const plan = await client.connection.sendRequest(PlanRequest, { engine: "webgpu" });
  expect(plan).toMatchObject({
    kind: "plan",
    sentences: [expect.stringContaining("npm downloads webgpu"), expect.stringContaining(folder)],
  });
  const source = { kind: "python", path: path.join(folder, "none.whl") } as const;
  const refused = await client.connection.sendRequest(PlanRequest, { engine: "tensorflow", source, gpu: false });
  expect(refused).toMatchObject({ kind: "problem", problem: { message: `${source.path} does not exist.` } });
  expect(engines()).toEqual([]);
});

test("what npm cannot download is told in one sentence, with its progress until then", async () => {
  const heard: string[] = [];
  client.connection.onProgress(WorkDoneProgress.type, "token", ({ kind }) => void heard.push(kind));
  const params = { order: { engine: "webgpu" }, workDoneToken: "token" } as const;
  const result = await client.connection.sendRequest(InstallRequest, params);
  expect(result).toMatchObject({
    kind: "problem",
    problem: { message: expect.stringMatching(/^npm could not install webgpu@\S+: .*ECONNREFUSED/) as string },
  });
  expect(heard).toEqual(["begin", "report", "end"]);
  expect(engines()).toEqual(["webgpu.unfinished"]);
});

test("a cancelled installation ends, and leaves the place free for the next one", async () => {
  const source = new CancellationTokenSource();
  const params = { order: { engine: "webgpu" }, workDoneToken: "token" } as const;
  client.connection.onProgress(WorkDoneProgress.type, "token", ({ kind }) => {
    if (kind === "report") source.cancel();
  });
  const result = await client.connection.sendRequest(InstallRequest, params, source.token as CancellationToken);
  expect(result).toEqual({ kind: "cancelled" });
  expect(engines()).toEqual(["webgpu.unfinished"]);
  expect(await client.connection.sendRequest(RemoveRequest, { engine: "webgpu" })).toEqual({
    kind: "removed",
    was: true,
  });
  expect(await client.connection.sendRequest(RemoveRequest, { engine: "webgpu" })).toEqual({
    kind: "removed",
    was: false,
  });
  expect(engines()).toEqual([]);
});

test("the engines' report says which installation is damaged", async () => {
  const home = path.join(folder, "tensorflow", "node_modules", "@tensorflow", "tfjs-node");
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, "package.json"), JSON.stringify({ name: "@tensorflow/tfjs-node", main: "index.js" }));
  writeFileSync(path.join(home, "index.js"), `throw new Error("it is broken");`);
  const reports = await client.connection.sendRequest(EnginesRequest, {});
  const report = reports.find(({ name }) => name === "tensorflow");
  // The extension's own packages serve instead, where they have a native library.
  if (report?.state !== "ready") {
    expect(report?.detail).toBe(
      `TensorFlow.js for Node (tfjs-node) in ${path.join(folder, "tensorflow")} could not be started: it is broken.`,
    );
  }
});
