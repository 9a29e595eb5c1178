import { expect, test } from "vitest";
import { modelFileName, modelName } from "../../../server/protocol/modelName";

test.each([
  ["/home/anna/net.onnx", "net"],
  ["/home/anna/net.v2.keras", "net.v2"],
  ["/home/anna/mnist/model.json", "mnist"],
  ["C:\\networks\\mnist\\model.json", "mnist"],
  ["/home/anna/resnet.v2/Model.json", "resnet.v2"],
  ["/home/anna/mnist/model.onnx", "model"],
  ["/home/anna/mnist/other.json", "other"],
  ["/model.json", "model"],
  ["C:\\model.json", "model"],
  ["model.json", "model"],
  ["./model.json", "model"],
  ["/home/anna/.onnx", ".onnx"],
  ["/home/anna/net", "net"],
])("the model of %s is called %s", (file, name) => {
  expect(modelName(file)).toBe(name);
});

test.each([
  ["/home/anna/net.onnx", "net.onnx"],
  ["/home/anna/net.landscape.json", "net.landscape.json"],
  ["/home/anna/mnist/model.json", "mnist/model.json"],
  ["/model.json", "model.json"],
])("the file %s is called %s", (file, name) => {
  expect(modelFileName(file)).toBe(name);
});
