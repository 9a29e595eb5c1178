import { float, graphOf, int, ints, node, parameter, valueInfo } from "../../../server/graph/build";
import type { Graph, GraphNode, Parameter, ParameterRole } from "../../../server/graph/graph";
import { sizeOf, type Tensor } from "../../../server/graph/tensor";

/** Uniform float32 numbers of the given standard deviation from a seed (a linear congruential generator). */
export function randomTensor(shape: readonly number[], deviation: number, seed: number): Tensor {
  let state = seed >>> 0;
  const data = Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31 - 1) * Math.sqrt(3) * deviation;
  });
  return { dtype: "float32", shape, data };
}

/**
 * A ResNet-20 for 3×32×32 images (three stages of three blocks with 16, 32 and 64 channels, projections where the stride
 * is 2) with random weights. Parameters are named as torchvision would; nothing is trained.
 */
export function resnet20(classes: number): Graph {
  const nodes: GraphNode[] = [];
  const parameters: Parameter[] = [];

  const weight = (name: string, role: ParameterRole, tensor: Tensor): string => {
    parameters.push(parameter(name, tensor, role));
    return name;
  };
  const positive = (shape: readonly number[], deviation: number, seed: number): Tensor => {
    const tensor = randomTensor(shape, deviation, seed);
    return { ...tensor, data: (tensor.data as Float32Array).map((value) => 1 + value) };
  };
  const emit = (op: string, inputs: readonly string[], output: string, attributes = {}): string => {
    nodes.push(node(op, inputs, [output], attributes));
    return output;
  };
  const convolution = (x: string, name: string, from: number, to: number, kernel: number, stride: number): string => {
    const pad = (kernel - 1) / 2;
    const shape = [to, from, kernel, kernel];
    const filters = weight(`${name}.weight`, "kernel", randomTensor(shape, Math.sqrt(2 / sizeOf(shape.slice(1))), to));
    return emit("Conv", [x, filters], `${name}.out`, {
      kernel_shape: ints(kernel, kernel),
      strides: ints(stride, stride),
      pads: ints(pad, pad, pad, pad),
    });
  };
  const normalisation = (x: string, name: string, channels: number): string => {
    const seed = parameters.length;
    const inputs = [
      weight(`${name}.weight`, "scale", positive([channels], 0.1, seed)),
      weight(`${name}.bias`, "shift", randomTensor([channels], 0.1, seed + 1)),
      weight(`${name}.running_mean`, "mean", randomTensor([channels], 0.1, seed + 2)),
      weight(`${name}.running_var`, "variance", positive([channels], 0.1, seed + 3)),
    ];
    return emit("BatchNormalization", [x, ...inputs], `${name}.out`, { epsilon: float(1e-5) });
  };
  const block = (x: string, name: string, from: number, to: number, stride: number): string => {
    const inner = normalisation(convolution(x, `${name}.conv1`, from, to, 3, stride), `${name}.bn1`, to);
    const middle = emit("Relu", [inner], `${name}.middle`);
    const outer = normalisation(convolution(middle, `${name}.conv2`, to, to, 3, 1), `${name}.bn2`, to);
    const short =
      from === to ? x : normalisation(convolution(x, `${name}.short.0`, from, to, 1, stride), `${name}.short.1`, to);
    return emit("Relu", [emit("Add", [outer, short], `${name}.sum`)], `${name}.out`);
  };

  let value = emit("Relu", [normalisation(convolution("x", "conv", 3, 16, 3, 1), "bn", 16)], "stem");
  let channels = 16;
  [16, 32, 64].forEach((width, stage) => {
    for (let k = 0; k < 3; k++) {
      value = block(value, `blocks.${3 * stage + k}`, channels, width, width === channels ? 1 : 2);
      channels = width;
    }
  });
  const pooled = emit("Flatten", [emit("GlobalAveragePool", [value], "pooled")], "features", { axis: int(1) });
  const matrix = weight("fc.weight", "kernel", randomTensor([classes, channels], 0.1, 1000));
  const offset = weight("fc.bias", "bias", randomTensor([classes], 0.1, 1001));
  emit("Gemm", [pooled, matrix, offset], "logits", { transB: int(1) });
  return graphOf({
    name: "resnet20",
    inputs: [valueInfo("x", ["batch", 3, 32, 32])],
    outputs: [valueInfo("logits", ["batch", classes])],
    nodes,
    parameters,
  });
}
