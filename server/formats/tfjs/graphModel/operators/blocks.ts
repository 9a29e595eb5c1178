import { plainOrder, type Extent } from "../../../keras/value";
import type { Call, Translation, Translations } from "../call";
import { DividedConvolution, DividedImages, type Division } from "../divided";
import { padded, sliced } from "../layout";
import { isStatic, type Value } from "../value";

/** What the inputs of one of the two operators say. @throws Unsupported when the spatial extents are not known */
function divisionOf(call: Call): Division {
  const x = call.input();
  const block = call.integers(1);
  const list = call.integers(2);
  const pads = block.map((_, k) => [list[2 * k] ?? 0, list[2 * k + 1] ?? 0] as const);
  if (!isStatic(x.shape.slice(1))) throw call.refuse("of images of unknown size");
  if (block.length === 0 || block.length >= x.rank || block.some((n) => n < 1)) {
    throw call.refuse(`with blocks of [${block.join(", ")}]`);
  }
  return { block, pads };
}

/** [n, …h·b, …] → [b·n, …h, …]: images of every b-th pixel, each a sample of its own. */
const spaceToBatch: Translation = (call) => {
  const x = call.input();
  const division = divisionOf(call);
  const { block, pads } = division;
  const rest = plainOrder(x.rank).slice(1 + block.length);
  const all = [0, 0, ...pads.flat(), ...rest.flatMap(() => [0, 0])];
  const wide = padded(call, x, all, { mode: "constant" });
  const extents = wide.shape as readonly number[];
  if (block.some((n, k) => extents[k + 1]! % n !== 0)) throw call.refuse("of images that the blocks do not divide");
  const tail = rest.map((axis) => extents[axis]!);
  const apart = block.flatMap((n, k) => [extents[k + 1]! / n, n]);
  const order = [...block.map((_, k) => 2 * k + 2), 0, ...block.map((_, k) => 2 * k + 1)];
  const after = tail.map((_, k) => 1 + 2 * block.length + k);
  const split = reshape(call, wide, [-1, ...apart, ...tail]);
  const small = block.map((n, k) => extents[k + 1]! / n);
  const turned = call.transposed(split, [...order, ...after]);
  const shape: readonly Extent[] = [null, ...small, ...tail];
  return new DividedImages(reshape(call, turned, [-1, ...small, ...tail]).name, shape, x, division);
};

/** [b·n, …h, …] → [n, …h·b, …], then cut at the borders. */
const batchToSpace: Translation = (call) => {
  const { emit } = call;
  const x = call.input();
  const { block, pads } = divisionOf(call);
  if (x instanceof DividedConvolution && String(block) === String(x.division.block)) {
    const dilated = x.dilated(emit, pads);
    if (dilated) return dilated;
  }
  const spatial = x.shape.slice(1, 1 + block.length) as readonly number[];
  const tail = x.shape.slice(1 + block.length) as readonly number[];
  const count = block.length;
  const split = reshape(call, x, [...block, -1, ...spatial, ...tail]);
  const woven = block.flatMap((_, k) => [count + 1 + k, k]);
  const turned = call.transposed(split, [count, ...woven, ...tail.map((_, k) => 2 * count + 1 + k)]);
  const wide = spatial.map((extent, k) => extent * block[k]!);
  const whole = reshape(call, turned, [-1, ...wide, ...tail]);
  const spans = pads.map(([before, after], k) => ({ axis: k + 1, start: before, end: wide[k]! - after, step: 1 }));
  return sliced(call, whole, spans);
};

/** @param extents −1 for the batch */
function reshape({ emit }: Call, value: Value, extents: readonly number[]): Value {
  const name = emit.op("Reshape", [emit.plain(value), emit.integers(extents)]);
  const shape = extents.map((extent) => (extent === -1 ? null : extent));
  return emit.value(name, shape, { dtype: value.dtype });
}

/** The detour over the batch by which TensorFlow computes dilated convolutions. */
export const blockOperators: Translations = { SpaceToBatchND: spaceToBatch, BatchToSpaceND: batchToSpace };
