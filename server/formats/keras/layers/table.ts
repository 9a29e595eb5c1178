import type { Lowerings } from "../call";
import { activationLayers } from "./activation";
import { adaptivePoolingLayers } from "./adaptivePooling";
import { multiHeadLayers } from "./attention/multiHead";
import { plainAttentionLayers } from "./attention/plain";
import { borderLayers } from "./borders";
import { convolutionLayers } from "./convolution";
import { denseLayers } from "./dense";
import { einsumLayers } from "./einsumDense";
import { embeddingLayers } from "./embedding";
import { encodingLayers } from "./encoding";
import { identityLayers } from "./identity";
import { imageSizeLayers } from "./imageSize";
import { scaleLayers } from "./layerScale";
import { maskingLayers } from "./masking";
import { mergingLayers } from "./merging";
import { normalisationLayers } from "./normalisation";
import { poolingLayers } from "./pooling";
import { preprocessingLayers } from "./preprocessing";
import { recurrentLayers } from "./recurrent/layers";
import { sampleNormalisationLayers } from "./sampleNormalisation";
import { shapeLayers } from "./shape";
import { wrapperLayers } from "./wrapper";

/** Every layer that is supported, by Keras' class name. To add one, add an entry to the family that it belongs to. */
export const layers: Lowerings = {
  ...activationLayers,
  ...adaptivePoolingLayers,
  ...borderLayers,
  ...convolutionLayers,
  ...denseLayers,
  ...einsumLayers,
  ...embeddingLayers,
  ...encodingLayers,
  ...identityLayers,
  ...imageSizeLayers,
  ...maskingLayers,
  ...mergingLayers,
  ...multiHeadLayers,
  ...normalisationLayers,
  ...plainAttentionLayers,
  ...poolingLayers,
  ...preprocessingLayers,
  ...recurrentLayers,
  ...sampleNormalisationLayers,
  ...scaleLayers,
  ...shapeLayers,
  ...wrapperLayers,
};
