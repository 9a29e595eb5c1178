import { geometryOf, shapeAttribute, type Geometry } from "../../../server/graph/differentiate/internal";
import { sizeOf } from "../../../server/graph/tensor";
import { at, generate, indices, positionOf, type Call, type Operator, type Value } from "./values";

/** Input position of kernel element `offset` of window `window` along each spatial axis. */
function placeOf(geometry: Geometry, window: readonly number[], offset: readonly number[]): number[] {
  const { strides, dilations, before } = geometry;
  return window.map((o, axis) => o * strides[axis]! - before[axis]! + offset[axis]! * dilations[axis]!);
}

function isInside(place: readonly number[], spatial: readonly number[]): boolean {
  return place.every((p, axis) => p >= 0 && p < spatial[axis]!);
}

/** Row-major positions in the spatial axes of y, x and w that meet in one product of a convolution. */
interface Meeting {
  readonly y: number;
  readonly x: number;
  readonly w: number;
}

function meetings(geometry: Geometry, spatial: readonly number[], windows: readonly number[]): Meeting[] {
  const found: Meeting[] = [];
  for (const window of indices(windows)) {
    for (const offset of indices(geometry.kernel)) {
      const place = placeOf(geometry, window, offset);
      if (!isInside(place, spatial)) continue;
      found.push({
        y: positionOf(windows, window),
        x: positionOf(spatial, place),
        w: positionOf(geometry.kernel, offset),
      });
    }
  }
  return found;
}

/** Visits every product y[n, m, o] · x[n, first(m) + c, o·s − p + k·d] · w[m, c, k] of a convolution, by positions. */
function forEachProduct(
  call: Call,
  shapes: { readonly x: readonly number[]; readonly w: readonly number[]; readonly y: readonly number[] },
  visit: (y: number, x: number, w: number) => void,
): void {
  const geometry = geometryOf(call.node);
  const [batch, channels, ...spatial] = shapes.x as [number, number, ...number[]];
  const [outputs, perFilter] = shapes.w as [number, number];
  const windows = shapes.y.slice(2);
  const spots = meetings(geometry, spatial, windows);
  const [xSize, ySize, wSize] = [sizeOf(spatial), sizeOf(windows), sizeOf(geometry.kernel)];
  for (let n = 0; n < batch; n++) {
    for (let m = 0; m < outputs; m++) {
      const first = Math.floor(m / (outputs / geometry.group)) * perFilter;
      for (let c = 0; c < perFilter; c++) {
        const y = (n * outputs + m) * ySize;
        const x = (n * channels + first + c) * xSize;
        const w = (m * perFilter + c) * wSize;
        for (const spot of spots) visit(y + spot.y, x + spot.x, w + spot.w);
      }
    }
  }
}

/** dx[n, c, o·s − p + k·d] += dy[n, m, o] · w[m, c, k] */
function convInputGrad(call: Call): Value[] {
  const [dy, w] = [call.input(0), call.input(1)];
  const dx = generate(dy.dtype, shapeAttribute(call.node), () => 0);
  forEachProduct(call, { x: dx.shape, w: w.shape, y: dy.shape }, (yAt, xAt, wAt) => {
    dx.data[xAt]! += dy.data[yAt]! * w.data[wAt]!;
  });
  return [dx];
}

/** dw[m, c, k] = Σ_n Σ_o dy[n, m, o] · x[n, c, o·s − p + k·d] */
function convFilterGrad(call: Call): Value[] {
  const [x, dy] = [call.input(0), call.input(1)];
  const dw = generate(dy.dtype, shapeAttribute(call.node), () => 0);
  forEachProduct(call, { x: x.shape, w: dw.shape, y: dy.shape }, (yAt, xAt, wAt) => {
    dw.data[wAt]! += dy.data[yAt]! * x.data[xAt]!;
  });
  return [dw];
}

/** dx[indices[i]] += dy[i] */
function maxPoolGrad(call: Call): Value[] {
  const [dy, winners] = [call.input(0), call.input(1)];
  const dx = generate(dy.dtype, shapeAttribute(call.node), () => 0);
  winners.data.forEach((index, i) => {
    if (!(index >= 0 && index < dx.data.length)) throw new Error(`${index} is no index into [${dx.shape.join(", ")}]`);
    dx.data[index]! += dy.data[i]!;
  });
  return [dx];
}

/** y[i] = u[indices[i]] */
function maxPoolGather(call: Call): Value[] {
  const [u, winners] = [call.input(0), call.input(1)];
  return [{ dtype: u.dtype, shape: winners.shape, data: winners.data.map((index) => u.data[index]!) }];
}

/** Each dy is shared out in equal parts among the places that its window averages. */
function averagePoolGrad(call: Call): Value[] {
  const dy = call.input(0);
  const geometry = geometryOf(call.node);
  const dx = generate(dy.dtype, shapeAttribute(call.node), () => 0);
  const spatial = dx.shape.slice(2);
  const withPadding = call.int("count_include_pad", 0) === 1;
  for (const [n, c, ...window] of indices(dy.shape)) {
    const places = Array.from(indices(geometry.kernel), (offset) => placeOf(geometry, window, offset));
    const inside = places.filter((place) => isInside(place, spatial));
    const share = at(dy, [n!, c!, ...window]) / (withPadding ? places.length : inside.length);
    for (const place of inside) dx.data[positionOf(dx.shape, [n!, c!, ...place])]! += share;
  }
  return [dx];
}

/** The operators of the internal domain. */
export const internals: Readonly<Record<string, Operator>> = {
  ConvInputGrad: convInputGrad,
  ConvFilterGrad: convFilterGrad,
  MaxPoolGrad: maxPoolGrad,
  MaxPoolGather: maxPoolGather,
  AveragePoolGrad: averagePoolGrad,
};
