import { describe, expect, test } from "vitest";
import { readModel } from "../../../server/formats/onnx/model";
import { newest } from "../../../server/formats/onnx/versions";
import { graphOf, node, valueInfo } from "../../../server/graph/build";
import { serialise } from "../../../server/graph/onnxBytes";
import { noFiles } from "../../support/onnxFiles";

function read(opset: number, irVersion: number) {
  const nodes = [node("Relu", ["x"], ["y"])];
  const graph = graphOf({ inputs: [valueInfo("x", [2])], outputs: [valueInfo("y", [2])], nodes, opset });
  return readModel(serialise({ ...graph, irVersion }).bytes, noFiles, "/models/net.onnx");
}

describe("versions of ONNX", () => {
  test.each([
    [7, 4],
    [26, 13],
    [newest.operatorSet, newest.irVersion],
  ])("operator set %i in format version %i is read", (opset, irVersion) => {
    expect(read(opset, irVersion).opsets).toEqual({ "": opset });
  });

  test.each([
    [6, 4, "The model is too old", "operator set 6"],
    [27, 13, "The model is too new", "operator set 27"],
    [20, 14, "The model is too new", "version 14 of the ONNX format"],
  ])("operator set %i in format version %i is refused with what to do", (opset, irVersion, title, words) => {
    expect(() => read(opset, irVersion)).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          reason: "file-unsupported",
          title,
          message: expect.stringContaining(`net.onnx was written for ${words}`) as string,
          advice: expect.stringContaining("in Python") as string,
          file: "/models/net.onnx",
        }) as object,
      }),
    );
  });
});
