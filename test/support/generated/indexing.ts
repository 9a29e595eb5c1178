import fc from "fast-check";
import type { DataType } from "../../../server/graph/tensor";
import { tensorOf } from "../operatorCase";
import {
  axes,
  coarse,
  fed,
  flags,
  integers,
  known,
  maybe,
  rangeOf,
  seeds,
  shapes,
  whole,
  wholeTensor,
  type Application,
  type Generators,
  type Input,
} from "./application";

/** What is looked up: floats, or integers that stay on the host. */
const tables = (shape: readonly number[]): fc.Arbitrary<Input> =>
  fc.oneof({ weight: 3, arbitrary: fed(shape) }, { weight: 1, arbitrary: integers(shape, "int64", -9, 9) });

const typesOf = (input: Input): readonly DataType[] => [input.tensor.dtype];

const sized = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Indices into an axis of `extent`, from the front and from the end, int32 or int64. */
const indices = (shape: readonly number[], extent: number): fc.Arbitrary<Input> =>
  fc.constantFrom("int32" as const, "int64" as const).chain((dtype) => integers(shape, dtype, -extent, extent - 1));

const gather: fc.Arbitrary<Application> = shapes(1, 4).chain((shape) =>
  fc.tuple(tables(shape), axes(shape.length), shapes(0, 2, 3)).chain(([x, axis, at]) =>
    indices(at, shape.at(axis)!).map((chosen) => ({
      op: "Gather",
      inputs: [x, chosen],
      attributes: { axis },
      outputs: typesOf(x),
    })),
  ),
);

const gatherElements: fc.Arbitrary<Application> = shapes(1, 4).chain((shape) =>
  fc
    .tuple(tables(shape), axes(shape.length), whole(1, 4), fc.array(flags, { minLength: 4, maxLength: 4 }))
    .chain(([x, axis, count, cut]) => {
      const along = axis < 0 ? axis + shape.length : axis;
      const at = shape.map((extent, k) => (k === along ? count : cut[k] ? Math.ceil(extent / 2) : extent));
      return indices(at, shape[along]!).map((chosen) => ({
        op: "GatherElements",
        inputs: [x, chosen],
        attributes: { axis },
        outputs: typesOf(x),
      }));
    }),
);

/** Rows of indices, each entry in the extent of its own axis. */
function points(count: readonly number[], extents: readonly number[], seed: number): Input {
  const rows = sized(count);
  const columns = extents.map((extent, k) => wholeTensor([rows], "int64", -extent, extent - 1, seed + k));
  const values = rangeOf(rows).flatMap((row) => columns.map(({ data }) => Number(data[row])));
  return { from: "constant", tensor: tensorOf(values, [...count, extents.length]) };
}

const gatherND: fc.Arbitrary<Application> = shapes(1, 4).chain((shape) =>
  fc.tuple(tables(shape), whole(0, shape.length - 1), shapes(0, 2, 3), seeds).chain(([x, batch, count, seed]) =>
    whole(1, shape.length - batch).map((depth) => ({
      op: "GatherND",
      inputs: [x, points([...shape.slice(0, batch), ...count], shape.slice(batch, batch + depth), seed)],
      attributes: { batch_dims: batch === 0 ? undefined : batch },
      outputs: typesOf(x),
    })),
  ),
);

const reductions = fc.constantFrom(undefined, "none", "add", "mul", "max", "min");

/** With a combination of old and new any index may come twice; without one the order would not be defined. */
const scatterElements: fc.Arbitrary<Application> = shapes(1, 3).chain((shape) =>
  fc.tuple(fed(shape), axes(shape.length), reductions, seeds).chain(([x, axis, reduction, seed]) => {
    const along = axis < 0 ? axis + shape.length : axis;
    const extent = shape[along]!;
    const unique = reduction === undefined || reduction === "none";
    return whole(1, unique ? extent : 5).chain((count) => {
      const at = shape.map((own, k) => (k === along ? count : own));
      const inner = sized(at.slice(along + 1));
      const values = rangeOf(sized(at)).map((k) => (Math.floor(k / inner) + seed) % (unique ? extent : 1));
      const chosen = unique
        ? tensorOf(
            rangeOf(sized(at)).map((k) => ((Math.floor(k / inner) % count) + seed) % extent),
            at,
          )
        : wholeTensor(at, "int64", -extent, extent - 1, seed + values.length);
      return fed(at).map((updates) => ({
        op: "ScatterElements",
        opset: 18,
        inputs: [x, { from: "constant", tensor: chosen }, updates],
        attributes: { axis, reduction },
      }));
    });
  }),
);

const scatterND: fc.Arbitrary<Application> = shapes(1, 3).chain((shape) =>
  fc.tuple(fed(shape), whole(1, shape.length), reductions, seeds).chain(([x, depth, reduction, seed]) => {
    const extents = shape.slice(0, depth);
    const unique = reduction === undefined || reduction === "none";
    const places = sized(extents);
    return whole(1, unique ? places : 5).chain((count) => {
      const rows = rangeOf(count).map((k) => (unique ? (k + seed) % places : (k * 3 + seed) % places));
      const entries = rows.flatMap((row) =>
        extents.map((extent, k) => Math.floor(row / sized(extents.slice(k + 1))) % extent),
      );
      return fed([count, ...shape.slice(depth)]).map((updates) => ({
        op: "ScatterND",
        opset: 18,
        inputs: [x, { from: "constant", tensor: tensorOf(entries, [count, depth]) }, updates],
        attributes: { reduction },
      }));
    });
  }),
);

const oneHot: fc.Arbitrary<Application> = fc
  .tuple(shapes(1, 3), whole(1, 5), fc.constantFrom("float32" as const, "int64" as const))
  .chain(([shape, depth, dtype]) =>
    fc.tuple(integers(shape, "int64", -depth - 1, depth + 1), maybe(axes(shape.length + 1))).map(([x, axis]) => ({
      op: "OneHot",
      inputs: [x, known([depth]), { from: "constant", tensor: tensorOf([-1, 2], [2], dtype) }],
      attributes: { axis },
      outputs: [dtype],
    })),
  );

/** Many equal elements: the first or the last of them is asked for. */
const extremum = (op: string): fc.Arbitrary<Application> =>
  shapes(1, 4).chain((shape) =>
    fc
      .record({
        x: coarse(shape),
        axis: maybe(axes(shape.length)),
        keepdims: maybe(whole(0, 1)),
        select_last_index: maybe(whole(0, 1)),
      })
      .map(({ x, ...attributes }) => ({ op, inputs: [{ ...x, from: "feed" }], attributes, outputs: ["int64"] })),
  );

/** Sorted; which of equal elements comes first is defined since operator set 11. */
const topK: fc.Arbitrary<Application> = shapes(1, 3).chain((shape) =>
  axes(shape.length).chain((axis) =>
    fc
      .record({
        x: fc.oneof(fed(shape), coarse(shape)),
        k: whole(1, shape.at(axis)!),
        largest: maybe(whole(0, 1)),
        stated: flags,
      })
      .map(({ x, k, largest, stated }) => ({
        op: "TopK",
        inputs: [{ ...x, from: "feed" }, known([k])],
        attributes: { axis: stated || axis !== shape.length - 1 ? axis : undefined, largest },
        outputs: ["float32", "int64"],
      })),
  ),
);

const trilu: fc.Arbitrary<Application> = shapes(2, 4).chain((shape) =>
  fc.tuple(tables(shape), maybe(whole(-3, 3)), maybe(whole(0, 1))).map(([x, offset, upper]) => ({
    op: "Trilu",
    inputs: [x, ...(offset === undefined ? [] : [{ from: "constant", tensor: tensorOf([offset], []) } as const])],
    attributes: { upper },
    outputs: typesOf(x),
  })),
);

const cumSum: fc.Arbitrary<Application> = shapes(1, 4).chain((shape) =>
  fc
    .tuple(tables(shape), axes(shape.length), maybe(whole(0, 1)), maybe(whole(0, 1)))
    .map(([x, axis, exclusive, reverse]) => ({
      op: "CumSum",
      inputs: [x, { from: "constant", tensor: tensorOf([axis], []) }],
      attributes: { exclusive, reverse },
      outputs: typesOf(x),
    })),
);

export const indexingGenerators: Generators = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  OneHot: oneHot,
  ArgMax: extremum("ArgMax"),
  ArgMin: extremum("ArgMin"),
  TopK: topK,
  Trilu: trilu,
  CumSum: cumSum,
  NonZero: shapes(1, 3)
    .chain((shape) => fc.oneof(coarse(shape), integers(shape, "int64", -1, 1), integers(shape, "bool", 0, 1)))
    .map((x) => ({ op: "NonZero", inputs: [{ ...x, from: "feed" }], outputs: ["int64"] })),
};
