import type { Lowering, Lowerings } from "../call";

/** Layers that hand on their input when the model predicts. */
const identity: Lowering = (call) => call.input();

const names = [
  "ActivityRegularization",
  "AlphaDropout",
  "Dropout",
  "GaussianDropout",
  "GaussianNoise",
  "Identity",
  "SpatialDropout1D",
  "SpatialDropout2D",
  "SpatialDropout3D",
];

export const identityLayers: Lowerings = Object.fromEntries(names.map((name) => [name, identity]));
