import { at, axisOf, broadcastAt, generate, indices, type Call, type Operator, type Value } from "./values";

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/** Mean and population variance. */
function momentsOf(values: readonly number[]): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

/** y = (x − mean) / √(variance + ε) · scale + shift, per channel, with the running statistics. */
function batchNormalization(call: Call): Value[] {
  const x = call.input(0);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((position) => call.input(position).data);
  const epsilon = call.float("epsilon", 1e-5);
  return [
    generate(x.dtype, x.shape, (index) => {
      const c = index[1]!;
      return ((at(x, index) - mean![c]!) / Math.sqrt(variance![c]! + epsilon)) * scale![c]! + shift![c]!;
    }),
  ];
}

/** Normalises over the axes from `axis` on; also gives the means and inverse deviations. */
function layerNormalization(call: Call): Value[] {
  const x = call.input(0);
  const scale = call.input(1);
  const shift = call.optional(2);
  const epsilon = call.float("epsilon", 1e-5);
  const axis = axisOf(call.int("axis", -1), x.shape.length);
  const outer = x.shape.slice(0, axis);
  const inner = x.shape.slice(axis);
  const momentsAt = (place: readonly number[]): Moments =>
    momentsOf(Array.from(indices(inner), (rest) => at(x, [...place, ...rest])));
  const reduced = [...outer, ...inner.map(() => 1)];
  const y = generate(x.dtype, x.shape, (index) => {
    const { mean, variance } = momentsAt(index.slice(0, axis));
    const normalised = (at(x, index) - mean) / Math.sqrt(variance + epsilon);
    return normalised * broadcastAt(scale, index) + (shift ? broadcastAt(shift, index) : 0);
  });
  const mean = generate("float32", reduced, (index) => momentsAt(index.slice(0, axis)).mean);
  const inverse = generate("float32", reduced, (index) => {
    return 1 / Math.sqrt(momentsAt(index.slice(0, axis)).variance + epsilon);
  });
  return [y, mean, inverse];
}

/** Normalises each group of channels of each sample; `channelsPerGroup` = 1 is instance normalisation. */
function groups(call: Call, channelsPerGroup: number, parameterOf: (channel: number) => number): Value[] {
  const x = call.input(0);
  const [scale, shift] = [call.input(1).data, call.input(2).data];
  const epsilon = call.float("epsilon", 1e-5);
  const spatial = x.shape.slice(2);
  return [
    generate(x.dtype, x.shape, (index) => {
      const [n, c] = [index[0]!, index[1]!];
      const first = Math.floor(c / channelsPerGroup) * channelsPerGroup;
      const members = Array.from(indices([channelsPerGroup, ...spatial]), ([member, ...place]) =>
        at(x, [n, first + member!, ...place]),
      );
      const { mean, variance } = momentsOf(members);
      const k = parameterOf(c);
      return ((at(x, index) - mean) / Math.sqrt(variance + epsilon)) * scale![k]! + shift![k]!;
    }),
  ];
}

function groupNormalization(call: Call): Value[] {
  const count = call.int("num_groups", 1);
  const perGroup = call.input(0).shape[1]! / count;
  // Operator set 18 had one scale for each group, 21 has one for each channel.
  return groups(call, perGroup, call.opset >= 21 ? (c) => c : (c) => Math.floor(c / perGroup));
}

/** y = x / (bias + α/size · Σ x²)^β over `size` neighbouring channels. */
function localResponse(call: Call): Value[] {
  const x = call.input(0);
  const size = call.int("size", 1);
  const [alpha, beta, bias] = [call.float("alpha", 1e-4), call.float("beta", 0.75), call.float("bias", 1)];
  return [
    generate(x.dtype, x.shape, ([n, c, ...place]) => {
      const from = Math.max(0, c! - Math.floor((size - 1) / 2));
      const to = Math.min(x.shape[1]! - 1, c! + Math.ceil((size - 1) / 2));
      let squares = 0;
      for (let k = from; k <= to; k++) squares += at(x, [n!, k, ...place]) ** 2;
      return at(x, [n!, c!, ...place]) / (bias + (alpha / size) * squares) ** beta;
    }),
  ];
}

/** x / ‖x‖ along one axis. */
function lpNormalization(call: Call): Value[] {
  const x = call.input(0);
  const p = call.int("p", 2);
  const axis = axisOf(call.int("axis", -1), x.shape.length);
  return [
    generate(x.dtype, x.shape, (index) => {
      let sum = 0;
      for (let k = 0; k < x.shape[axis]!; k++)
        sum +=
          Math.abs(
            at(
              x,
              index.map((i, a) => (a === axis ? k : i)),
            ),
          ) ** p;
      return at(x, index) / sum ** (1 / p);
    }),
  ];
}

export const normalisations: Readonly<Record<string, Operator>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: (call) => groups(call, 1, (c) => c),
  GroupNormalization: groupNormalization,
  LRN: localResponse,
  LpNormalization: lpNormalization,
};
