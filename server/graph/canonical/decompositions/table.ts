import type { Decompositions } from "../call";
import { activations } from "./activation";
import { attentions } from "./attention";
import { arithmetic } from "./arithmetic";
import { constants } from "./constant";
import { convolutions } from "./convolution";
import { functions } from "./function";
import { indexings } from "./indexing";
import { layouts } from "./layout";
import { logic } from "./logic";
import { matrices } from "./matrix";
import { normalisations } from "./normalisation";
import { paddings } from "./padding";
import { poolings } from "./pooling";
import { recurrences } from "./recurrent";
import { reductions } from "./reduction";
import { resizings } from "./resize";
import { scatterings } from "./scatter";
import { softmaxes } from "./softmax";

/** Every operator of the ONNX domain that has a canonical form. To add one, add an entry to the family that it belongs to. */
export const decompositions: Decompositions = {
  ...activations,
  ...arithmetic,
  ...attentions,
  ...constants,
  ...convolutions,
  ...functions,
  ...indexings,
  ...layouts,
  ...logic,
  ...matrices,
  ...normalisations,
  ...paddings,
  ...poolings,
  ...recurrences,
  ...reductions,
  ...resizings,
  ...scatterings,
  ...softmaxes,
};
