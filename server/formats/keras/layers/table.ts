import type { Lowerings } from "../call";
import { activationLayers } from "./activation";
import { borderLayers } from "./borders";
import { convolutionLayers } from "./convolution";
import { denseLayers } from "./dense";
import { identityLayers } from "./identity";
import { mergingLayers } from "./merging";
import { normalisationLayers } from "./normalisation";
import { poolingLayers } from "./pooling";
import { preprocessingLayers } from "./preprocessing";
import { shapeLayers } from "./shape";

/** Every layer that is supported, by Keras' class name. To add one, add an entry to the family that it belongs to. */
export const layers: Lowerings = {
  ...activationLayers,
  ...borderLayers,
  ...convolutionLayers,
  ...denseLayers,
  ...identityLayers,
  ...mergingLayers,
  ...normalisationLayers,
  ...poolingLayers,
  ...preprocessingLayers,
  ...shapeLayers,
};
