import { ProblemError } from "../../protocol/problem";

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Drops a C++ function signature that stands before the words, as in `Model::Model(const Proto&) The words`. */
function withoutSignature(text: string): string {
  const open = text.indexOf("(");
  if (open < 0 || !text.slice(0, open).includes("::")) return text;
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")" && --depth === 0) return text.slice(i + 1).replace(/^ (?:const|\[with [^\]]*\])/, "");
  }
  return text;
}

const noise = [
  /\/\S*onnxruntime\S*\.(?:cc|h):\d+/g,
  /\b(?:Load model from \S* ?failed|Fatal error|Exception during initialization|This is an invalid model)\s*[.:]/gi,
  /Non-zero status code returned while running /g,
  /Name:'[^']*' Status Message:/g,
];

/** ONNX Runtime's own words on one line, without its source locations and prefixes, cut to a readable length. */
export function plainReason(error: unknown): string {
  const bare = noise
    .reduce((text, pattern) => text.replace(pattern, " "), textOf(error))
    .replace(/\s+/g, " ")
    .trim();
  const [, node = "", words = ""] = /^((?:\w+ node\. )?)(.*)$/.exec(bare) ?? [];
  const plain = withoutSignature(words)
    .replace(/^.*? was false\. /, "")
    .replace(/^(?:\s*(?:error|exception)\s*:)+/i, "")
    .trim()
    .replace(/[\s.:]+$/, "");
  const text = node ? `${node.replace(" node. ", "")}: ${plain}` : plain;
  const limit = 240;
  return text.length > limit ? `${text.slice(0, limit).trimEnd()}…` : text;
}

/** `Op`, or `domain.Op` outside the ONNX domain. */
function qualified(op: string, domain: string): string {
  return domain === "" || domain === "ai.onnx" ? op : `${domain}.${op}`;
}

/** The operator that a session could not be made for, if that is what the error says. */
function missingOperator(error: unknown): string | undefined {
  const text = textOf(error);
  const unregistered = /(\S*):(\w+)\(-?\d+\) is not a registered function\/op/.exec(text);
  if (unregistered) return qualified(unregistered[2]!, unregistered[1]!);
  const unknown = /No Op registered for (\w+) with domain_version/.exec(text);
  if (unknown) return unknown[1];
  const unimplemented = /find an implementation for (?:the node )?(?:\S*:)?(?:([\w.]+)\.)?(\w+)\(\d+\)/i.exec(text);
  return unimplemented ? qualified(unimplemented[2]!, unimplemented[1] ?? "") : undefined;
}

/** What the format's version is and what it may be at most, if that is what the error says. */
function tooNew(error: unknown): string | undefined {
  const text = textOf(error);
  const opset = /Opset (\d+) is under development.*till opset (\d+)/s.exec(text);
  if (opset) return `operator set ${opset[1]}, and it knows the sets up to ${opset[2]}`;
  const format = /model IR version: (\d+), max supported IR version: (\d+)/.exec(text);
  return format ? `version ${format[1]} of the ONNX format, and it knows versions up to ${format[2]}` : undefined;
}

/** What to tell when operators of a model have no implementation. */
export function unsupportedOperators(operators: readonly string[], label: string): ProblemError {
  return new ProblemError({
    reason: "operator-unsupported",
    title: "An operator is not supported",
    message: `${label} has no implementation of ${operators.join(", ")} as this model uses it.`,
    advice: "Export the model with standard ONNX operators in float32, or with another operator set.",
    facts: operators,
  });
}

/** What to tell when a session cannot be made of a model. */
export function rejectedModel(error: unknown, label: string): ProblemError {
  const operator = missingOperator(error);
  if (operator) return unsupportedOperators([operator], label);
  const version = tooNew(error);
  if (version) {
    return new ProblemError({
      reason: "file-unsupported",
      title: "The model is too new",
      message: `${label} cannot load this model, which was written for ${version}.`,
      advice: "Export the model with an older operator set, for example 20.",
    });
  }
  if (isOutOfMemory(error)) return outOfMemory(label, "loading the model");
  return new ProblemError({
    reason: "file-corrupt",
    title: "The model is not valid",
    message: `${label} rejected the model: ${plainReason(error)}.`,
    advice: "Export the model again and check it with the exporter's own checker.",
  });
}

/** What to tell when a model that loads cannot be run with its feeds. */
export function stoppedRun(error: unknown, label: string, batch: number): ProblemError {
  if (isOutOfMemory(error)) return outOfMemory(label, `running ${batch} samples at once`);
  return new ProblemError({
    reason: "file-unsupported",
    title: "The model cannot be run",
    message: `${label} stopped while running the model on ${batch} samples at once: ${plainReason(error)}.`,
    advice: "Export the model with a free batch dimension, or set the batch size that it was exported with.",
  });
}

function isOutOfMemory(error: unknown): boolean {
  return /bad_alloc|failed to allocate|out of memory/i.test(textOf(error));
}

function outOfMemory(label: string, activity: string): ProblemError {
  return new ProblemError({
    reason: "too-large",
    title: "The memory is not enough",
    message: `${label} ran out of memory while ${activity}.`,
    advice: "Lower the batch size or the number of evaluators.",
  });
}
