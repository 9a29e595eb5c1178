import { expect, test } from "vitest";
import { exportAgain, exportPreserving, torchExport } from "../../../server/protocol/exportCalls";

test("what is advised is what the call says", () => {
  const call = torchExport({ model: "net", input: "images", file: "net.onnx" });
  expect(call).toBe(`torch.onnx.export(
    net, (images,), "net.onnx",
    training=torch.onnx.TrainingMode.PRESERVE,
    do_constant_folding=False, dynamo=False,
    input_names=["input"], output_names=["output"],
    dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
)`);
  const flags = exportPreserving.match(/\S+=\S+/g)!;
  expect(flags).toEqual(["training=torch.onnx.TrainingMode.PRESERVE", "do_constant_folding=False"]);
  for (const flag of flags) expect(call).toContain(`${flag},`);
  expect(exportAgain).toContain("`dynamo=True, optimize=False`");
});
