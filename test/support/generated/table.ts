import type { Generators } from "./application";
import { convolutionGenerators } from "./convolution";
import { elementwiseGenerators } from "./elementwise";
import { gradientGenerators } from "./gradients";
import { indexingGenerators } from "./indexing";
import { layoutGenerators } from "./layout";
import { matrixGenerators } from "./matrix";
import { normalisationGenerators } from "./normalisation";
import { poolingGenerators } from "./pooling";
import { reductionGenerators } from "./reduction";
import { resizeGenerators } from "./resize";

/** Applications of every operator of the TensorFlow engine, by operator. */
export const generators: Generators = {
  ...convolutionGenerators,
  ...matrixGenerators,
  ...normalisationGenerators,
  ...poolingGenerators,
  ...elementwiseGenerators,
  ...layoutGenerators,
  ...indexingGenerators,
  ...reductionGenerators,
  ...resizeGenerators,
  ...gradientGenerators,
};
