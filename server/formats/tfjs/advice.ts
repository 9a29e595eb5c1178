/** What to do with a model that has something of its own in it. */
export const exportAdvice =
  'Export the original model as ONNX: from Keras `model.export("model.onnx", format="onnx")`, from a SavedModel ' +
  "`python -m tf2onnx.convert --saved-model FOLDER --output model.onnx`, or from this file " +
  "`python -m tf2onnx.convert --tfjs model.json --output model.onnx`.";
