import { build } from "esbuild";
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { asEvaluator } from "../machine";
import { Peer } from "../python";
import { programs } from "../subjects";
import type { Checked, Rate, Request } from "./problem";

/** Several processes of one program, all of which do what is asked at the same time. */
export interface Side {
  check(): Promise<Checked>;
  /** One answer of each process. */
  rates(request: Extract<Request, { readonly kind: "rate" }>): Promise<readonly Rate[]>;
}

/** The product's derivatives, in processes of one thread as evaluators are. */
export class Ours {
  private constructor(private readonly children: readonly ChildProcess[]) {}

  /** @param model file of it */
  static async start(model: string, processes: number): Promise<Ours> {
    const outfile = path.resolve("dist", "bench", "derivativesProgram.cjs");
    const entry = path.resolve("test", "bench", "support", "derivatives", "program.ts");
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      packages: "external",
      logLevel: "error",
    });
    const children = Array.from({ length: processes }, () => fork(outfile, [model]));
    for (const { pid } of children) asEvaluator(pid);
    return new Ours(children);
  }

  /** @param processes that take part, at most as many as were started. */
  on(processes: number): Side {
    const children = this.children.slice(0, processes);
    return {
      check: () => ask<Checked>(children[0]!, { kind: "check" }),
      rates: (request) => Promise.all(children.map((child) => ask<Rate>(child, request))),
    };
  }

  close(): void {
    for (const child of this.children) child.kill("SIGKILL");
  }
}

function ask<T>(child: ChildProcess, request: Request): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error("The process that differentiates has ended."));
    child.once("exit", ended);
    child.once("message", (answer: T & { readonly error?: string }) => {
      child.off("exit", ended);
      if (answer.error === undefined) resolve(answer);
      else reject(new Error(answer.error));
    });
    child.send(request);
  });
}

export type Layout = "contiguous" | "channels_last";

/** PyTorch's reverse mode and double backward, in processes that serve all networks and layouts. */
export class PyTorch {
  private readonly peers: readonly Peer[];

  constructor(folder: string, processes: number) {
    const program = path.join(programs, "derivatives.py");
    this.peers = Array.from({ length: processes }, () => new Peer([program, folder], 0));
  }

  /** @param threads of each process. */
  on(name: string, layout: Layout, processes: number, threads: number): Side {
    const peers = this.peers.slice(0, processes);
    return {
      check: () => peers[0]!.ask<Checked>({ kind: "check", name, layout }),
      rates: (request) => Promise.all(peers.map((peer) => peer.ask<Rate>({ ...request, name, layout, threads }))),
    };
  }

  close(): void {
    for (const peer of this.peers) peer.close();
  }
}
