import type { Rules } from "../rule";
import { arithmetic } from "./arithmetic";
import { convolutions } from "./convolution";
import { functions, steps } from "./elementwise";
import { indexings } from "./indexing";
import { layouts } from "./layout";
import { products } from "./matrix";
import { poolings } from "./pooling";
import { reductions } from "./reduction";
import { softmaxes } from "./softmax";

/** The rule of every operator that has one, by `ruleName`. */
export const rules: Rules = {
  ...arithmetic,
  ...convolutions,
  ...functions,
  ...indexings,
  ...layouts,
  ...poolings,
  ...products,
  ...reductions,
  ...softmaxes,
  ...steps,
};
