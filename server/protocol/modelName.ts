/** The name of a model, by the path of its file: without its ending, or the folder's for the `model.json` of TensorFlow.js. */
export function modelName(file: string): string {
  const { last, folder } = namesOf(file);
  return folder ?? last.replace(/(?<=.)\.[^.]*$/, "");
}

/** What the file itself is called where it stands alone: `net.onnx`, but `mnist/model.json`. */
export function modelFileName(file: string): string {
  const { last, folder } = namesOf(file);
  return folder === undefined ? last : `${folder}/${last}`;
}

/** The last part of a path, and the folder's name where only that tells one model from another. */
function namesOf(file: string): { readonly last: string; readonly folder?: string } {
  const [last = file, folder = ""] = file.split(/[\\/]/).reverse();
  const tells = last.toLowerCase() === "model.json" && !/^(\.{0,2}|[a-z]:)$/i.test(folder);
  return tells ? { last, folder } : { last };
}
