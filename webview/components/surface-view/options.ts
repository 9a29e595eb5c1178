import { readCamera } from "../../charts/surface/camera";
import type { Camera } from "../../charts/surface/camera";
import type { ViewState } from "../../protocol/messages";
import { optionsOf } from "../../state/view";
import { rendererChoices } from "./renderers";
import type { RendererChoice } from "./renderers";

/** What the Surface view keeps of its own. */
export interface SurfaceOptions {
  /** Absent for the first view. */
  readonly camera?: Camera;
  readonly floor: boolean;
  readonly renderer: RendererChoice;
}

interface Kept extends Readonly<Record<string, string | boolean | readonly (string | number)[]>> {
  readonly camera: readonly (string | number)[];
  readonly floor: boolean;
  readonly renderer: RendererChoice;
}

const defaults: Kept = { camera: [], floor: true, renderer: "auto" };

export function surfaceOptions(view: ViewState): SurfaceOptions {
  const { camera, floor, renderer } = optionsOf(view, "surface", defaults, { renderer: rendererChoices });
  return { camera: readCamera(camera), floor, renderer };
}
