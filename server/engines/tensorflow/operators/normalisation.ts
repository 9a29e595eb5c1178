import type { Tensor as DeviceTensor } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../graph/tensor";
import { attributeOf, type Call, type Family } from "../call";
import type { Library } from "../library";
import { axisOf, countTo } from "../shapes";
import type { Value } from "../values";
import { reduceOnDevice } from "./reduction";

/**
 * y = (x − mean)/√(variance + ε)·scale + shift with the running statistics, per channel, as one product and one sum
 * whose factors are made once for each set of parameters.
 */
function batchNormalization(call: Call): Value {
  const { tf } = call;
  const x = call.input(0);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((position) => call.input(position)) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const factorOf = (): DeviceTensor =>
    tf.div(scale.transient(), tf.sqrt(tf.add(variance.transient(), call.float("epsilon", 1e-5))));
  const factor = call.prepared("factor", [1, 4], factorOf);
  const offset = call.prepared("offset", [1, 2, 3, 4], () =>
    tf.sub(shift.transient(), tf.mul(mean.transient(), factorOf())),
  );
  if (x.isLast) return call.last(tf.add(tf.mul(x.last(), factor), offset));
  const perChannel = (t: DeviceTensor): DeviceTensor =>
    tf.reshape(t, [t.size, ...new Array<number>(Math.max(0, x.rank - 2)).fill(1)]);
  return call.plain(tf.add(tf.mul(x.plain(), perChannel(factor)), perChannel(offset)));
}

interface Standard {
  readonly normalised: DeviceTensor;
  readonly mean: DeviceTensor;
  /** 1/√(variance + ε) */
  readonly inverse: DeviceTensor;
}

/** Takes mean and deviation out of x along `axes`; the variance is that of the population, in two passes. */
function standardised(tf: Library, x: DeviceTensor, axes: number[], epsilon: number): Standard {
  const mean = tf.mean(x, axes, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), axes, true);
  const inverse = tf.div(1, tf.sqrt(tf.add(variance, epsilon)));
  return { normalised: tf.mul(centred, inverse), mean, inverse };
}

/** Normalises over the axes from `axis` on; also gives the means and inverse deviations. */
function layerNormalization(call: Call): readonly Value[] {
  const { tf } = call;
  const x = call.input(0);
  const axis = axisOf(call.int("axis", -1), x.rank);
  const axes = countTo(x.rank).slice(axis);
  const parts = standardised(tf, x.plain(), axes, call.float("epsilon", 1e-5));
  const scaled = tf.mul(parts.normalised, call.input(1).plain());
  const shift = call.optional(2);
  const y = call.plain(shift ? tf.add(scaled, shift.plain()) : scaled);
  if (call.node.outputs.length === 1) return [y];
  return [y, call.plain(parts.mean), call.plain(parts.inverse)];
}

/** Normalises each group of channels of each sample; scale and shift have one entry for each group or channel. */
function groupNormalization(call: Call, groups: number): Value {
  const { tf } = call;
  const x = call.input(0);
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const within = channels / groups;
  const seen = tf.reshape(x.plain(), [batch, groups, within, sizeOf(spatial)]);
  const { normalised } = standardised(tf, seen, [2, 3], call.float("epsilon", 1e-5));
  const spread = (value: Value): DeviceTensor =>
    tf.reshape(value.plain(), value.size === groups ? [groups, 1, 1] : [groups, within, 1]);
  const y = tf.add(tf.mul(normalised, spread(call.input(1))), spread(call.input(2)));
  return call.plain(tf.reshape(y, [...x.shape]));
}

/** y = x / (bias + α/size · Σ x²)^β over `size` neighbouring channels, an odd number. */
function localResponse(call: Call): Value {
  const { tf } = call;
  const x = call.input(0);
  const size = call.int("size", 1);
  const [alpha, beta, bias] = [call.float("alpha", 1e-4), call.float("beta", 0.75), call.float("bias", 1)];
  const last = x.last();
  const four = tf.reshape(last, [x.shape[0]!, -1, 1, x.shape[1]!]) as never;
  const y = tf.localResponseNormalization(four, (size - 1) / 2, bias, alpha / size, beta);
  return call.last(tf.reshape(y, last.shape));
}

/** x / ‖x‖ along one axis. */
function lpNormalization(call: Call): Value {
  const { tf } = call;
  const x = call.input(0);
  const axis = axisOf(call.int("axis", -1), x.rank);
  const one = call.int("p", 2) === 1;
  const norms = reduceOnDevice(call, x, [axis], true, (_, t, axes) =>
    one ? tf.sum(tf.abs(t), axes, true) : tf.sqrt(tf.sum(tf.square(t), axes, true)),
  );
  const y = x.isLast ? call.last(tf.div(x.last(), norms.last())) : call.plain(tf.div(x.plain(), norms.plain()));
  norms.release();
  return y;
}

export const normalisations: Family = {
  BatchNormalization: {
    run: batchNormalization,
    lacks: (node) =>
      attributeOf(node, "training_mode", "int") === 1 || node.outputs.slice(1).some((name) => name !== "")
        ? "in training mode"
        : undefined,
  },
  LayerNormalization: { run: layerNormalization },
  InstanceNormalization: { run: (call) => groupNormalization(call, call.input(0).shape[1]!) },
  GroupNormalization: { run: (call) => groupNormalization(call, call.int("num_groups", 1)) },
  LRN: {
    run: localResponse,
    lacks: (node) =>
      (attributeOf(node, "size", "int") ?? 1) % 2 === 1 ? undefined : "over an even number of channels",
  },
  LpNormalization: { run: lpNormalization },
};
