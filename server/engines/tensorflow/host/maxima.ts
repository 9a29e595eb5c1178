import { sizeOf, type Tensor } from "../../../graph/tensor";
import { countTo, mappedPositions } from "../shapes";
import type { Windows } from "../windows";

/**
 * The largest element of each window of x, [N, C, …], and its row-major position in the whole of x (int64). Of several
 * equal ones the first; NaN is larger than everything, as in the other engine.
 */
export function maximaOf(x: Tensor, windows: Windows): readonly [Tensor, Tensor] {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]];
  const { count, starts, places } = placesOf(windows, spatial);
  const size = sizeOf(spatial);
  const shape = [batch, channels, ...count];
  const source = x.data as Float32Array;
  const largest = new Float32Array(sizeOf(shape));
  const winners = new BigInt64Array(largest.length);
  let k = 0;
  for (let image = 0; image < batch * channels; image++) {
    const first = image * size;
    for (let window = 0; window + 1 < starts.length; window++) {
      let winner = -1;
      let value = -Infinity;
      for (let i = starts[window]!; i < starts[window + 1]!; i++) {
        const candidate = source[first + places[i]!]!;
        if (winner < 0 || candidate > value || (candidate !== candidate && value === value)) {
          winner = first + places[i]!;
          value = candidate;
        }
      }
      largest[k] = value;
      winners[k++] = BigInt(winner);
    }
  }
  return [
    { dtype: "float32", shape, data: largest },
    { dtype: "int64", shape, data: winners },
  ];
}

interface Places {
  readonly count: readonly number[];
  /** Where each window's places begin in `places`, and behind the last one their number. */
  readonly starts: Int32Array;
  /** Row-major positions inside one channel, window after window. */
  readonly places: Int32Array;
}

function placesOf({ kernel, strides, dilations, pads, count }: Windows, spatial: readonly number[]): Places {
  const total = sizeOf(count);
  const starts = new Int32Array(total + 1);
  const places = new Int32Array(total * sizeOf(kernel));
  const window = count.map(() => 0);
  let length = 0;
  for (let k = 0; k < total; k++) {
    const along = window.map((at, axis) => {
      const start = at * strides[axis]! - pads[axis]![0];
      const all = countTo(kernel[axis]!).map((offset) => start + offset * dilations[axis]!);
      return all.filter((place) => place >= 0 && place < spatial[axis]!);
    });
    const positions = mappedPositions(spatial, along);
    places.set(positions, length);
    length += positions.length;
    starts[k + 1] = length;
    for (let axis = count.length - 1; axis >= 0; axis--) {
      if (++window[axis]! < count[axis]!) break;
      window[axis] = 0;
    }
  }
  return { count, starts, places };
}
