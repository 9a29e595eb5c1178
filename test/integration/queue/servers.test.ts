import { mkdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RunResult } from "../../../server/protocol/result";
import { folderWith } from "../server/client";
import { endAll, start } from "./support/commands";
import { certificateIn, hasRedis, RedisServer } from "./support/redis";

let folder: string;
let expected: RunResult["surfaces"];
const servers: RedisServer[] = [];

/** The surfaces of a run. */
async function surfacesOf(flags: readonly string[]): Promise<RunResult["surfaces"]> {
  const json = path.join(folder, "result.json");
  const study = ["--points", "3", "--samples", "50", "--out", path.join(folder, "results"), "--json", json];
  const { code, err } = await start(["run", path.join(folder, "model.onnx"), ...study, ...flags]).ended;
  expect(code, err).toBe(0);
  return (JSON.parse(await readFile(json, "utf8")) as RunResult).surfaces;
}

async function serverWith(options: Parameters<typeof RedisServer.start>[0]): Promise<RedisServer> {
  const server = await RedisServer.start(options);
  servers.push(server);
  return server;
}

describe.skipIf(!hasRedis)("a queue", () => {
  beforeAll(async () => {
    folder = await folderWith("model.onnx", "test.npz");
    expected = await surfacesOf([]);
  });
  afterEach(async () => {
    await endAll();
    await Promise.all(servers.splice(0).map((server) => server.kill()));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is reached through TLS, by those who trust the server's certificate", async ({ skip }) => {
    const tls = certificateIn(folder);
    if (!tls) return skip("this machine has no OpenSSL to make certificates with");
    const server = await serverWith({ tls });
    const refused = await start(["evaluate", "--queue", server.url]).ended;
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      `The certificate of the Redis server at ${server.label} is not trusted on this machine (DEPTH_ZERO_SELF_SIGNED_CERT).`,
    );
    process.env["NODE_EXTRA_CA_CERTS"] = tls.certificate;
    try {
      const worker = start(["evaluate", "--queue", server.url]);
      expect(await surfacesOf(["--queue", server.url, "--queue-only"])).toEqual(expected);
      await worker.says("The run of model is over");
      expect(worker.err()).not.toContain("Warning");
      expect(await server.leftovers()).toEqual([]);
    } finally {
      delete process.env["NODE_EXTRA_CA_CERTS"];
    }
  });

  test("lies on one node of a cluster; another one says which", async () => {
    const [home, other] = await Promise.all(
      ["home", "other"].map((name) => {
        const cluster = path.join(folder, name);
        mkdirSync(cluster);
        return serverWith({ cluster });
      }),
    );
    await home!.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    const info = String(await home!.command("CONFIG", "GET", "cluster-port"));
    const bus = info.split(",")[1]!;
    await other!.command("CLUSTER", "MEET", "127.0.0.1", String(home!.port), bus);
    for (const node of [home!, other!]) {
      while (!String(await node.command("CLUSTER", "INFO")).includes("cluster_state:ok")) await sleep(50);
    }
    const refused = await start(["evaluate", "--queue", other!.url]).ended;
    expect(refused.code).toBe(1);
    const node = `127.0.0.1:${String(home!.port)}`;
    expect(refused.err).toContain(
      `The Redis server at ${other!.label} belongs to a cluster, which keeps the queue on its node ${node}.`,
    );
    const run = await start([
      ...["run", path.join(folder, "model.onnx"), "--points", "3", "--samples", "50"],
      ...["--out", path.join(folder, "none"), "--queue", other!.url, "--queue-only"],
    ]).ended;
    expect(run.code).toBe(1);
    expect(run.err).toContain(`keeps the queue on its node ${node}`);

    const worker = start(["evaluate", "--queue", home!.url]);
    expect(await surfacesOf(["--queue", home!.url, "--queue-only"])).toEqual(expected);
    await worker.says("The run of model is over");
    expect(await home!.leftovers()).toEqual([]);
  });
});
