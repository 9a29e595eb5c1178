import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** Whether this machine has a Redis server; `npm test` installs one where it may. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export interface JobState {
  readonly isPaused: boolean;
  /** How many jobs are with workers. */
  readonly active: number;
}

const password = "s3cret of the tests";

/** A Redis server of its own on a free port, which keeps nothing on disk. */
export class RedisServer {
  private constructor(
    private readonly port: number,
    private child: ChildProcess,
  ) {}

  static async start(): Promise<RedisServer> {
    const port = await freePort();
    const server = new RedisServer(port, begin(port));
    await server.answering();
    return server;
  }

  /** With the password. */
  get url(): string {
    return this.urlWith(password);
  }

  /** Without it. */
  get label(): string {
    return `redis://127.0.0.1:${String(this.port)}/0`;
  }

  urlWith(secret: string): string {
    return `redis://:${encodeURIComponent(secret)}@127.0.0.1:${String(this.port)}`;
  }

  /** What is kept of runs and their jobs. */
  async leftovers(): Promise<readonly string[]> {
    const client = this.client();
    try {
      const keys = await client.keys("*");
      const runs = await client.zcard("{loss-landscape}:runs:prioritized");
      const waiting = await client.llen("{loss-landscape}:runs:wait");
      return [...keys.filter((key) => key.includes("jobs-")), ...Array<string>(runs + waiting).fill("run")];
    } finally {
      client.disconnect();
    }
  }

  /** Resolves when the jobs of the one run that is going on are in such a state. */
  async until(test: (jobs: JobState) => boolean, what: string): Promise<void> {
    const client = this.client();
    try {
      for (const end = performance.now() + 60_000; ;) {
        const [meta] = await client.keys("*:jobs-*:meta");
        const base = meta?.replace(/:meta$/, "") ?? "none";
        const isPaused = (await client.hexists(`${base}:meta`, "paused")) === 1;
        if (test({ isPaused, active: await client.llen(`${base}:active`) })) return;
        if (performance.now() > end) throw new Error(`${what}: not within a minute`);
      }
    } finally {
      client.disconnect();
    }
  }

  /** Ends it as a crash would; everything in it is lost. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }

  /** Starts it again, empty. */
  async restart(): Promise<void> {
    this.child = begin(this.port);
    await this.answering();
  }

  private client(): Redis {
    return new Redis(this.url, { retryStrategy: () => null, lazyConnect: true });
  }

  private async answering(): Promise<void> {
    const answers = async (): Promise<boolean> => {
      const client = this.client();
      client.on("error", () => {});
      try {
        await client.connect();
        return (await client.ping()) === "PONG";
      } catch {
        return false;
      } finally {
        client.disconnect();
      }
    };
    while (!(await answers())) await sleep(20);
  }
}

function begin(port: number): ChildProcess {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  return spawn("redis-server", [...options, "--requirepass", password], { stdio: "ignore" });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
