import { choice, field, integer, list, number, object, path, text } from "./schemaNodes";
import type { StudySchema } from "./schemaNodes";

/**
 * An object of patterns, or a list of pairs of them.
 * @param whose the field whose files' tensors are called otherwise, with its words, e.g. "the checkpoints".
 */
export function renameSchema(whose: string): StudySchema {
  const name = text("A name; * stands for any text.", "a name with or without *", { inner: "parameter" });
  const expected = 'an object such as {"encoder.*": "backbone.*"}, or a list of pairs of names';
  const pair = list(`A name in ${whose}, and its name in the model.`, "a pair of names", name, {
    minItems: 2,
    maxItems: 2,
  });
  return field(`What the tensors of ${whose} are called in the model.`, expected, {
    type: ["object", "array"],
    additionalProperties: name,
    innerKeys: "tensor",
    items: pair,
    otherwise: `as in ${whose}`,
  });
}

/** The field `checkpoints`. */
export function checkpointsSchema(): StudySchema {
  const file = path("checkpoints", "a checkpoint, with wildcards for several", "a path");
  const files = field("The checkpoints in the order of training.", "a path with wildcards, or a list of paths", {
    type: ["string", "array"],
    minLength: 1,
    items: file,
    minItems: 1,
    file: "checkpoints",
  });
  const whole = object("Weights at other times of the training.", {
    files,
    every: integer("Takes every n-th checkpoint, and the last one.", 1, 1_000_000, { default: 1 }),
    log: path("log", "a training log with the learning rate", "the path of a log", {
      otherwise: "a log beside the checkpoints that tells learning rates, if there is one",
    }),
    learningRateDrops: list(
      "Epochs after which the learning rate dropped.",
      "a list of epochs",
      number("An epoch.", "a number", { unit: "epochs" }),
      { unit: "epochs", otherwise: "read from the log or from the checkpoints" },
    ),
    order: choice(
      "What all checkpoints are ordered by.",
      { name: "Their names, with numbers by value.", time: "Their times of modification." },
      { otherwise: "the order of a list; for a pattern the epochs, steps or numbers in the names" },
    ),
    rename: renameSchema("the checkpoints"),
  });
  return {
    ...whole,
    type: ["string", "array", "object"],
    if: { type: "string" },
    then: file,
    items: file,
    expected: 'a path with wildcards, a list of paths, or an object with "files"',
    otherwise: "none",
  };
}
