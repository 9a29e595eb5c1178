/** Writes the values of one parameter into `target`, in its own layout: every element, the same ones at every call. */
export type Fill = (target: Float32Array) => void;

/** Values of parameters by `Parameter.name`, in the parameter's own layout: as an array, or as what writes them. */
export type ParameterValues = ReadonlyMap<string, Float32Array | Fill>;

/** Writes values into an array of their length. */
export function writeValues(values: Float32Array | Fill, target: Float32Array): void {
  if (typeof values === "function") values(target);
  else target.set(values);
}
