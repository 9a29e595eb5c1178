/** Layers whose result has the mask of their first input; of all others, the result has none but what they give it. */
const passing: ReadonlySet<string> = new Set([
  "Activation",
  "ActivityRegularization",
  "AlphaDropout",
  "BatchNormalization",
  "Dense",
  "Dropout",
  "ELU",
  "GaussianDropout",
  "GaussianNoise",
  "GroupNormalization",
  "Identity",
  "LayerNormalization",
  "LeakyReLU",
  "Normalization",
  "PReLU",
  "ReLU",
  "Rescaling",
  "SpatialDropout1D",
  "SpatialDropout2D",
  "SpatialDropout3D",
  "UnitNormalization",
]);

/** Whether Keras hands the mask of a layer's input on with its result, though the layer itself does nothing with it. */
export function passesMask(className: string): boolean {
  return passing.has(className);
}
