import type { TrainingConfiguration } from "../../protocol/study";
import { isCustom } from "./description";
import { snakeCase } from "./instances";
import { isJson, type Json } from "./settings";

type Loss = NonNullable<TrainingConfiguration["loss"]>;
type Translation = (settings: Json, outputRank: number) => Loss | undefined;

const logits = (settings: Json): { fromLogits: boolean } => ({ fromLogits: settings["from_logits"] === true });

const smoothing = ({ label_smoothing: s }: Json): { labelSmoothing?: number } =>
  typeof s === "number" && s > 0 ? { labelSmoothing: s } : {};

/** Over tokens when the outputs are [N, tokens, classes]; over other axes than the last there is none of ours. */
function crossEntropy(settings: Json, rank: number): Loss | undefined {
  const { ignore_class: ignored = null, axis = -1 } = settings;
  if (ignored !== null || axis !== -1 || rank > 3) return undefined;
  const name = rank === 3 ? "sequenceCrossEntropy" : "crossEntropy";
  return { name, ...logits(settings), ...smoothing(settings) };
}

/** Losses of Keras in our words, by the snake case of their classes. All are means over the numbers of a sample. */
const translations: Readonly<Record<string, Translation>> = {
  sparse_categorical_crossentropy: crossEntropy,
  categorical_crossentropy: crossEntropy,
  binary_crossentropy: (settings) => ({ name: "binaryCrossEntropy", ...logits(settings), ...smoothing(settings) }),
  mean_squared_error: () => ({ name: "meanSquaredError" }),
  mean_absolute_error: () => ({ name: "meanAbsoluteError" }),
  huber: ({ delta }) => ({ name: "huber", delta: typeof delta === "number" ? delta : 1 }),
  // Keras means over further axes, where ours sums.
  kl_divergence: (_, rank) => (rank === 2 ? { name: "kullbackLeibler", fromLogits: false } : undefined),
};

/** Short and older names. */
const aliases: Readonly<Record<string, string>> = {
  bce: "binary_crossentropy",
  mse: "mean_squared_error",
  mae: "mean_absolute_error",
  kld: "kl_divergence",
  kldivergence: "kl_divergence",
  kullback_leibler_divergence: "kl_divergence",
  huber_loss: "huber",
};

/** Settings that change a loss, with their defaults. */
const defaults: Readonly<Record<string, readonly unknown[]>> = {
  from_logits: [false],
  label_smoothing: [0],
  delta: [1],
  axis: [-1],
  ignore_class: [],
  reduction: ["sum_over_batch_size", "auto"],
};

/**
 * What `compile` was called with, from `compile_config` (Keras 3) or `training_config` (Keras 2, HDF5, TensorFlow.js).
 *
 * @param configuration as the file has it; undefined when the model was not compiled.
 * @param outputRank axes of the model's output, the batch included.
 * @returns undefined when no loss is written.
 */
export function trainingOf(configuration: unknown, outputRank: number): TrainingConfiguration | undefined {
  const loss = isJson(configuration) ? only(configuration["loss"]) : undefined;
  if (typeof loss === "string") return { ...translated(loss, {}, outputRank), written: loss };
  if (Array.isArray(loss)) return { written: "several losses" };
  if (!isJson(loss)) return undefined;
  const { class_name: className, config } = loss;
  // A function: its name is the configuration.
  if (typeof config === "string")
    return { ...(isCustom(loss) ? {} : translated(config, {}, outputRank)), written: config };
  if (typeof className !== "string") return { written: "several losses" };
  const settings = isJson(config) ? config : {};
  const written = inWords(className, settings);
  return { ...(isCustom(loss) ? {} : translated(className, settings, outputRank)), written };
}

/** The loss of the only output, where losses are listed by output. */
function only(loss: unknown): unknown {
  if (Array.isArray(loss)) return loss.length === 1 ? (loss[0] as unknown) : loss;
  if (!isJson(loss) || "class_name" in loss) return loss;
  const all = Object.values(loss);
  return all.length === 1 ? all[0] : all;
}

function translated(name: string, settings: Json, rank: number): { loss?: Loss } {
  const snake = snakeCase(name);
  const known = aliases[snake] ?? snake;
  const loss = Object.hasOwn(translations, known) ? translations[known]!(settings, rank) : undefined;
  return loss ? { loss } : {};
}

/** e.g. `SparseCategoricalCrossentropy(from_logits=True)`: the settings that are not as usual. */
function inWords(className: string, settings: Json): string {
  const shown = Object.entries(defaults).flatMap(([name, usual]) => {
    const value = settings[name] ?? undefined;
    return value === undefined || usual.includes(value) ? [] : [`${name}=${inPython(value)}`];
  });
  return `${className}(${shown.join(", ")})`;
}

function inPython(value: unknown): string {
  return typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value);
}
