import { corrupt, unsupported } from "../../files/faults";

/** What to do with a model that has something of its own in it. */
export const exportAdvice = 'Export the model as ONNX in Python: `model.export("model.onnx", format="onnx")`.';

/** Why a model's description or weights cannot be read, before it is known which file they are from. */
export class Refusal extends Error {
  /**
   * @param found continues a sentence that begins with the file's name, e.g. "has the layer x of the class Y, …".
   * @param advice what to do next; absent when the file is damaged.
   */
  constructor(
    readonly found: string,
    readonly advice?: string,
  ) {
    super(found);
    this.name = "Refusal";
  }
}

/** A description that contradicts itself. */
export function damaged(found: string): Refusal {
  return new Refusal(found);
}

/** Runs `action`; what it refuses is said of the file. @throws ProblemError `file-unsupported`, `file-corrupt`. */
export function refusingOf<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw error.advice === undefined ? corrupt(file, error.found) : unsupported(file, error.found, error.advice);
  }
}
