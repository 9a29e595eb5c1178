import { torchReExport } from "../../../server/protocol/exportCalls";
import type { Problem } from "../../../server/protocol/problem";

const file = "/home/anna/experiments/fashion";

export const dataProblem: Problem = {
  reason: "data-mismatch",
  title: "The data does not fit the model",
  message:
    "The samples of cifar.npz have 3 channels of 32 × 32, but the model fashion-resnet8.onnx expects 1 channel of 28 × 28.",
  advice: "Choose the data that the model was trained on.",
  file: `${file}/cifar.npz`,
  facts: ["input [N, 1, 28, 28]", "x_test [10000, 3, 32, 32]"],
};

export const fileProblem: Problem = {
  reason: "file-corrupt",
  title: "The model cannot be read",
  message: "fashion-resnet8.onnx ends after 4,096 bytes in the middle of a tensor, so it is not a complete ONNX file.",
  advice: "Export or copy the model again, then try again.",
  file: `${file}/fashion-resnet8.onnx`,
};

export const codeProblem: Problem = {
  reason: "file-unsupported",
  title: "The file cannot be used",
  message:
    "model.pt contains program code and was not opened: it asks for torch.nn.Linear (a whole model was saved, not its weights).",
  advice:
    "If you trust it, load it in Python, which runs its code, and export the model as ONNX; or save its state_dict() alone, " +
    "whose weights can be read beside an ONNX model.",
  file: `${file}/model.pt`,
  facts: ["torch.nn.Linear"],
  snippet: torchReExport('torch.load("model.pt", weights_only=False)'),
};

export const engineProblem: Problem = {
  reason: "engine-unavailable",
  title: "This TensorFlow.js engine is not available",
  message: "TensorFlow.js for Node (tfjs-node) was not found.",
  advice: "Choose another engine, or install this one: “Loss Landscape: Install Native TensorFlow” in the editor.",
  remedy: "install-tensorflow",
};

export const lostProblem: Problem = {
  reason: "evaluator-lost",
  title: "The evaluators keep stopping",
  message:
    "Three evaluators in a row stopped while fashion-resnet8.onnx was measured, the last one for want of memory.",
  advice: "Use fewer evaluators in the settings; what was measured is kept.",
};
