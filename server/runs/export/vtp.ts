import { fromJsonNumber } from "../../protocol/numbers";
import type { JsonNumber, TrajectoryFigure } from "../../protocol/result";
import { choosePart, surfaceOf, trajectoryOf, type Exportable, type ExportOptions } from "./exportable";
import { captionOf } from "./facts";
import { clipLimit, meshOf } from "./mesh";
import { element, escaped } from "./svg/element";

interface Pieces {
  readonly points: Float64Array;
  readonly data: Readonly<Record<string, Float64Array>>;
  /** Vertices of each face, or of the one line. */
  readonly cells: readonly (readonly number[])[];
  readonly kind: "Polys" | "Lines";
  readonly comments: readonly string[];
}

/**
 * A surface, or the path of a training, as ParaView's PolyData (`.vtp`, XML). Numbers are float64 in base64 with 64-bit
 * headers, little-endian, so that NaN survives; z as `meshOf` says.
 *
 * Point data of a surface: loss, accuracy, lossError, log10 of the loss, measured (0 is interpolated) and the row-major
 * index in the grid; of a path, whose z is the loss in the plane: its own loss and accuracy, those in the plane, distance
 * from the plane, epoch.
 *
 * @throws ProblemError `data-missing` when the result has no such part.
 */
export function toVtp(result: Exportable, options: ExportOptions): string {
  const part = choosePart(result, options.part, ["surface", "trajectory"]);
  return document(part === "surface" ? surfacePieces(result, options) : pathPieces(trajectoryOf(result), options), [
    ...captionOf(result, { part, split: options.split }),
  ]);
}

function surfacePieces(result: Exportable, options: ExportOptions): Pieces {
  const surface = surfaceOf(result, options.split);
  const mesh = meshOf(surface, options);
  const pick = (table: readonly (readonly JsonNumber[])[]): Float64Array => {
    const flat = table.flat();
    return Float64Array.from(mesh.indices, (index) => fromJsonNumber(flat[index]!));
  };
  const loss = pick(surface.loss);
  return {
    points: Float64Array.from(mesh.vertices.flat()),
    data: {
      loss,
      accuracy: pick(surface.accuracy),
      lossError: pick(surface.lossError),
      log10_loss: loss.map(Math.log10),
      measured: pick(surface.measured),
      index: Float64Array.from(mesh.indices),
    },
    cells: mesh.faces,
    kind: "Polys",
    comments: [
      `z is the ${mesh.height}`,
      ...(mesh.left > 0 ? [`${mesh.left} points without height are left out`] : []),
    ],
  };
}

/** Checkpoints whose loss in the plane is not known or not finite have no place above it and are left out. */
function pathPieces({ checkpoints }: TrajectoryFigure, { height = "log" }: ExportOptions): Pieces {
  const inPlane = checkpoints.map(({ planeLoss }) => fromJsonNumber(planeLoss ?? "NaN"));
  const limit = clipLimit(inPlane);
  const rises = { log: Math.log10, linear: (loss: number) => loss, clip: (loss: number) => Math.min(loss, limit) };
  const rise = rises[height];
  const kept = checkpoints.filter((_, k) => Number.isFinite(rise(inPlane[k]!)));
  const column = (value: (checkpoint: (typeof kept)[number]) => JsonNumber | undefined): Float64Array =>
    Float64Array.from(kept, (checkpoint) => fromJsonNumber(value(checkpoint) ?? "NaN"));
  const planeLoss = column((checkpoint) => checkpoint.planeLoss);
  const left = checkpoints.length - kept.length;
  return {
    points: Float64Array.from(kept.flatMap(({ x, y }, k) => [x, y, rise(planeLoss[k]!)])),
    data: {
      loss: column(({ loss }) => loss),
      accuracy: column(({ accuracy }) => accuracy),
      planeLoss,
      planeAccuracy: column(({ planeAccuracy }) => planeAccuracy),
      offPlane: column(({ offPlane }) => offPlane),
      epoch: column(({ epoch }) => epoch),
    },
    cells: [kept.map((_, k) => k)],
    kind: "Lines",
    comments: [
      `z is the loss in the plane (${height})`,
      ...(left > 0 ? [`${left} checkpoints without height are left out`] : []),
    ],
  };
}

function document({ points, data, cells, kind, comments }: Pieces, caption: readonly string[]): string {
  const used = cells.filter((cell) => cell.length > 0);
  let end = 0;
  const offsets = used.map((cell) => (end += cell.length));
  const numbers = points.length / 3;
  const arrays = Object.entries(data).map(([Name, values]) => array({ type: "Float64", Name }, values));
  const counts = { NumberOfPoints: numbers, NumberOfVerts: 0, NumberOfLines: 0, NumberOfStrips: 0, NumberOfPolys: 0 };
  const piece = element(
    "Piece",
    { ...counts, [`NumberOf${kind}`]: used.length },
    element("PointData", { Scalars: "loss" }, ...arrays),
    element("Points", {}, array({ type: "Float64", Name: "Points", NumberOfComponents: 3 }, points)),
    element(
      kind,
      {},
      array({ type: "Int64", Name: "connectivity" }, BigInt64Array.from(used.flat(), BigInt)),
      array({ type: "Int64", Name: "offsets" }, BigInt64Array.from(offsets, BigInt)),
    ),
  );
  // Two hyphens would end an XML comment.
  const comment = escaped([...caption, ...comments].join("\n")).replaceAll("--", "- -");
  const attributes = { type: "PolyData", version: "1.0", byte_order: "LittleEndian", header_type: "UInt64" };
  return `<?xml version="1.0"?>\n<!--\n${comment}\n-->\n${element("VTKFile", attributes, element("PolyData", {}, piece))}\n`;
}

/** Its length in bytes as a 64-bit integer, then the elements, all in one base64 text. */
function array(attributes: Readonly<Record<string, string | number>>, values: Float64Array | BigInt64Array): string {
  const bytes = Buffer.alloc(8 + values.byteLength);
  bytes.writeBigUInt64LE(BigInt(values.byteLength));
  values.forEach((value: number | bigint, k: number) => {
    if (typeof value === "bigint") bytes.writeBigInt64LE(value, 8 + 8 * k);
    else bytes.writeDoubleLE(value, 8 + 8 * k);
  });
  return element("DataArray", { ...attributes, format: "binary" }, bytes.toString("base64"));
}
