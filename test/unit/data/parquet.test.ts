import { expect, test } from "vitest";
import { huggingFaceClasses } from "../../../server/data/parquet";

const noting = (features: unknown) => huggingFaceClasses(JSON.stringify({ info: { features } }));

test("names of classes are those that the note has for a column", () => {
  const label = { names: ["cat", "dog"], _type: "ClassLabel" };
  expect(noting({ image: { _type: "Image" }, label })).toEqual(new Map([["label", ["cat", "dog"]]]));
});

test.each([
  ["no note", undefined],
  ["no JSON", "{"],
  ["a note of nothing", "null"],
  ["a number", "5"],
  ["no information", '{"info": null}'],
  ["no features", '{"info": {"features": null}}'],
  ["a feature that is nothing", '{"info": {"features": {"label": null}}}'],
  ["numbers for names", '{"info": {"features": {"label": {"names": [1, 2]}}}}'],
  ["brackets without end", `{"info": ${"[".repeat(1e6)}${"]".repeat(1e6)}}`],
])("with %s there are none", (_, note) => {
  expect(huggingFaceClasses(note).size).toBe(0);
});
