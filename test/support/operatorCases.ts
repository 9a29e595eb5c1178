import type { OperatorCase } from "./operatorCase";
import { convolutionCases } from "./operators/convolution";
import { elementwiseCases } from "./operators/elementwise";
import { gradientCases } from "./operators/gradients";
import { indexingCases } from "./operators/indexing";
import { layoutCases } from "./operators/layout";
import { logicCases } from "./operators/logic";
import { matrixCases } from "./operators/matrix";
import { networkCases } from "./operators/networks";
import { normalisationCases } from "./operators/normalisation";
import { poolingCases } from "./operators/pooling";
import { reductionCases } from "./operators/reduction";

/** Every operator in its variants, then small networks; all engines run all of them. */
export const operatorCases: readonly OperatorCase[] = [
  ...convolutionCases,
  ...matrixCases,
  ...normalisationCases,
  ...poolingCases,
  ...elementwiseCases,
  ...logicCases,
  ...layoutCases,
  ...indexingCases,
  ...reductionCases,
  ...gradientCases,
  ...networkCases,
];
