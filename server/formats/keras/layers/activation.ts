import { activate } from "../activations";
import type { Lowerings } from "../call";

/** Layers that apply a function element by element. */
export const activationLayers: Lowerings = {
  Activation: (call) => activate(call, call.input()),
};
