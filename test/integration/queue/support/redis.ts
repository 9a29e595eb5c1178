import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
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

/** What a server speaks TLS with; files in the format PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface RedisOptions {
  /** Speaks TLS only. */
  readonly tls?: Certificate;
  /** A node of a cluster, in this folder; it has no slots and knows of no other node. */
  readonly cluster?: string;
}

/** A Redis server of its own on a free port, which keeps nothing on disk. */
export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly options: readonly string[],
    private readonly tls: Certificate | undefined,
    private child: ChildProcess,
  ) {}

  static async start({ tls, cluster }: RedisOptions = {}): Promise<RedisServer> {
    const port = await freePort();
    const options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--requirepass", password];
    options.push(...(tls ? ["--port", "0", "--tls-port", String(port)] : ["--port", String(port)]));
    if (tls) options.push("--tls-cert-file", tls.certificate, "--tls-key-file", tls.key, "--tls-auth-clients", "no");
    if (cluster !== undefined) {
      options.push("--cluster-enabled", "yes", "--dir", cluster, "--cluster-port", String(await freePort()));
    }
    const server = new RedisServer(port, options, tls, begin(options));
    await server.answering();
    return server;
  }

  /** Gives a command as its administrator. */
  async command(name: string, ...rest: readonly string[]): Promise<unknown> {
    const client = this.client();
    try {
      return await client.call(name, ...rest);
    } finally {
      client.disconnect();
    }
  }

  /** With the password. */
  get url(): string {
    return this.urlWith(password);
  }

  /** Without it. */
  get label(): string {
    return `${this.scheme}://127.0.0.1:${String(this.port)}/0`;
  }

  urlWith(secret: string): string {
    return `${this.scheme}://:${encodeURIComponent(secret)}@127.0.0.1:${String(this.port)}`;
  }

  private get scheme(): string {
    return this.tls ? "rediss" : "redis";
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
    this.child = begin(this.options);
    await this.answering();
  }

  private client(): Redis {
    const tls = this.tls ? { tls: { ca: readFileSync(this.tls.certificate) } } : {};
    return new Redis(this.url, { retryStrategy: () => null, lazyConnect: true, ...tls });
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

function begin(options: readonly string[]): ChildProcess {
  return spawn("redis-server", options, { stdio: "ignore" });
}

/** A certificate of 127.0.0.1 that is its own authority; undefined on a machine that cannot make one. */
export function certificateIn(folder: string): Certificate | undefined {
  const [certificate, key] = [path.join(folder, "redis.crt"), path.join(folder, "redis.key")];
  const kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=redis of the tests", "-addext", "subjectAltName=IP:127.0.0.1"];
  const { status } = spawnSync("openssl", ["req", ...kind, ...names, "-keyout", key, "-out", certificate]);
  return status === 0 ? { certificate, key } : undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
