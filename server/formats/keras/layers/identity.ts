import type { Lowering, Lowerings } from "../call";

/** Layers that hand on their input when the model predicts. */
const identity: Lowering = (call) => call.input();

const names =
  "ActivityRegularization AlphaDropout AugMix CutMix Dropout GaussianDropout " +
  "GaussianNoise Identity MixUp RandAugment RandomBrightness RandomColorDegeneration " +
  "RandomColorJitter RandomContrast RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur " +
  "RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation " +
  "RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom SpatialDropout1D " +
  "SpatialDropout2D SpatialDropout3D";

export const identityLayers: Lowerings = Object.fromEntries(names.split(" ").map((name) => [name, identity]));
