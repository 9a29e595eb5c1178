import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { clipLimit, meshOf } from "../../../../server/runs/export/mesh";
import { toObj } from "../../../../server/runs/export/obj";
import { toVtp } from "../../../../server/runs/export/vtp";
import { runResult, surfaceFigure, trajectoryFigure } from "../../../support/results";

type Place = readonly [x: number, y: number, z: number];

const hole = (x: number, y: number): number => (x === -1 && y === -0.5 ? NaN : 1 + x + 2 * y + 3);

describe("a surface as a mesh", () => {
  test("rises to log10 of the loss, to the loss, or to the loss up to a limit", () => {
    const surface = surfaceFigure({ loss: (x) => 10 + 90 * (x + 1) });
    const heights = (height: "log" | "linear" | "clip"): number[] =>
      meshOf(surface, { height })
        .vertices.slice(0, 7)
        .map(([, , z]) => z);
    const losses = surface.loss[0] as number[];
    expect(heights("linear")).toEqual(losses);
    expect(heights("log")).toEqual(losses.map(Math.log10));
    expect(heights("clip")).toEqual(losses.map((loss) => Math.min(loss, 100)));
    expect(clipLimit([0.3, 500])).toBe(10);
  });

  test("turns every face the same way, also when an axis runs downwards", () => {
    for (const y of [
      [-1, 0, 1],
      [1, 0, -1],
    ]) {
      const { vertices, faces } = meshOf(surfaceFigure({ x: [0, 1, 3], y }), {});
      expect(faces).toHaveLength(4);
      for (const face of faces) {
        const [[ax, ay], [bx, by], [cx, cy]] = [0, 1, 2].map((k) => vertices[face[k]!]!) as [Place, Place, Place];
        expect((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).toBeGreaterThan(0);
      }
    }
  });

  test("has a hole where the loss is not finite, and says so", () => {
    const { vertices, faces, left, indices } = meshOf(surfaceFigure({ loss: hole }), {});
    expect([vertices.length, faces.length, left, indices[0]]).toEqual([34, 23, 1, 1]);
    expect(toObj(runResult({ surfaces: [surfaceFigure({ loss: hole })] }), {})).toContain("# 1 grid points");
  });
});

describe("an OBJ file", () => {
  const surface = surfaceFigure();
  const lines = toObj(runResult({ surfaces: [surface] }), { height: "linear" }).split("\n");

  test("has the run's numbers in full precision", () => {
    const vertices = lines.filter((line) => line.startsWith("v ")).map((line) => line.split(" ").slice(1).map(Number));
    const expected = surface.y.flatMap((y, row) => surface.x.map((x, column) => [x, y, surface.loss[row]![column]]));
    expect(vertices).toEqual(expected);
  });

  test("counts vertices from 1", () => {
    const faces = lines.filter((line) => line.startsWith("f ")).map((line) => line.split(" ").slice(1).map(Number));
    expect(faces).toHaveLength(24);
    expect(faces[0]).toEqual([1, 2, 9, 8]);
    expect(Math.max(...faces.flat())).toBe(35);
  });
});

interface DataArray {
  readonly "@Name": string;
  readonly "@type": string;
  readonly "#text": string;
}

/** The arrays of a `.vtp` by name, decoded. */
function readVtp(xml: string): {
  readonly arrays: ReadonlyMap<string, number[]>;
  readonly piece: Record<string, string>;
} {
  expect(XMLValidator.validate(xml)).toBe(true);
  const always = (name: string): boolean => name === "DataArray";
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "@",
    isArray: always,
    parseTagValue: false,
  });
  const { VTKFile } = parser.parse(xml) as { VTKFile: { "@header_type": string; PolyData: { Piece: never } } };
  expect(VTKFile).toMatchObject({ "@header_type": "UInt64", "@byte_order": "LittleEndian" });
  const piece = VTKFile.PolyData.Piece as Record<string, string> & Record<string, { DataArray?: DataArray[] }>;
  const arrays = new Map<string, number[]>();
  for (const section of ["PointData", "Points", "Polys", "Lines"]) {
    for (const array of piece[section]?.DataArray ?? []) {
      const bytes = Buffer.from(array["#text"], "base64");
      expect(Number(bytes.readBigUInt64LE(0))).toBe(bytes.length - 8);
      const values = Array.from({ length: (bytes.length - 8) / 8 }, (_, k) =>
        array["@type"] === "Int64" ? Number(bytes.readBigInt64LE(8 + 8 * k)) : bytes.readDoubleLE(8 + 8 * k),
      );
      arrays.set(array["@Name"], values);
    }
  }
  return { arrays, piece };
}

describe("a ParaView file", () => {
  test("has the surface's points and values in full precision, NaN among them", () => {
    const surface = surfaceFigure({ measured: (x) => x !== 0 });
    const { arrays, piece } = readVtp(toVtp(runResult({ surfaces: [surface] }), { height: "linear" }));
    expect(piece).toMatchObject({ "@NumberOfPoints": "35", "@NumberOfPolys": "24", "@NumberOfLines": "0" });
    expect(arrays.get("Points")!.slice(0, 6)).toEqual([
      -1,
      -0.5,
      surface.loss[0]![0],
      surface.x[1],
      -0.5,
      surface.loss[0]![1],
    ]);
    expect(arrays.get("loss")).toEqual(surface.loss.flat());
    expect(arrays.get("log10_loss")).toEqual(surface.loss.flat().map((loss) => Math.log10(Number(loss))));
    expect(arrays.get("accuracy")).toEqual(surface.accuracy.flat());
    expect(arrays.get("lossError")).toEqual(surface.lossError.flat().map(Number));
    expect(arrays.get("measured")).toEqual(surface.measured.flat());
    expect(arrays.get("connectivity")!.slice(0, 4)).toEqual([0, 1, 8, 7]);
    expect(arrays.get("offsets")).toEqual(Array.from({ length: 24 }, (_, k) => 4 * (k + 1)));
  });

  test("keeps the grid's index of every point when some are left out", () => {
    const { arrays, piece } = readVtp(toVtp(runResult({ surfaces: [surfaceFigure({ loss: hole })] }), {}));
    expect(piece["@NumberOfPoints"]).toBe("34");
    expect(arrays.get("index")).toEqual(Array.from({ length: 34 }, (_, k) => k + 1));
  });

  test("has the path as one line at the height of the loss in the plane", () => {
    const trajectory = trajectoryFigure();
    const { arrays, piece } = readVtp(toVtp(runResult({ trajectory }), { part: "trajectory" }));
    expect(piece).toMatchObject({ "@NumberOfLines": "1", "@NumberOfPolys": "0" });
    const expected = trajectory.checkpoints.flatMap(({ x, y, planeLoss }) => [x, y, Math.log10(planeLoss as number)]);
    expect(arrays.get("Points")).toEqual(expected);
    expect(arrays.get("connectivity")).toEqual([0, 1, 2, 3, 4, 5]);
    expect(arrays.get("epoch")).toEqual([0, 2, 4, 6, 8, 10]);
  });

  test("stays well-formed whatever the names", () => {
    const result = runResult({
      surfaces: [surfaceFigure()],
      model: { name: "a--b <&> ]]>", parameters: 1, format: "x" },
    });
    expect(XMLValidator.validate(toVtp(result, {}))).toBe(true);
  });
});
