import type { LevelShape } from "../../../server/drawing/contours";
import { levelShapes } from "../contours";
import type { Scene } from "../scene";

/** How many colours the floor map is painted in. */
export const floorBands = 64;

const regions = new WeakMap<Scene, readonly LevelShape[]>();

/**
 * The regions of a scene at or above `k / floorBands` of its domain, k from 1 on, in plane coordinates: what a smooth
 * map is painted from, each over the one before.
 */
export function smoothRegions(scene: Scene): readonly LevelShape[] {
  const known = regions.get(scene);
  if (known) return known;
  const { field, levels } = scene;
  if (!levels || !scene.drawable) return [];
  const { low, high, scale } = levels;
  const value = (share: number) =>
    scale === "log" ? Math.exp(Math.log(low) + share * Math.log(high / low)) : low + share * (high - low);
  const fine = Array.from({ length: floorBands - 1 }, (_, k) => {
    const position = (k + 1) / floorBands;
    return { value: value(position), major: false, position, shade: position };
  });
  const shapes = high > low ? levelShapes(field, { ...levels, levels: fine }) : [];
  regions.set(scene, shapes);
  return shapes;
}
