/** Why something could not be done, as a code that programs may branch on (never on the text). */
export type ProblemReason =
  | "file-missing"
  | "file-corrupt"
  | "file-unsupported"
  | "file-changed"
  | "data-missing"
  | "data-mismatch"
  | "labels-mismatch"
  | "study-invalid"
  | "operator-unsupported"
  | "engine-unavailable"
  | "engine-wrong"
  | "evaluator-lost"
  | "journal-damaged"
  | "journal-version"
  | "journal-unwritable"
  | "too-large"
  | "worker-lost"
  | "queue-unavailable"
  | "cancelled"
  | "internal";

/** What the extension can do about a problem by itself; the advice says the same in words. */
export type Remedy = "install-tensorflow" | "install-webgpu" | "restart-worker";

/** One clear account of what is wrong, in words for the person who has to mend it. */
export interface Problem {
  readonly reason: ProblemReason;
  /** Short heading without a full stop, e.g. "The data does not fit the model". */
  readonly title: string;
  /** One sentence that names the file, what was expected and what was found. */
  readonly message: string;
  /** One sentence that says what to do next. */
  readonly advice: string;
  /** The file concerned, as an absolute path. */
  readonly file?: string;
  /** The two facts that conflict, in their own notation, e.g. `conv.weight [16, 1, 3, 3]`. */
  readonly facts?: readonly string[];
  /** Code that mends it, to be copied, e.g. the call that exports a model. */
  readonly snippet?: string;
  readonly remedy?: Remedy;
}

/** An error whose text is meant for the user; anything else that is thrown is a defect of ours. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    this.name = "ProblemError";
  }
}

/** The problem inside `error`, or an "internal" problem that says where to find more. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  return {
    reason: "internal",
    title: "Something went wrong inside Loss Landscape",
    message: `An unexpected error stopped this work: ${detail.split("\n")[0] ?? ""}.`,
    advice: "Open the log for the details and report it with the model's format and operators.",
  };
}
