import type { JSONSchema } from "vscode-json-languageservice";
import type { BatchNormMode, Directions, LossName, Normalisation } from "../protocol/study";

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

/** Every loss that a study may ask for. */
export const lossNames: readonly LossName[] = [
  "crossEntropy",
  "sequenceCrossEntropy",
  "binaryCrossEntropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "huber",
  "kullbackLeibler",
];
export const directionKinds: readonly Directions["kind"][] = ["random", "pca", "to", "between", "file", "hessian"];
export const normalisations: readonly Normalisation[] = ["filter", "layer", "weight", "dfilter", "dlayer", "none"];
export const batchNormModes: readonly BatchNormMode[] = ["keep", "interpolate", "recompute"];

/** Names of splits that `data` may have, the one that is drawn first in front. */
export const splitNames = ["test", "validation", "train"] as const;

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

function number(description: string, expected: string, bounds: StudySchema): StudySchema {
  return field(description, expected, { type: "number", ...bounds });
}

function flag(description: string): StudySchema {
  return field(description, "true or false", { type: "boolean" });
}

function list(description: string, expected: string, items: StudySchema, bounds: StudySchema = {}): StudySchema {
  return field(description, expected, { type: "array", items, ...bounds });
}

const points = integer("Number of points along an axis.", 1, maximumPoints);
function orPair(description: string): StudySchema {
  return field(description, `a whole number from 1 to ${maximumPoints} or two of them`, {
    type: ["integer", "array"],
    minimum: points.minimum,
    maximum: points.maximum,
    items: points,
    minItems: 2,
    maxItems: 2,
  });
}

const path = (what: string): string => `Path of ${what}, relative to the study file or absolute.`;

/** One split, or several by name. */
function dataSchema(): StudySchema {
  const own = {
    path: text(path("the labelled data"), "the path of a data file"),
    x: text("Name of the array of samples in the file.", "the name of an array"),
    y: text("Name of the array of labels in the file, or the file of labels of an IDX pair.", "a name"),
    samples: integer("How many samples to use; all when there are fewer.", 1, 1_000_000_000),
    sample: choice("Whether samples are drawn stratified by class, or the first ones are taken.", [
      "stratified",
      "first",
    ]),
    seed: integer("Seed of the drawing of samples.", 0, maximumSeed),
  };
  const split = orShorthand(
    text(path("the split's data"), "the path of a data file"),
    object("One split; what it leaves out is as in the split that is drawn first.", own),
  );
  return object("The labelled data and which samples of it are used.", {
    ...own,
    split: text('What the split is called in pictures and files, e.g. "test".', "a name"),
    layout: later("Explicit data layouts"),
    ...Object.fromEntries(splitNames.map((name) => [name, split])),
  });
}

function checkpointsSchema(): StudySchema {
  const file = text(path("a checkpoint, with wildcards for several"), "a path");
  const files = field("The checkpoints in the order of training.", "a path with wildcards, or a list of paths", {
    type: ["string", "array"],
    minLength: 1,
    items: file,
    minItems: 1,
  });
  return {
    ...object("Weights at other times of the training.", {
      files,
      every: integer("Takes every n-th checkpoint, and the last one.", 1, 1_000_000),
      log: text(path("a training log with the learning rate"), "the path of a log"),
      learningRateDrops: list(
        "Epochs after which the learning rate dropped.",
        "a list of epochs",
        number("An epoch.", "a number", {}),
      ),
      order: later("Explicit orders of checkpoints"),
      rename: later("Renamed parameters"),
    }),
    type: ["string", "array", "object"],
    items: file,
    expected: 'a path with wildcards, a list of paths, or an object with "files"',
  };
}

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
      checkpoints: checkpointsSchema(),
      data: orShorthand(text(path("the labelled data"), "the path of a data file"), dataSchema()),
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
        choice("The loss.", lossNames),
        object(
          "The loss.",
          {
            name: choice("Name of the loss.", lossNames),
            delta: number("Where Huber's loss becomes linear.", "a number above 0", { exclusiveMinimum: 0 }),
            fromLogits: later("Losses of probabilities"),
            labelSmoothing: later("Smoothed labels"),
          },
          ["name"],
        ),
      ),
      weightDecay: number("λ: adds (λ/2)·‖θ‖² to the loss.", "a number of at least 0", { minimum: 0 }),
      directions: object("The directions of the plane or of the lines.", {
        kind: choice("Where the directions come from.", directionKinds),
        seed: integer("Seed of the random directions.", 0, maximumSeed),
        normalise: choice("How random directions are scaled.", normalisations),
        ignore: choice("Which parameters keep their values.", ["bias,norm", "none"]),
        batchNorm: choice("What happens to batch normalisation's running statistics.", batchNormModes),
        count: integer("How many random lines make a family.", 1, 1000),
        checkpoint: text(path("the checkpoint to which direction 1 leads"), "the path of a checkpoint"),
        checkpoints: list(
          "The two checkpoints between which to look.",
          "two paths of checkpoints",
          text(path("a checkpoint"), "the path of a checkpoint"),
          { minItems: 2, maxItems: 2 },
        ),
        path: text(path("saved directions"), "the path of a .npz, .safetensors or .h5 file"),
        second: choice("Which eigenvector direction 2 is.", ["smallest", "second-largest"]),
        samples: integer("Samples that make up the Hessian whose eigenvectors are taken.", 1, 1_000_000_000),
        centred: flag("Whether the path is centred before its principal directions are found."),
        finalRow: flag("Whether the final weights count as a row of the path."),
      }),
      grid: object("The points of the plane at which the loss is measured.", {
        x: range("direction 1 (α)"),
        y: range("direction 2 (β)"),
        points: orPair("Number of points along both axes, or [along x, along y]."),
        lines: flag("One direction only: lines instead of a surface."),
        fit: flag("Whether the range is fitted to the path of the checkpoints."),
        refine: number(
          "Largest relative error of a point that is interpolated instead of measured; 0 measures everything.",
          "a number from 0 to below 1",
          { minimum: 0, exclusiveMaximum: 1 },
        ),
      }),
      curvature: object("Extreme eigenvalues of the Hessian over the plane, and more at its centre.", {
        points: orPair("Number of points of the map along both axes, or [along x, along y]."),
        samples: integer("Samples that make up the loss.", 1, 1_000_000_000),
        parameters: choice("Over which parameters the Hessian is taken.", ["kernels", "all"]),
        traceProbes: integer("Random vectors for the trace at the centre; 0 for none.", 0, 10_000),
        densityProbes: integer("Starting vectors for the spectral density at the centre; 0 for none.", 0, 1000),
        tolerance: number("Relative residual at which Lanczos stops.", "a number above 0 and below 1", {
          exclusiveMinimum: 0,
          exclusiveMaximum: 1,
        }),
      }),
      sharpness: object("ε-sharpness at the centre.", {
        epsilon: number("Radius of the box in units of each filter's norm.", "a number above 0", {
          exclusiveMinimum: 0,
        }),
        samples: integer("Samples that make up the loss.", 1, 1_000_000_000),
      }),
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
