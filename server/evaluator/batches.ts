import type { Samples } from "../data/dataset";
import type { Executable } from "../engines/engine";
import { toBfloat16, toFloat16 } from "../graph/half";
import type { InputSignature } from "../graph/signature";
import type { DataType, Tensor, TensorData } from "../graph/tensor";
import { addCrossEntropy, emptySums } from "../landscape/loss";
import { ProblemError } from "../protocol/problem";
import type { PointSums } from "./messages";

interface Batch {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Index of its first sample. */
  readonly first: number;
  /** How many of its rows are samples; the others fill up a batch of fixed size. */
  readonly count: number;
}

/** The samples as feeds for a model, made once and used at every point. */
export class Batches {
  private readonly batches: readonly Batch[];

  /**
   * @param file path of the model, for messages.
   * @param input the model's input; when it fixes the batch, that is used and the last batch is filled up.
   * @param output name of the graph value with the logits.
   * @throws ProblemError `file-unsupported` when the model does not take floating-point samples.
   */
  constructor(
    private readonly file: string,
    input: InputSignature,
    private readonly output: string,
    private readonly samples: Samples,
    batchSize: number,
  ) {
    const total = samples.y.length;
    const width = samples.x.data.length / total;
    const size = input.batch ?? Math.min(batchSize, total);
    const data = convert(file, samples.x.data as Float32Array, input.dtype);
    const batches: Batch[] = [];
    for (let first = 0; first < total; first += size) {
      const count = Math.min(size, total - first);
      const rows = input.batch ?? count;
      const part = data.subarray(first * width, (first + count) * width) as TensorData;
      const x = { dtype: input.dtype, shape: [rows, ...samples.x.shape.slice(1)], data: filled(part, count, rows) };
      batches.push({ feeds: { [input.name]: x }, first, count });
    }
    this.batches = batches;
  }

  /** Number of classes that the model tells apart, found by running one batch. @throws ProblemError as `measure`. */
  async countClasses(executable: Executable): Promise<number> {
    const { feeds } = this.batches[0]!;
    return this.logits(await executable.run(feeds)).classes;
  }

  /**
   * Sums of loss and correct answers over all samples, in float64, with the weights that the executable has.
   * @throws ProblemError `file-unsupported` when the output is no table of class scores.
   */
  async measure(executable: Executable): Promise<PointSums> {
    const sums = emptySums();
    for (const { feeds, first, count } of this.batches) {
      const { tensor } = this.logits(await executable.run(feeds));
      addCrossEntropy(sums, tensor, this.samples.y, first, count);
    }
    return sums;
  }

  /** The scores [rows, classes, 1, …], checked. */
  private logits(outputs: Readonly<Record<string, Tensor>>): { readonly tensor: Tensor; readonly classes: number } {
    const tensor = outputs[this.output]!;
    const extents = tensor.shape.slice(1).filter((extent) => extent !== 1);
    if (tensor.shape.length >= 2 && extents.length === 1) return { tensor, classes: extents[0]! };
    throw new ProblemError({
      reason: "file-unsupported",
      title: "The model's output is not a table of class scores",
      message:
        `The output "${this.output}" has the shape [${tensor.shape.join(", ")}]; ` +
        "[samples, classes] with at least two classes was expected.",
      advice: "Choose a model that classifies, and whose output has one score for each class.",
      file: this.file,
      facts: [`${this.output} [${tensor.shape.join(", ")}]`],
    });
  }
}

type Numbers = Float32Array | Float64Array | Uint16Array;

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
    default:
      throw new ProblemError({
        reason: "file-unsupported",
        title: "The model takes no floating-point samples",
        message: `The model's input is of type ${dtype}; a floating-point type was expected.`,
        advice: "Export the model with a float32 input, its preprocessing left out.",
        file,
        facts: [dtype],
      });
  }
}

/** `rows` rows of which the first `count` are the given ones and the others copies of the first. */
function filled(part: TensorData, count: number, rows: number): TensorData {
  if (count === rows) return part;
  const width = part.length / count;
  const all = new (part.constructor as new (length: number) => Numbers)(rows * width);
  all.set(part as Numbers);
  for (let row = count; row < rows; row++) all.set((part as Numbers).subarray(0, width), row * width);
  return all;
}
