import { float, floatTensor, graphOf, int, ints, node, parameter, valueInfo } from "../graph/build";
import type { Graph } from "../graph/graph";
import { sizeOf, type Tensor } from "../graph/tensor";
import type { Engine } from "./engine";

/** An engine whose self-test is off by more than this, relative to the largest output, is not used. */
export const selfTestTolerance = 1e-4;

const batch = 2;
const classes = 5;
const channels = 16;

/** Multiples of 1/64 between −1 and 1 that look irregular and that float32 holds exactly. */
function pattern(shape: readonly number[], seed: number, low = -1, high = 1): Tensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const step = ((i + 1) * (2 * seed + 1) * 2654435761) % 4294967296;
    return Math.round((low + ((high - low) * step) / 4294967296) * 64) / 64;
  });
  return floatTensor(shape, values);
}

/**
 * A small network with the operators that most models are made of: a strided, padded convolution of blocked-layout
 * width, batch norm, relu, overlapping max pooling, a grouped convolution, global average pooling, a fully connected
 * layer and softmax.
 */
export function selfTestGraph(): Graph {
  return graphOf({
    name: "self-test",
    inputs: [valueInfo("x", ["batch", 3, 9, 9])],
    outputs: [valueInfo("logits", ["batch", classes]), valueInfo("probabilities", ["batch", classes])],
    nodes: [
      node("Conv", ["x", "conv.weight", "conv.bias"], ["conv"], { strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
      node("BatchNormalization", ["conv", "norm.scale", "norm.shift", "norm.mean", "norm.variance"], ["norm"], {
        epsilon: float(1e-5),
      }),
      node("Relu", ["norm"], ["relu"]),
      node("MaxPool", ["relu"], ["pool"], { kernel_shape: ints(3, 3), strides: ints(2, 2), pads: ints(1, 1, 1, 1) }),
      node("Conv", ["pool", "grouped.weight"], ["grouped"], { group: int(4), pads: ints(1, 1, 1, 1) }),
      node("GlobalAveragePool", ["grouped"], ["average"]),
      node("Flatten", ["average"], ["flat"], { axis: int(1) }),
      node("Gemm", ["flat", "dense.weight", "dense.bias"], ["logits"], { transB: int(1) }),
      node("Softmax", ["logits"], ["probabilities"], { axis: int(-1) }),
    ],
    parameters: [
      parameter("conv.weight", pattern([channels, 3, 3, 3], 1)),
      parameter("conv.bias", pattern([channels], 2), "bias"),
      parameter("norm.scale", pattern([channels], 3, 0.5, 1.5), "scale"),
      parameter("norm.shift", pattern([channels], 4), "shift"),
      parameter("norm.mean", pattern([channels], 5), "mean"),
      parameter("norm.variance", pattern([channels], 6, 0.5, 2), "variance"),
      parameter("grouped.weight", pattern([channels, channels / 4, 3, 3], 7)),
      parameter("dense.weight", pattern([classes, channels], 8)),
      parameter("dense.bias", pattern([classes], 9), "bias"),
    ],
  });
}

/** What the network is fed. */
export function selfTestInput(): Tensor {
  return pattern([batch, 3, 9, 9], 10);
}

/** Values that replace some of the parameters for the second half of the self-test. */
export function selfTestMove(): ReadonlyMap<string, Float32Array> {
  const moved: readonly (readonly [string, Tensor])[] = [
    ["conv.weight", pattern([channels, 3, 3, 3], 11)],
    ["norm.shift", pattern([channels], 12)],
    ["dense.weight", pattern([classes, channels], 13)],
  ];
  return new Map(moved.map(([name, tensor]) => [name, Float32Array.from(tensor.data as Float32Array)]));
}

/** Outputs in float64 with the pristine parameters and with the moved ones. */
export const selfTestAnswers: readonly Readonly<Record<"logits" | "probabilities", readonly number[]>>[] = [
  {
    logits: [
      -0.7495174644318303, -0.677612193468531, -0.7039542991692378, 1.4748020809253304, -1.1051109383738433,
      -4.177242637054491, -2.5532154675959227, -1.0324127542883668, 2.6177340346984774, 0.22604902077176073,
    ],
    probabilities: [
      0.07651626660218094, 0.08222082574330622, 0.08008323400056941, 0.7075603306664162, 0.0536193429875273,
      0.0009956618568375962, 0.005051471511462811, 0.023115012600400373, 0.889472945769838, 0.08136490826146134,
    ],
  },
  {
    logits: [
      3.6579985381442874, 3.1534447044623852, 2.649068254462011, 4.0905919755353946, 3.505475598907293,
      2.0978967600013174, 1.5711209086459585, 0.9670330273750114, 2.3989888105506196, 1.7903932351198906,
    ],
    probabilities: [
      0.22892869459936677, 0.13822139954343565, 0.0834694163986645, 0.35283623125545055, 0.19654425820308277,
      0.2500078660404971, 0.14763109049190334, 0.08069112942926582, 0.33784406135204664, 0.18382585268628718,
    ],
  },
];

/**
 * Runs a small network with a known answer, then again with some of its parameters replaced.
 * @returns the largest error over all outputs, relative to the largest magnitude of each; infinite when an output is
 *   missing, of a wrong size or not finite.
 */
export async function selfTest(engine: Engine): Promise<number> {
  const executable = await engine.compile(selfTestGraph());
  try {
    const feeds = { x: selfTestInput() };
    const pristine = errorOf(await executable.run(feeds), selfTestAnswers[0]!);
    await executable.setParameters(selfTestMove());
    const moved = errorOf(await executable.run(feeds), selfTestAnswers[1]!);
    return Math.max(pristine, moved);
  } finally {
    await executable.dispose();
  }
}

function errorOf(outputs: Readonly<Record<string, Tensor>>, answers: (typeof selfTestAnswers)[number]): number {
  let largest = 0;
  for (const [name, expected] of Object.entries(answers)) {
    const actual = outputs[name]?.data;
    if (actual?.length !== expected.length) return Infinity;
    const scale = Math.max(...expected.map(Math.abs));
    const error = Math.max(...expected.map((value, i) => Math.abs(Number(actual[i]) - value))) / scale;
    if (!Number.isFinite(error)) return Infinity;
    largest = Math.max(largest, error);
  }
  return largest;
}
