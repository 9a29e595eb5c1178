import type { Translations } from "../call";
import { blockOperators } from "./blocks";
import { convolutions } from "./convolution";
import { elementwiseOperators } from "./elementwise";
import { imageOperators } from "./images";
import { indexings } from "./indexing";
import { matrices } from "./matrix";
import { normalisations } from "./normalisation";
import { poolings } from "./pooling";
import { reductions } from "./reduction";
import { shapeOperators } from "./shape";

/** Every operator of TensorFlow that is supported. To add one, add an entry to the family that it belongs to. */
export const translations: Translations = {
  ...blockOperators,
  ...convolutions,
  ...elementwiseOperators,
  ...imageOperators,
  ...indexings,
  ...matrices,
  ...normalisations,
  ...poolings,
  ...reductions,
  ...shapeOperators,
};
