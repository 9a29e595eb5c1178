import type { Box } from "../../../server/drawing/box";
import type { Camera } from "./camera";

/**
 * The world of the surface: x is α, y is height, z is −β, with the plane's longer half width as the unit. The sheet's
 * heights run from 0 to `sheetHeight`.
 */
export const sheetHeight = 0.86;
/** Height of the floor map. */
export const floorLevel = -0.34;

/** Distance of the eye from the middle of the box: far enough for a long lens, which keeps shapes honest. */
const distance = 6.4;
const clipNear = 2;
const clipFar = 12;
const middle = (sheetHeight + floorLevel) / 2;

/** World to screen and the order of depth, for one camera. */
export interface Projector {
  /** Pixel of a place, and its distance along the line of sight; written to `to` as x, y, depth. */
  project(x: number, y: number, z: number, to: [number, number, number]): [number, number, number];
  /** Pixels per unit at the middle of the box. */
  readonly scale: number;
  /** Place of the eye in the world. */
  readonly eye: readonly [number, number, number];
  /** Column-major matrix from the world to clip space of a canvas of `width` × `height` pixels. */
  clip(width: number, height: number): Float64Array;
}

/**
 * The projection that shows a box over a plane of half widths `halfX` and `halfZ` inside `stage`. Scale and middle
 * depend on the pitch but not on the yaw, so that turning does not make the picture breathe.
 */
export function projectorOf(
  camera: Camera,
  stage: Box,
  plane: { readonly halfX: number; readonly halfZ: number },
): Projector {
  const [s, c] = [Math.sin(camera.yaw), Math.cos(camera.yaw)];
  const [sp, cp] = [Math.sin(camera.pitch), Math.cos(camera.pitch)];
  const fit = fitted(stage, Math.hypot(plane.halfX, plane.halfZ), sp, cp);
  const focal = fit.focal * camera.zoom;
  const scale = focal / distance;
  const centreX = stage.x + stage.width / 2 + camera.x * scale;
  const centreY = stage.y + stage.height / 2 + fit.middle * focal - camera.y * scale;
  return {
    scale,
    eye: [-s * cp * distance, sp * distance + middle, c * cp * distance],
    project(x, y, z, to) {
      const turned = c * z - s * x;
      const up = y - middle;
      const depth = distance - sp * up - cp * turned;
      const per = focal / depth;
      to[0] = centreX + (c * x + s * z) * per;
      to[1] = centreY - (cp * up - sp * turned) * per;
      to[2] = depth;
      return to;
    },
    clip(width, height) {
      // Rows of the map from (x, y − middle, z) to what is divided by the depth, and the depth itself.
      const right = [c, 0, s];
      const up = [sp * s, cp, -sp * c];
      const back = [cp * s, -sp, -cp * c];
      const depthScale = (clipFar + clipNear) / (clipFar - clipNear);
      const depthShift = (2 * clipFar * clipNear) / (clipFar - clipNear);
      const offsetX = (2 * centreX) / width - 1;
      const offsetY = 1 - (2 * centreY) / height;
      const matrix = new Float64Array(16);
      for (let k = 0; k < 3; k++) {
        matrix[4 * k] = ((2 * focal) / width) * right[k]! + offsetX * back[k]!;
        matrix[4 * k + 1] = ((2 * focal) / height) * up[k]! + offsetY * back[k]!;
        matrix[4 * k + 2] = depthScale * back[k]!;
        matrix[4 * k + 3] = back[k]!;
      }
      matrix[12] = offsetX * distance - middle * matrix[4]!;
      matrix[13] = offsetY * distance - middle * matrix[5]!;
      matrix[14] = depthScale * distance - depthShift - middle * matrix[6]!;
      matrix[15] = distance - middle * matrix[7]!;
      return matrix;
    },
  };
}

/** Focal length in pixels, and how far below the middle of the stage the axis of sight lies, per focal length. */
function fitted(
  stage: Box,
  radius: number,
  sp: number,
  cp: number,
): { readonly focal: number; readonly middle: number } {
  let top = -Infinity;
  let bottom = Infinity;
  let side = 0;
  for (const height of [floorLevel - middle, sheetHeight - middle]) {
    // The upright cylinder around the box is highest and lowest on screen at its far and near side.
    for (const turned of [-radius, radius]) {
      const at = (cp * height - sp * turned) / (distance - sp * height - cp * turned);
      top = Math.max(top, at);
      bottom = Math.min(bottom, at);
    }
    // And widest where a line of sight touches it.
    side = Math.max(side, radius / Math.sqrt((distance - sp * height) ** 2 - (cp * radius) ** 2));
  }
  return {
    focal: Math.max(1, Math.min(stage.width / (2 * side), stage.height / (top - bottom))),
    middle: (top + bottom) / 2,
  };
}
