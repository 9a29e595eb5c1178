import type { Picture } from "./picture";

/** Which pixels of a row or column make up a new one, and how much each of them counts. */
interface Taps {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * A picture in another size: bilinear with half-pixel centres, first along rows, then along columns, in float64 and not
 * rounded. Where it shrinks, the triangle widens with the scale, so that every pixel counts (antialiasing). This is
 * what torchvision's `resize` and PIL's `BILINEAR` do; `keras.layers.Resizing` does the same where it enlarges, but
 * does not antialias by default where it shrinks.
 */
export function resized(picture: Picture, [height, width]: readonly [number, number]): Picture {
  if (picture.height === height && picture.width === width) return picture;
  const { channels, bytes } = picture;
  const wide = new Float64Array(picture.height * width * channels);
  tapsOf(picture.width, width).forEach(({ first, weights }, x) => {
    for (let y = 0; y < picture.height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) {
          sum += weights[k]! * picture.values[(y * picture.width + first + k) * channels + c]!;
        }
        wide[(y * width + x) * channels + c] = sum;
      }
    }
  });
  const values = new Float64Array(height * width * channels);
  const row = width * channels;
  tapsOf(picture.height, height).forEach(({ first, weights }, y) => {
    for (let i = 0; i < row; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * wide[(first + k) * row + i]!;
      values[y * row + i] = sum;
    }
  });
  return { height, width, channels, values, bytes };
}

/** For every new pixel the old ones under its triangle, their weights adding up to 1. */
function tapsOf(from: number, to: number): readonly Taps[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, k) =>
      Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / support)),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}
