import path from "node:path";
import { ProblemError } from "../../protocol/problem";

/** The newest operator set of ONNX's own domain, and version of its file format, that are read: as ONNX Runtime 1.30. */
export const newest = { operatorSet: 26, irVersion: 13 };

/** Operators got the broadcasting that they have now with this set; before, Add, Gemm and others meant something else. */
const oldestOperatorSet = 7;

/** What a model file says of the versions that it was written for. */
interface Versions {
  readonly irVersion: number;
  /** By domain. */
  readonly opsets: ReadonlyMap<string, number>;
}

/**
 * Refuses a model that is older or newer than what is understood here, before an engine is asked.
 * @param file path of the model, for messages.
 * @throws ProblemError `file-unsupported`
 */
export function requireVersions({ irVersion, opsets }: Versions, file: string): void {
  const opset = opsets.get("");
  if (opset !== undefined && opset < oldestOperatorSet) {
    throw refused("old", `operator set ${opset}, and sets from ${oldestOperatorSet} on can be read`, toSet20, file);
  }
  if (opset !== undefined && opset > newest.operatorSet) {
    throw refused("new", `operator set ${opset}, and sets up to ${newest.operatorSet} can be read`, toSet20, file);
  }
  if (irVersion > newest.irVersion) {
    const what = `version ${irVersion} of the ONNX format, and versions up to ${newest.irVersion} can be read`;
    throw refused("new", what, toOlderFormat, file);
  }
}

const toSet20 =
  "Export the model for operator set 20, or convert it in Python: " +
  '`onnx.save(onnx.version_converter.convert_version(onnx.load("model.onnx"), 20), "new.onnx")`.';

const toOlderFormat =
  "Export the model with an older version of the exporter, or write it anew in Python: " +
  '`model = onnx.load("model.onnx"); model.ir_version = 10; onnx.save(model, "new.onnx")`.';

function refused(kind: "old" | "new", what: string, advice: string, file: string): ProblemError {
  return new ProblemError({
    reason: "file-unsupported",
    title: `The model is too ${kind}`,
    message: `${path.basename(file)} was written for ${what}.`,
    advice,
    file,
  });
}
