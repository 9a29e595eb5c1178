import type * as Ort from "onnxruntime-node";
import { floatTensor, graphOf, int, ints, node, parameter, valueInfo } from "../../graph/build";
import type { Graph, GraphNode } from "../../graph/graph";
import { sizeOf, type Tensor } from "../../graph/tensor";
import { toProblem } from "../../protocol/problem";
import { selfTestTolerance } from "../selfTest";
import { BakedExecutable } from "./baked";
import { blockConvolutions } from "./lowering/blocked";
import type { SessionPlace } from "./options";

/** Channels of a block on the processors that ONNX Runtime's build for x64 knows: with AVX-512, and without. */
const blocks = [16, 8];
/** Several blocks of the largest kind. */
const channels = 32;
const extent = 7;

/** Numbers between −1 and 1, all different, of which sums show what was added to what. */
function pattern(shape: readonly number[], seed: number): Tensor {
  return floatTensor(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, k) => Math.sin(1 + seed + 1.7 * k * (seed + 1))),
  );
}

/** Convolutions as derivatives have them: filters that are inputs, alone, strided, and added to one of constant filters. */
function blockTestGraph(): Graph {
  const attributes = (stride: number): GraphNode["attributes"] => ({
    kernel_shape: ints(3, 3),
    strides: ints(stride, stride),
    dilations: ints(1, 1),
    pads: ints(1, 1, 1, 1),
    group: int(1),
  });
  return graphOf({
    name: "block-test",
    inputs: [
      valueInfo("x", [2, channels, extent, extent]),
      valueInfo("w", [channels, channels, 3, 3]),
      valueInfo("b", [channels]),
    ],
    outputs: [valueInfo("strided", [2, channels, 4, 4]), valueInfo("sum", [2, channels, extent, extent])],
    nodes: [
      node("Conv", ["x", "w", "b"], ["strided"], attributes(2)),
      node("Conv", ["x", "constant"], ["still"], attributes(1)),
      node("Conv", ["x", "w"], ["moving"], attributes(1)),
      node("Add", ["still", "moving"], ["sum"]),
    ],
    parameters: [parameter("constant", pattern([channels, channels, 3, 3], 4))],
  });
}

/**
 * The number of channels in a block with which blocked layout gives what stock operators give. It is looked for on x64
 * only, where it has been seen to work.
 * @param log is told when there is none.
 * @param sizes to try.
 * @returns undefined when blocked layout must not be used.
 */
export async function findBlock(
  ort: typeof Ort,
  place: SessionPlace,
  log: (message: string) => void,
  sizes: readonly number[] = blocks,
): Promise<number | undefined> {
  if (place.provider !== "cpu" || process.arch !== "x64") return undefined;
  const graph = blockTestGraph();
  const reasons: string[] = [];
  try {
    const expected = await outputsOf(ort, graph, place);
    for (const block of sizes) {
      const error = errorOf(await outputsOf(ort, blockConvolutions(graph, block), place), expected);
      if (error <= selfTestTolerance) return block;
      reasons.push(`with ${block} channels in a block it is off by a relative ${error.toExponential(1)}`);
    }
  } catch (error) {
    reasons.push(toProblem(error).message);
  }
  log(`ONNX Runtime's blocked layout is not used for derivatives: ${reasons.join("; ")}`);
  return undefined;
}

async function outputsOf(
  ort: typeof Ort,
  graph: Graph,
  place: SessionPlace,
): Promise<Readonly<Record<string, Tensor>>> {
  const executable = new BakedExecutable(ort, graph, place, () => {});
  try {
    return await executable.run({
      x: pattern([2, channels, extent, extent], 1),
      w: pattern([channels, channels, 3, 3], 2),
      b: pattern([channels], 3),
    });
  } finally {
    await executable.dispose();
  }
}

/** The largest error of any output, relative to its largest magnitude; infinite when something is not finite. */
function errorOf(actual: Readonly<Record<string, Tensor>>, expected: Readonly<Record<string, Tensor>>): number {
  const errors = Object.entries(expected).map(([name, { data }]) => {
    const found = actual[name]!.data as Float32Array;
    const scale = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return found.reduce((most, value, k) => Math.max(most, Math.abs(value - (data[k] as number)) / scale), 0);
  });
  const largest = Math.max(...errors);
  return Number.isFinite(largest) ? largest : Infinity;
}
