import type { JSONSchema } from "vscode-json-languageservice";

/** A JSON schema whose nodes also say, in words, what they want, for messages that quote what was found. */
export interface StudySchema extends JSONSchema {
  /** Completes "… must be". */
  readonly expected?: string;
  /** Set on fields of the full format that this version does not have: what they are for. */
  readonly later?: string;
  /** Values of the full format that this version does not have. */
  readonly laterValues?: readonly string[];
  readonly properties?: Record<string, StudySchema>;
  readonly items?: StudySchema;
}

/** Losses of the full format that this version does not have. */
export const laterLosses = [
  "binaryCrossEntropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "huber",
  "kullbackLeibler",
  "sequenceCrossEntropy",
];

/** Most points along an axis of the grid. */
export const maximumPoints = 1001;
/** Seeds are unsigned 32-bit numbers. */
export const maximumSeed = 0xffffffff;

function field(description: string, expected: string, schema: StudySchema): StudySchema {
  return { description, expected, errorMessage: `Expected ${expected}.`, ...schema };
}

function choice(description: string, values: readonly string[], laterValues: readonly string[] = []): StudySchema {
  const expected = `${values.length > 1 ? "one of " : ""}${values.map((value) => JSON.stringify(value)).join(", ")}`;
  return field(description, expected, { type: "string", enum: [...values], laterValues });
}

function later(purpose: string): StudySchema {
  return { not: {}, later: purpose, errorMessage: `${purpose} are not available in this version.` };
}

function integer(description: string, minimum: number, maximum: number): StudySchema {
  const expected = `a whole number from ${minimum} to ${maximum}`;
  return field(description, expected, { type: "integer", minimum, maximum });
}

function text(description: string, expected: string): StudySchema {
  return field(description, expected, { type: "string", minLength: 1 });
}

function object(description: string, properties: Record<string, StudySchema>, required?: string[]): StudySchema {
  const expected = `an object with ${Object.keys(properties)
    .filter((name) => properties[name]?.later === undefined)
    .map((name) => JSON.stringify(name))
    .join(", ")}`;
  return { description, expected, type: "object", properties, required, additionalProperties: false };
}

/** A field that may be given by `shorthand` alone instead of an object. */
function orShorthand(shorthand: StudySchema, whole: StudySchema): StudySchema {
  return {
    ...whole,
    type: ["string", "object"],
    if: { type: "string" },
    then: shorthand,
    laterValues: shorthand.laterValues,
    expected: `${shorthand.expected}, or ${whole.expected}`,
  };
}

function range(axis: string): StudySchema {
  return field(`Range along ${axis}: [from, to].`, "two numbers [from, to] with from below to", {
    type: "array",
    items: field("A bound of the range; 0 is legal.", "a number", { type: "number" }),
    minItems: 2,
    maxItems: 2,
  });
}

function perChannel(description: string, entry: StudySchema): StudySchema {
  return field(description, `${entry.expected} or a list of them, one per channel`, {
    type: ["number", "array"],
    not: entry.not,
    items: entry,
    minItems: 1,
  });
}

const points = integer("Number of points along an axis.", 1, maximumPoints);
const path = (what: string): string => `Path of ${what}, relative to the study file or absolute.`;

/** JSON schema of a `*.landscape.json`, restricted to what this version does. */
export const studySchema: StudySchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  id: "loss-landscape:study",
  title: "Loss landscape study",
  allowComments: true,
  allowTrailingCommas: true,
  ...object(
    "What to look at: model, data, loss, directions and grid.",
    {
      $schema: text("The JSON schema of this file.", "a string"),
      model: orShorthand(
        text(path("the model"), "the path of a model file"),
        object(
          "The model.",
          {
            path: text(path("the model"), "the path of a model file"),
            format: later("Explicit model formats"),
            weights: later("Separate weight files"),
            input: later("Models with several inputs"),
            output: later("Models with several outputs"),
          },
          ["path"],
        ),
      ),
      checkpoints: later("Checkpoints and trajectories"),
      data: orShorthand(
        text(path("the labelled data"), "the path of a data file"),
        object("The labelled data and which samples of it are used.", {
          path: text(path("the labelled data"), "the path of a data file"),
          x: text("Name of the array of samples in the file.", "the name of an array"),
          y: text("Name of the array of labels in the file, or the file of labels of an IDX pair.", "a name"),
          split: text('What the split is called in pictures and files, e.g. "test".', "a name"),
          samples: integer("How many samples to use; all when there are fewer.", 1, 1_000_000_000),
          sample: choice("Whether samples are drawn stratified by class, or the first ones are taken.", [
            "stratified",
            "first",
          ]),
          seed: integer("Seed of the drawing of samples.", 0, maximumSeed),
          layout: later("Explicit data layouts"),
          train: later("Several splits in one study"),
          test: later("Several splits in one study"),
          validation: later("Several splits in one study"),
        }),
      ),
      preprocess: object("What is done to the samples: x · scale, minus mean, divided by std.", {
        scale: field("Factor applied first, e.g. 0.00392156862745098 for bytes.", "a number other than 0", {
          type: "number",
          not: { const: 0 },
        }),
        mean: perChannel("Subtracted after scaling.", field("Mean of a channel.", "a number", { type: "number" })),
        std: perChannel(
          "Divided by, after the mean was subtracted.",
          field("Standard deviation of a channel.", "a number other than 0", { type: "number", not: { const: 0 } }),
        ),
        resize: later("Resized images"),
        color: later("Colour conversions"),
        labels: later("Relabelled classes"),
      }),
      loss: orShorthand(
        choice("The loss.", ["crossEntropy"], laterLosses),
        object(
          "The loss.",
          {
            name: choice("Name of the loss.", ["crossEntropy"], laterLosses),
            fromLogits: later("Losses of probabilities"),
            labelSmoothing: later("Smoothed labels"),
          },
          ["name"],
        ),
      ),
      weightDecay: later("Losses with weight decay"),
      directions: object("The two directions of the plane.", {
        kind: choice("Where the directions come from.", ["random"], ["pca", "to", "between", "file", "hessian"]),
        seed: integer("Seed of the random directions.", 0, maximumSeed),
        normalise: choice(
          "How the directions are scaled.",
          ["filter", "layer", "weight", "none"],
          ["dfilter", "dlayer"],
        ),
        ignore: choice("Which parameters keep their values.", ["bias,norm", "none"]),
        batchNorm: later("Recomputed batch-norm statistics"),
        count: later("Lines (one direction)"),
      }),
      grid: object("The points of the plane at which the loss is measured.", {
        x: range("direction 1 (α)"),
        y: range("direction 2 (β)"),
        points: field(
          "Number of points along both axes, or [along x, along y].",
          `a whole number from 1 to ${maximumPoints} or two of them`,
          {
            type: ["integer", "array"],
            minimum: points.minimum,
            maximum: points.maximum,
            items: points,
            minItems: 2,
            maxItems: 2,
          },
        ),
        refine: later("Refined grids"),
      }),
      curvature: later("Curvature maps"),
      compute: object("How it is computed; does not change the result.", {
        engine: choice(
          "Engine; auto takes the first that works.",
          ["auto", "onnxruntime", "tensorflow", "wasm"],
          ["webgpu"],
        ),
        evaluators: integer("Number of evaluator processes; 0 means one per core.", 0, 1024),
        batchSize: integer("Samples per batch.", 1, 65536),
      }),
    },
    ["model"],
  ),
};
