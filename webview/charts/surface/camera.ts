import type { Field } from "../../state/field";

/** From where the surface is looked at. */
export interface Camera {
  /** Turn about the vertical axis, in radians. */
  readonly yaw: number;
  /** Angle above the horizon, in radians, within `pitchRange`. */
  readonly pitch: number;
  /** 1 shows the whole box. */
  readonly zoom: number;
  /** Shift of the picture to the right and upwards, in half widths of the plane. */
  readonly x: number;
  readonly y: number;
}

export const pitchRange = [0.1, 1.55] as const;
export const zoomRange = [0.5, 8] as const;

const startPitch = 0.56;
/** Seen exactly along a diagonal, the box would look flat: both near edges would mirror each other. */
const besideDiagonal = 0.08;
/** No shift loses the surface from sight. */
const farthestShift = 1.6;

const held = (value: number, [from, to]: readonly [number, number]) => Math.min(to, Math.max(from, value));
/** An angle in −π..π. */
const wrapped = (angle: number) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

/** The camera with every part inside its range. */
export function heldCamera({ yaw, pitch, zoom, x, y }: Camera): Camera {
  return {
    yaw: wrapped(yaw),
    pitch: held(pitch, pitchRange),
    zoom: held(zoom, zoomRange),
    x: held(x, [-farthestShift, farthestShift]),
    y: held(y, [-farthestShift, farthestShift]),
  };
}

/**
 * The camera to begin with: the lowest corner of the field faces the viewer, so that the rim hides little of the valley.
 * Corners are measured first, so that it does not change while a run goes on.
 */
export function startCamera(field?: Pick<Field, "columns" | "rows" | "values">): Camera {
  const [x, z] = field ? lowestCorner(field) : [1, 1];
  return { yaw: wrapped(Math.atan2(-x, z) + besideDiagonal), pitch: startPitch, zoom: 1, x: 0, y: 0 };
}

/** Signs of world x and z of the lowest corner. */
function lowestCorner({
  columns,
  rows,
  values,
}: Pick<Field, "columns" | "rows" | "values">): readonly [1 | -1, 1 | -1] {
  const corners = [
    // β grows away from a viewer at yaw 0: the first row lies in front.
    { at: [1, 1], value: values[columns - 1]! },
    { at: [-1, 1], value: values[0]! },
    { at: [1, -1], value: values[rows * columns - 1]! },
    { at: [-1, -1], value: values[(rows - 1) * columns]! },
  ] as const;
  const height = ({ value }: (typeof corners)[number]) => (Number.isNaN(value) ? Infinity : value);
  return corners.reduce((best, corner) => (height(corner) < height(best) ? corner : best)).at;
}

export function rotated(camera: Camera, yaw: number, pitch: number): Camera {
  return heldCamera({ ...camera, yaw: camera.yaw + yaw, pitch: camera.pitch + pitch });
}

export function magnified(camera: Camera, factor: number): Camera {
  return heldCamera({ ...camera, zoom: camera.zoom * factor });
}

/** Moves the picture; `x` and `y` as in `Camera`. */
export function shifted(camera: Camera, x: number, y: number): Camera {
  return heldCamera({ ...camera, x: camera.x + x, y: camera.y + y });
}

/** The camera at `share` (0..1) of the shorter way between two, slowing down at the end. */
export function between(from: Camera, to: Camera, share: number): Camera {
  const eased = 1 - (1 - share) ** 3;
  const part = (a: number, b: number) => a + (b - a) * eased;
  return {
    yaw: from.yaw + wrapped(to.yaw - from.yaw) * eased,
    pitch: part(from.pitch, to.pitch),
    zoom: part(from.zoom, to.zoom),
    x: part(from.x, to.x),
    y: part(from.y, to.y),
  };
}

/** A camera as a view keeps it. */
export function writtenCamera({ yaw, pitch, zoom, x, y }: Camera): readonly number[] {
  return [yaw, pitch, zoom, x, y].map((value) => Number(value.toFixed(4)));
}

/** The camera that a view keeps; undefined when it keeps none, or not a whole one. */
export function readCamera(kept: readonly (string | number)[]): Camera | undefined {
  if (kept.length !== 5 || !kept.every((value): value is number => Number.isFinite(value))) return undefined;
  const [yaw, pitch, zoom, x, y] = kept as readonly [number, number, number, number, number];
  return heldCamera({ yaw, pitch, zoom, x, y });
}
