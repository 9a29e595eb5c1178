import { decodeBytes } from "../data/bytes";
import type { Samples } from "../data/dataset";
import type { Executable } from "../engines/engine";
import { toBfloat16, toFloat16 } from "../graph/half";
import type { InputSignature } from "../graph/signature";
import type { DataType, Tensor, TensorData } from "../graph/tensor";
import { emptySums } from "../landscape/loss";
import { addLoss, usesClasses } from "../landscape/losses";
import type { Targets } from "../landscape/losses";
import { ProblemError } from "../protocol/problem";
import type { LossSpec } from "../protocol/study";
import type { PointSums } from "./messages";

type Feeds = Readonly<Record<string, Tensor>>;

/** A part of the samples, as feeds. */
export interface Batch {
  /** Of samples that are held as bytes, they are good until those of another batch are asked for. */
  readonly feeds: () => Feeds;
  /** Index of its first sample. */
  readonly first: number;
  /** How many of its rows are samples; the others fill up a batch of fixed size. */
  readonly count: number;
}

export interface BatchesParts {
  /** Path of the model, for messages. */
  readonly file: string;
  /** The model's input; when it fixes the batch, that is used and the last batch is filled up. */
  readonly input: InputSignature;
  /** Name of the graph value that is compared with the targets. */
  readonly output: string;
  readonly samples: Samples;
  readonly batchSize: number;
  readonly loss: LossSpec;
}

/** The samples as feeds for a model: made once and used at every point, or made of bytes at every point. */
export class Batches {
  /** @internal also run by whoever needs more than the loss of them. */
  readonly batches: readonly Batch[];
  private readonly targets: Targets;

  /**
   * @throws ProblemError `file-unsupported` when the model does not take such samples, `data-mismatch` when they are no
   *   whole numbers where it takes those, `labels-mismatch` when every token of theirs is masked.
   */
  constructor(private readonly parts: BatchesParts) {
    const { file, input, samples, batchSize } = parts;
    const total = samples.x.shape[0]!;
    if (parts.loss.name === "sequenceCrossEntropy") requireTokens(file, samples);
    const width = samples.x.data.length / total;
    const size = input.batch ?? Math.min(batchSize, total);
    const part = partsOf(file, samples, input.dtype, Math.min(size, total) * width);
    const batches: Batch[] = [];
    for (let first = 0; first < total; first += size) {
      const count = Math.min(size, total - first);
      const rows = input.batch ?? count;
      const made = (): Feeds => {
        const data = filled(part(first * width, (first + count) * width), count, rows);
        return { [input.name]: { dtype: input.dtype, shape: [rows, ...samples.x.shape.slice(1)], data } };
      };
      const kept = samples.byteValues ? undefined : made();
      batches.push({ feeds: () => kept ?? made(), first, count });
    }
    this.batches = batches;
    this.targets = { classes: samples.y, ...(samples.targets ? { values: samples.targets } : {}) };
  }

  /**
   * Number of classes that the model tells apart, found by running one batch; 0 for losses that compare numbers.
   * @throws ProblemError as `measure`.
   */
  async countClasses(executable: Executable): Promise<number> {
    if (!usesClasses(this.parts.loss.name)) return 0;
    const { shape } = await this.run(executable, this.batches[0]!);
    return shape.filter((extent) => extent !== 1).at(-1)!;
  }

  /**
   * Sums of loss and correct answers over all samples, in float64, with the weights that the executable has.
   * @throws ProblemError `file-unsupported` when the output does not fit the loss or its targets.
   */
  measure(executable: Executable): Promise<PointSums> {
    return this.sum(executable, this.batches);
  }

  /** The same over the samples of the first batch. */
  measureFirst(executable: Executable): Promise<PointSums> {
    return this.sum(executable, this.batches.slice(0, 1));
  }

  private async sum(executable: Executable, batches: readonly Batch[]): Promise<PointSums> {
    const sums = emptySums();
    for (const batch of batches) {
      const outputs = await this.run(executable, batch);
      addLoss(this.parts.loss, sums, outputs, this.targets, batch.first, batch.count);
    }
    return sums;
  }

  /** The outputs that the loss compares, of a shape that it can. */
  private async run(executable: Executable, batch: Batch): Promise<Tensor> {
    const { loss, samples, input, output } = this.parts;
    const feeds = batch.feeds();
    const tensor = (await executable.run(feeds))[output]!;
    const rows = feeds[input.name]!.shape[0]!;
    if (tensor.shape[0] !== rows) throw this.misfit(tensor, `a row for each of the batch's ${rows} samples`);
    if (loss.name === "crossEntropy") return this.scores(tensor);
    if (loss.name === "sequenceCrossEntropy") {
      const tokens = samples.y.length / samples.x.shape[0]!;
      if (tensor.shape.length === 3 && tensor.shape[1] === tokens && tensor.shape[2]! > 1) return tensor;
      throw this.misfit(tensor, `[samples, ${tokens} tokens, classes]`);
    }
    // Extents of 1 say nothing of the order of the numbers; all others do.
    const wide = (shape: readonly number[]): string =>
      shape
        .slice(1)
        .filter((extent) => extent !== 1)
        .join();
    const { shape } = samples.targets!;
    if (wide(tensor.shape) === wide(shape)) return tensor;
    throw this.misfit(tensor, `[${["samples", ...shape.slice(1)].join(", ")}], like the targets,`);
  }

  /** The scores [rows, classes, 1, …]. */
  private scores(tensor: Tensor): Tensor {
    const extents = tensor.shape.slice(1).filter((extent) => extent !== 1);
    if (tensor.shape.length >= 2 && extents.length === 1) return tensor;
    throw new ProblemError({
      reason: "file-unsupported",
      title: "The model's output is not a table of class scores",
      message:
        `The output "${this.parts.output}" has the shape [${tensor.shape.join(", ")}]; ` +
        "[samples, classes] with at least two classes was expected.",
      advice: "Choose a model that classifies, and whose output has one score for each class.",
      file: this.parts.file,
      facts: [`${this.parts.output} [${tensor.shape.join(", ")}]`],
    });
  }

  private misfit(tensor: Tensor, expected: string): ProblemError {
    const { output, loss, file } = this.parts;
    return new ProblemError({
      reason: "file-unsupported",
      title: "The model's output does not fit the loss",
      message: `The output "${output}" has the shape [${tensor.shape.join(", ")}]; ${expected} was expected for ${loss.name}.`,
      advice: "Choose another loss, or data whose targets have the shape of the model's output.",
      file,
      facts: [`${output} [${tensor.shape.join(", ")}]`],
    });
  }
}

/**
 * Numbers of the samples from one index to another, as the model takes them. Of samples that are bytes they are made when
 * asked for, always at the same place.
 * @param most numbers that are asked for at once.
 */
function partsOf(
  file: string,
  { x, byteValues }: Samples,
  dtype: DataType,
  most: number,
): (from: number, to: number) => TensorData {
  if (!byteValues) {
    const data = convert(file, x.data as Float32Array, dtype);
    return (from, to) => data.subarray(from, to) as TensorData;
  }
  const place = new Float32Array(most);
  return (from, to) => {
    const part = place.subarray(0, to - from);
    decodeBytes((x.data as Uint8Array).subarray(from, to), byteValues, part);
    return part;
  };
}

type Numbers = Exclude<TensorData, Uint32Array | BigUint64Array>;

function convert(file: string, values: Float32Array, dtype: DataType): Numbers {
  switch (dtype) {
    case "float32":
      return values;
    case "float64":
      return Float64Array.from(values);
    case "float16":
      return Uint16Array.from(values, toFloat16);
    case "bfloat16":
      return Uint16Array.from(values, toBfloat16);
    case "uint8":
      return Uint8Array.from(whole(file, values, 0, 255));
    case "int8":
      return Int8Array.from(whole(file, values, -128, 127));
    case "uint16":
      return Uint16Array.from(whole(file, values, 0, 65535));
    case "int16":
      return Int16Array.from(whole(file, values, -32768, 32767));
    case "int32":
      return Int32Array.from(whole(file, values));
    case "int64":
      return BigInt64Array.from(Array.from(whole(file, values), BigInt));
    default:
      throw new ProblemError({
        reason: "file-unsupported",
        title: "The model takes no floating-point samples",
        message: `The model's input is of type ${dtype}; a floating-point type or whole numbers were expected.`,
        advice: "Export the model with a float32 input, its preprocessing left out.",
        file,
        facts: [dtype],
      });
  }
}

/** Beyond it not every whole number is one in single precision, in which samples are kept. */
const largestWhole = 2 ** 24;

/** Samples that are indices, such as tokens, or bytes of pictures. */
function whole(file: string, values: Float32Array, low = -largestWhole, high = largestWhole): Float32Array {
  const broken = values.find((value) => !Number.isInteger(value) || value < low || value > high);
  if (broken === undefined) return values;
  const range = high === largestWhole ? "up to 2²⁴" : `from ${low} to ${high}`;
  throw new ProblemError({
    reason: "data-mismatch",
    title: "The data do not fit the model",
    message: `The model takes whole numbers ${range}, but a sample holds ${broken}.`,
    advice: "Choose data without scaling, such as tokens or bytes, and set the scale of the preprocessing to 1.",
    file,
  });
}

/** A mean over no token at all is no number. */
function requireTokens(file: string, { x, y }: Samples): void {
  if (y.some((label) => label >= 0)) return;
  throw new ProblemError({
    reason: "labels-mismatch",
    title: "There is no token to predict",
    message: `Every token of the ${x.shape[0]!} chosen samples is masked by a negative class.`,
    advice: "Use more samples, or other ones.",
    file,
  });
}

/** `rows` rows of which the first `count` are the given ones and the others copies of the first. */
function filled(part: TensorData, count: number, rows: number): TensorData {
  if (count === rows) return part;
  const width = part.length / count;
  const all = new (part.constructor as new (length: number) => Float32Array)(rows * width);
  all.set(part as Float32Array);
  for (let row = count; row < rows; row++) all.set((part as Float32Array).subarray(0, width), row * width);
  return all;
}
