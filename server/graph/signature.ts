import { ProblemError } from "../protocol/problem";
import type { Graph } from "./graph";
import type { DataType } from "./tensor";

/** What one sample must look like, and what the model says of it. */
export interface InputSignature {
  /** Name of the graph value to feed. */
  readonly name: string;
  readonly dtype: DataType;
  /** Shape of the graph input without its first (batch) axis; null where the model leaves an extent open. */
  readonly shape: readonly (number | null)[];
  /** Extent of the batch axis when the model fixes it, otherwise null. */
  readonly batch: number | null;
  /** Extent of the first output's only axis after the batch that is not 1; null when that cannot be told. */
  readonly classes: number | null;
}

/**
 * The single sample input of a model and its number of classes. The first axis of input and output is the batch.
 * @throws ProblemError `file-unsupported` when the model has no input, several inputs, or one without a batch axis.
 */
export function describeInput(graph: Graph): InputSignature {
  const [input, ...others] = graph.inputs;
  if (!input) {
    throw unsupported("The model has no input", "This model has no input; one input that takes samples was expected.");
  }
  if (others.length > 0) {
    const names = graph.inputs.map(({ name }) => name).join(", ");
    throw unsupported(
      "The model has several inputs",
      `This model has ${graph.inputs.length} inputs (${names}); models with one input are supported.`,
    );
  }
  const [batch, ...shape] = input.shape;
  if (batch === undefined) {
    throw unsupported(
      "The model's input has no shape",
      `The input ${input.name} of this model has no batch axis; a shape such as [batch, channels, height, width] was expected.`,
    );
  }
  const scores = graph.outputs[0]?.shape.slice(1) ?? [];
  const [classes = scores[0], ...more] = scores.filter((dimension) => dimension !== 1);
  return {
    name: input.name,
    dtype: input.dtype,
    shape: shape.map(extent),
    batch: extent(batch),
    classes: classes === undefined || more.length > 0 ? null : extent(classes),
  };
}

function extent(dimension: number | string | null): number | null {
  return typeof dimension === "number" && dimension > 0 ? dimension : null;
}

function unsupported(title: string, message: string): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title,
    message,
    advice: "Export the model as ONNX with a single tensor of samples as its input, batch first.",
  });
}
