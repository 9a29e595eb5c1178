import { expect, test } from "vitest";
import { operatorNames } from "../../../server/engines/tensorflow/operators";
import { rules } from "../../../server/graph/differentiate/rules/table";

/**
 * Derivatives of derivatives are made of operators with rules alone, so that an engine that runs a model and has all of
 * these never meets one that it lacks after the run has begun.
 */
test("TensorFlow.js has every operator that graphs of derivatives are made of", () => {
  const names = Object.keys(rules).map((name) => name.slice(name.lastIndexOf(".") + 1));
  expect(names).toContain("ConvFilterGrad");
  expect(names.filter((name) => !operatorNames.includes(name))).toEqual([]);
});
