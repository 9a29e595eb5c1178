import { describe, expect, test } from "vitest";
import { plainReason, rejectedModel, stoppedRun } from "../../../server/engines/onnxruntime/failures";

describe("ONNX Runtime's words", () => {
  test("lose signatures, source locations and status codes", () => {
    const raw = new Error(
      "Non-zero status code returned while running Reshape node. Name:'flat' Status Message: " +
        "/onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:45 " +
        "onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) " +
        "input_shape_size == requested_shape_size was false. The input tensor cannot be reshaped to the requested shape. " +
        "Input shape:{2,3}, requested shape:{1,3}\n",
    );
    expect(plainReason(raw)).toBe(
      "Reshape: The input tensor cannot be reshaped to the requested shape. Input shape:{2,3}, requested shape:{1,3}",
    );
  });

  test("lose their prefixes", () => {
    expect(
      plainReason(
        new Error("Load model from buffer failed:This is an invalid model. Error: the graph is not acyclic."),
      ),
    ).toBe("the graph is not acyclic");
  });

  test("are cut where they are long", () => {
    const text = plainReason(new Error("word ".repeat(200)));
    expect(text.length).toBeLessThanOrEqual(241);
    expect(text.endsWith("…")).toBe(true);
  });
});

describe("problems", () => {
  test.each([
    ["Fatal error: com.acme:Frobnicate(-1) is not a registered function/op", "com.acme.Frobnicate"],
    ["Fatal error: ai.onnx:Frobnicate(-1) is not a registered function/op", "Frobnicate"],
    ["Could not find an implementation for Conv(11) node with name 'c'", "Conv"],
    ["No Op registered for Foo with domain_version of 20", "Foo"],
  ])("%s", (message, operator) => {
    expect(rejectedModel(new Error(message), "ONNX Runtime").problem).toMatchObject({
      reason: "operator-unsupported",
      facts: [operator],
    });
  });

  test("an operator set that is too new is told with both numbers", () => {
    const message =
      "ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions. " +
      "Opset 99 is under development and support for this is limited. Current official support for domain ai.onnx is till opset 26.";
    const { problem } = rejectedModel(new Error(message), "ONNX Runtime");
    expect(problem.reason).toBe("file-unsupported");
    expect(problem.message).toContain("operator set 99, and it knows the sets up to 26");
  });

  test("memory that is not enough is told as such", () => {
    expect(stoppedRun(new Error("std::bad_alloc"), "ONNX Runtime", 64).problem).toMatchObject({
      reason: "too-large",
      message: "ONNX Runtime ran out of memory while running 64 samples at once.",
    });
  });
});
