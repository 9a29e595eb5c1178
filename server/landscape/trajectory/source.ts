import { ProblemError } from "../../protocol/problem";

/** Weights of a model at some time of its training, read parameter by parameter. */
export interface WeightSource {
  /** The file, for messages. */
  readonly path?: string;
  /** Values of one parameter, by `Parameter.name`, in the parameter's own layout. */
  values(parameter: string): Promise<Float32Array>;
}

/**
 * θᵢ of one parameter.
 * @param length number of values that the parameter has
 * @throws ProblemError `file-unsupported` when a value is NaN or infinite: such a checkpoint has no place on a path
 * @throws RangeError when the number of values is another
 */
export async function readValues(source: WeightSource, parameter: string, length: number): Promise<Float32Array> {
  const values = await source.values(parameter);
  if (values.length !== length) {
    throw new RangeError(`A checkpoint has ${values.length} values for ${parameter}, the model ${length}.`);
  }
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad === undefined) return values;
  const name = source.path?.split(/[\\/]/).at(-1) ?? "A checkpoint";
  throw new ProblemError({
    reason: "file-unsupported",
    title: "A checkpoint has weights that are not numbers",
    message: `${name} has the value ${bad} in ${parameter}, so it has no place on the path: finite weights were expected.`,
    advice: "Leave this checkpoint out; its training had diverged.",
    ...(source.path === undefined ? {} : { file: source.path }),
  });
}
