import { floatTensor, int, string } from "../../../graph/build";
import type { Lowering, Lowerings } from "../../keras/call";
import { kerasDialect, type Dialect } from "../../keras/dialect";
import { spatialOf } from "../../keras/layers/spatial";
import { KerasValue } from "../../keras/value";

const keras = kerasDialect.layers;

/** Layers that TensorFlow.js (4.22) has and cannot apply, or computes otherwise than Keras: refused. */
const unlike: readonly string[] = ["CategoryEncoding", "CenterCrop", "RandomHeight", "RandomWidth", "Resizing"];

/** Bilinear values are taken at k·n/m, where Keras has the pixels' centres at halves. */
const upSampling: Lowering = (call) => {
  const { emit, settings } = call;
  if (settings.text("interpolation", "nearest") === "nearest") return keras["UpSampling2D"]!(call);
  if (settings.text("interpolation") !== "bilinear") throw call.refuse("has an interpolation of its own");
  const x = call.input();
  const { order, spatialAxes } = spatialOf(call, 2);
  const factors = settings.integers("size", 2, [2, 2]);
  const scales = emit.constant(floatTensor([4], [1, 1, ...factors]));
  const name = emit.op("Resize", [emit.arranged(x, order), "", scales], {
    mode: string("linear"),
    coordinate_transformation_mode: string("asymmetric"),
  });
  const shape = x.shape.map((extent, axis) => {
    const k = spatialAxes.indexOf(axis);
    return extent === null || k < 0 ? extent : extent * factors[k]!;
  });
  return emit.value(name, shape, { order });
};

/** GELU through tanh. */
const geluNew: Lowering = (call) => call.emit.unary("Gelu", call.input(), { approximate: string("tanh") });

/** The mean of all steps, masked ones too. */
const meanOfSteps: Lowering = (call) => {
  const { emit } = call;
  const x = call.input();
  if (x.rank !== 3) throw call.refuse(`has an input of ${x.rank} axes`);
  const name = emit.op("ReduceMean", [emit.plain(x), emit.integers([1])], { keepdims: int(0) });
  return emit.value(name, [x.shape[0]!, x.shape[2]!]);
};

/** What becomes of several masks is unlike Keras in TensorFlow.js, and depends on the layer that gets them. */
const unmasked =
  (lowering: Lowering): Lowering =>
  (call): KerasValue | readonly KerasValue[] => {
    if (call.inputs.some(({ mask }) => mask)) throw call.refuse("joins tensors of which steps are masked");
    return lowering(call);
  };

const merges = ["Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply"];
const recurrences = ["Bidirectional", "ConvLSTM2D", "GRU", "LSTM", "RNN", "SimpleRNN"];
const masking = ["Embedding", "Masking"];

/**
 * Layers as TensorFlow.js computes them; one for each model. Its loop over the layers forgets no mask: a recurrence whose
 * input has none gets the last one that there was, which is refused.
 */
export function tfjsDialect(): Dialect {
  let isMasked = false;
  const noting =
    (lowering: Lowering): Lowering =>
    (call) => {
      const result = lowering(call);
      isMasked ||= result instanceof KerasValue && result.mask !== undefined;
      return result;
    };
  const remembering =
    (lowering: Lowering): Lowering =>
    (call) => {
      if (isMasked && !call.input().mask) throw call.refuse("comes after masked steps that are not its own");
      return lowering(call);
    };
  return {
    layers: {
      ...Object.fromEntries(Object.entries(keras).filter(([name]) => !unlike.includes(name))),
      ...wrapped(merges, unmasked),
      ...wrapped(masking, noting),
      ...wrapped(recurrences, remembering),
      GeluNew: geluNew,
      GlobalAveragePooling1D: meanOfSteps,
      UpSampling2D: upSampling,
    },
    passesMask: kerasDialect.passesMask,
  };
}

function wrapped(names: readonly string[], wrap: (lowering: Lowering) => Lowering): Lowerings {
  return Object.fromEntries(names.map((name) => [name, wrap(keras[name]!)]));
}
