import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { geometryOf, shapeAttribute, type Geometry as Windows } from "../../../graph/differentiate/internal";
import type { GraphNode } from "../../../graph/graph";
import { sizeOf, type Tensor } from "../../../graph/tensor";
import type { Call, Family } from "../call";
import { countTo } from "../shapes";
import type { Value } from "../values";
import { windowsOf, type TransposedWindows } from "../windows";
import { adjointConvolution, adjointRoom, dense } from "./convolution";
import { depthwise, imageOf, pairOf, valueOfImage, type Pair, type Pads } from "./images";
import { surround, takeOnDevice } from "./movement";
import { countedElements } from "./pooling";

/** The internal operators, which derivatives are made of (`graph/differentiate/internal.ts`). */

/** Where the adjoint of a windowed operator puts its result. */
function adjointWindows(node: GraphNode): TransposedWindows {
  const { strides, dilations, before } = geometryOf(node);
  return { strides, dilations, before, out: shapeAttribute(node).slice(2) };
}

function convInputGrad(call: Call): Value {
  return adjointConvolution(call, adjointWindows(call.node));
}

/** dw[m,c,k] = Σ_n Σ_o dy[n,m,o] · x[n,c,o·s − p + k·d] */
function convFilterGrad(call: Call): Value {
  const { tf } = call;
  const windows = geometryOf(call.node);
  const shape = shapeAttribute(call.node);
  const { group } = windows;
  const x = imageOf(call, call.input(0));
  const dy = imageOf(call, call.input(1));
  let filters: DeviceTensor;
  if (group > 1 && shape[1] === 1) filters = depthwiseFilterGrad(call, x, dy, windows);
  else {
    const parts = group === 1 ? [dy] : tf.split(dy, group, 3);
    const images = group === 1 ? [x] : tf.split(x, group, 3);
    filters = joined(
      call,
      parts.map((part, k) => denseFilterGrad(call, images[k]!, part, windows)),
    );
  }
  return call.plain(tf.reshape(filters, [...shape]));
}

function joined(call: Call, parts: readonly DeviceTensor[]): DeviceTensor {
  return parts.length === 1 ? parts[0]! : call.tf.concat([...parts], 0);
}

/** The filters [M, C, kh, kw] of one group. */
function denseFilterGrad(call: Call, x: DeviceTensor, dy: DeviceTensor, windows: Windows): DeviceTensor {
  const { tf } = call;
  const kernel = pairOf(windows.kernel, 1);
  const dilations = pairOf(windows.dilations, 1);
  if (call.device.backend === "tensorflow" && dilations.every((step) => step === 1)) {
    const filterShape = [...kernel, x.shape[3]!, dy.shape[3]!];
    const covered = inReach(call, x, dy, windows);
    const attributes = { strides: pairOf(windows.strides, 1), pad: "valid", dataFormat: "NHWC", filterShape };
    const filters = call.kernel("Conv2DBackpropFilter", { x: covered, dy }, attributes);
    return tf.transpose(filters, [3, 2, 0, 1]);
  }
  // As a convolution: samples are its channels, channels its samples, dy its filter, stride and dilation change places.
  const y = dense(call, tf.transpose(x, [3, 1, 2, 0]), tf.transpose(dy, [1, 2, 0, 3]), undefined, {
    strides: dilations,
    dilations: pairOf(windows.strides, 1),
    pads: padsOf(windows),
  });
  const cropped = tf.slice(y, [0, 0, 0, 0], [y.shape[0]!, ...kernel, y.shape[3]!]);
  return tf.transpose(cropped, [3, 0, 1, 2]);
}

function padsOf({ before, after }: Windows): Pads {
  return pairOf<Pair>(
    before.map((pad, axis): Pair => [pad, after[axis]!]),
    [0, 0],
  );
}

/** The image, padded, as far as the windows of dy reach: what a convolution without padding sees. */
function inReach(call: Call, x: DeviceTensor, dy: DeviceTensor, windows: Windows): DeviceTensor {
  const kernel = pairOf(windows.kernel, 1);
  const strides = pairOf(windows.strides, 1);
  const dilations = pairOf(windows.dilations, 1);
  const extents = [0, 1].map((k) => (dy.shape[k + 1]! - 1) * strides[k]! + (kernel[k]! - 1) * dilations[k]! + 1);
  const padded = surround(call, x, [[0, 0], ...padsOf(windows), [0, 0]], 0);
  return takeOnDevice(call, padded, [undefined, ...extents.map(countTo), undefined]);
}

/**
 * The filters [g·m, 1, kh, kw] of a depthwise convolution: for each position of the kernel, what the windows see there
 * times dy, added up over all windows by a matrix product with ones.
 */
function depthwiseFilterGrad(call: Call, x: DeviceTensor, dy: DeviceTensor, windows: Windows): DeviceTensor {
  const { tf } = call;
  const [batch, height, width, outputs] = dy.shape as [number, number, number, number];
  const channels = x.shape[3]!;
  const length = batch * height * width;
  const kernel = pairOf(windows.kernel, 1);
  const strides = pairOf(windows.strides, 1);
  const dilations = pairOf(windows.dilations, 1);
  const covered = inReach(call, x, dy, windows);
  const cotangents = tf.reshape(dy, [length, channels, outputs / channels]);
  const ones = tf.ones([1, length]);
  const sums = countTo(kernel[0]).flatMap((row) =>
    countTo(kernel[1]).map((column) => {
      const along = (k: 0 | 1, offset: number): number[] =>
        countTo(dy.shape[k + 1]!).map((window) => window * strides[k] + offset * dilations[k]);
      const seen = takeOnDevice(call, covered, [undefined, along(0, row), along(1, column), undefined]);
      const products = tf.mul(tf.reshape(seen, [length, channels, 1]), cotangents);
      return tf.matMul(ones, tf.reshape(products, [length, outputs]) as never) as DeviceTensor;
    }),
  );
  return tf.transpose(tf.concat(sums, 0), [1, 0]);
}

/** dx[indices[i]] += dy[i] */
function maxPoolGrad(call: Call): Tensor {
  const dy = call.input(0).host();
  const indices = call.input(1).host().data as BigInt64Array;
  const shape = shapeAttribute(call.node);
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < indices.length; i++) data[Number(indices[i])]! += dy.data[i] as number;
  return { dtype: "float32", shape, data };
}

/** y[i] = u[indices[i]] */
function maxPoolGather(call: Call): Tensor {
  const u = call.input(0).host().data as Float32Array;
  const { shape, data: indices } = call.input(1).host();
  const data = new Float32Array(indices.length);
  for (let i = 0; i < data.length; i++) data[i] = u[Number(indices[i])]!;
  return { dtype: "float32", shape, data };
}

/** Every dy, divided by the number of elements that its window averages, is spread over the window. */
function averagePoolGrad(call: Call): Value {
  const { tf } = call;
  const dy = call.input(0);
  const { kernel } = geometryOf(call.node);
  const spatial = shapeAttribute(call.node).slice(2);
  const windows = windowsOf(call.node, spatial, kernel);
  const sizes = countedElements(windows, spatial, call.int("count_include_pad", 0) === 1);
  const shares = tf.tensor(
    Float32Array.from(sizes, (size) => 1 / size),
    [1, ...pairOf(windows.count, 1), 1],
  );
  const room = adjointRoom(call, tf.mul(imageOf(call, dy), shares), adjointWindows(call.node), kernel);
  const ones = tf.ones([...pairOf(kernel, 1), room.shape[3]!, 1]);
  const dx = depthwise(call, room, ones, {
    strides: [1, 1],
    dilations: pairOf(windows.dilations, 1),
    pads: [
      [0, 0],
      [0, 0],
    ],
  });
  return valueOfImage(call, dx, dy.rank);
}

/** The back end has images of one and two dimensions. */
function lacksRank(node: GraphNode): string | undefined {
  const dimensions = geometryOf(node).kernel.length;
  return dimensions === 1 || dimensions === 2 ? undefined : `in ${dimensions} dimensions`;
}

export const gradients: Family = {
  ConvInputGrad: { run: convInputGrad, lacks: lacksRank },
  ConvFilterGrad: { run: convFilterGrad, lacks: lacksRank },
  MaxPoolGrad: { host: maxPoolGrad },
  MaxPoolGather: { host: maxPoolGather },
  AveragePoolGrad: { run: averagePoolGrad, lacks: lacksRank },
};
