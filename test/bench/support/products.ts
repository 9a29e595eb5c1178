import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { graphOf, node, parameter, valueInfo } from "../../../server/graph/build";
import { serialise } from "../../../server/graph/onnxBytes";
import { asEvaluator } from "./machine";
import { Peer } from "./python";
import { randomTensor } from "./resnet20";

/** Large enough that nothing but the product counts, small enough for the caches. */
const size = 1024;

/**
 * The machine's limit of single-precision matrix products, with as many processes of one thread as there are evaluators:
 * what none can exceed that computes convolutions and matrix products one multiplication at a time.
 */
export class Products {
  private readonly ours: readonly ChildProcess[];
  private readonly theirs: readonly Peer[];

  /** @param peer arguments of the program that answers in PyTorch, where there is one. */
  constructor(folder: string, processes: number, peer: readonly string[] | undefined) {
    const model = path.join(folder, "product.onnx");
    const matrix = parameter("w", randomTensor([size, size], 1, 1), "kernel");
    const graph = graphOf({
      name: "product",
      inputs: [valueInfo("x", [size, size])],
      outputs: [valueInfo("y", [size, size])],
      nodes: [node("MatMul", ["x", "w"], ["y"])],
      parameters: [matrix],
    });
    writeFileSync(model, serialise(graph).bytes);
    const program = path.resolve("test", "bench", "models", "product.cjs");
    this.ours = Array.from({ length: processes }, () => fork(program, [model, String(size)]));
    for (const { pid } of this.ours) asEvaluator(pid);
    this.theirs = peer ? Array.from({ length: processes }, () => new Peer([...peer, "1"], 1)) : [];
  }

  /** Floating-point operations a second of all processes together: of ONNX Runtime or PyTorch, whichever is faster. */
  async measure(seconds: number): Promise<number> {
    const ours = await Promise.all(
      this.ours.map(async (child) => {
        child.send(seconds);
        const [flops] = (await once(child, "message")) as [number];
        return flops;
      }),
    );
    const theirs = await Promise.all(
      this.theirs.map((peer) => peer.ask<{ readonly flops: number }>({ kind: "product", size, seconds })),
    );
    const sum = (rates: readonly number[]): number => rates.reduce((total, rate) => total + rate, 0);
    return Math.max(sum(ours), sum(theirs.map(({ flops }) => flops)));
  }

  close(): void {
    for (const child of this.ours) child.kill("SIGKILL");
    for (const peer of this.theirs) peer.close();
  }
}
