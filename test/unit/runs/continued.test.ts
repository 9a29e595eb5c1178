import { describe, expect, test } from "vitest";
import type { Execution } from "../../../server/protocol/study";
import { continued } from "../../../server/runs/header";
import { headerFor, studyOf } from "./header";

const asked = studyOf([9, 9], { compute: { engine: "auto", evaluators: 3, batchSize: 0 } });

describe("a run that is continued", () => {
  test("is computed as its header says, on as many evaluators as are asked for now", () => {
    const header = headerFor([9, 9]);
    const execution: Execution = { provider: "cpu", way: "plane", batchSize: 320, threads: 1 };
    expect(continued(asked, { ...header, engine: { ...header.engine, execution } }).compute).toEqual({
      engine: "onnxruntime",
      evaluators: 3,
      batchSize: 50,
      execution,
    });
  });

  test("has its weights compiled in where its header is older than other ways", () => {
    expect(continued(asked, headerFor([9, 9])).compute.execution).toEqual({
      provider: "cpu",
      way: "baked",
      batchSize: 50,
      threads: 1,
    });
  });
});
