import { describe, expect, test } from "vitest";
import { completeStudy } from "../../../server/study/complete";
import { schemaAt } from "../../../server/study/fields";
import { lossNames } from "../../../server/study/choices";
import { studySchema } from "../../../server/study/schema";
import type { StudySchema } from "../../../server/study/schemaNodes";

/** Every node of the schema with the names that lead to it. */
function nodes(schema: StudySchema, name = "study"): readonly (readonly [string, StudySchema])[] {
  return [
    [name, schema],
    ...Object.entries(schema.properties ?? {}).flatMap(([key, each]) => nodes(each, `${name}.${key}`)),
    ...(schema.items ? nodes(schema.items, `${name}[]`) : []),
    ...(schema.then ? nodes(schema.then, name) : []),
  ];
}

describe("the schema", () => {
  test("says of every field what it is for and what it must be", () => {
    for (const [name, { description, expected, later }] of nodes(studySchema)) {
      if (later !== undefined) continue;
      expect(description, name).toMatch(/^\S.*[.)]$/);
      expect(expected, name).toMatch(/^\S/);
    }
  });

  test("says of every choice what it means", () => {
    for (const [name, { enum: values, enumDescriptions }] of nodes(studySchema)) {
      if (values) expect(enumDescriptions?.length, name).toBe(values.length);
    }
  });

  test("names losses that there are", () => {
    expect(schemaAt(["loss", "name"])?.enum).toEqual(lossNames);
  });

  test("has the defaults that a study is completed with", () => {
    const draft = { model: "/net.onnx", curvature: {}, sharpness: {} };
    const study = completeStudy(draft, { path: "/test.npz", names: { x: "x", y: "y" } }, {});
    const usual = (...field: string[]): unknown => schemaAt(field)?.default;
    const pair = (value: unknown): unknown => (typeof value === "number" ? [value, value] : value);
    for (const name of ["samples", "sample", "seed"] as const) expect(usual("data", name)).toBe(study.data[name]);
    for (const name of ["seed", "normalise", "ignore"]) {
      expect(usual("directions", name)).toBe((study.directions as unknown as Record<string, unknown>)[name]);
    }
    for (const name of ["x", "y", "points"] as const) expect(pair(usual("grid", name))).toEqual(study.grid[name]);
    for (const [name, value] of Object.entries(study.curvature!)) {
      expect(pair(usual("curvature", name)), name).toEqual(pair(value));
    }
    for (const [name, value] of Object.entries(study.sharpness!)) expect(usual("sharpness", name), name).toBe(value);
    for (const [name, value] of Object.entries(study.compute)) expect(usual("compute", name), name).toBe(value);
  });
});
