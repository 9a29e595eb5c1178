import { checkpointsSchema, renameSchema } from "./checkpointsSchema";
import {
  directionMeanings,
  lossMeanings,
  manySamples,
  maximumPoints,
  maximumSeed,
  normalisationMeanings,
  splitNames,
  statisticsMeanings,
} from "./choices";
import {
  choice,
  field,
  flag,
  integer,
  later,
  list,
  number,
  object,
  orPair,
  orShorthand,
  path,
  perChannel,
  snippet,
  text,
} from "./schemaNodes";
import type { StudySchema } from "./schemaNodes";

function range(axis: string): StudySchema {
  return field(`Range along ${axis}: [from, to].`, "two numbers [from, to] with from below to", {
    type: "array",
    items: field("A bound of the range; 0 is legal.", "a number", { type: "number" }),
    minItems: 2,
    maxItems: 2,
    default: [-1, 1],
    unit: "lengths of the direction: with filter normalisation, 1 is the norm of every filter",
  });
}

const points = integer("Number of points along an axis.", 1, maximumPoints, { unit: "points" });

/** One split, or several by name. */
function dataSchema(): StudySchema {
  const own = {
    path: path("data", "the labelled data", "the path of a data file", { otherwise: "the data beside the model" }),
    x: text("Name of the array of samples in the file, or of the columns of a table (pixel*, or a,b).", "a name", {
      inner: "samples",
      otherwise: "found by its usual names, such as x_test or images",
    }),
    y: text("Name of the array or column of labels in the file, or the file of labels of a pair of files.", "a name", {
      inner: "labels",
      otherwise: "found by its usual names, such as y_test or labels",
    }),
    samples: integer("How many samples to use; all when there are fewer.", 1, manySamples, {
      default: 1000,
      unit: "samples",
    }),
    sample: choice(
      "Whether samples are drawn stratified by class, or the first ones are taken.",
      {
        stratified: "The classes keep their proportions; which samples are taken follows from the seed.",
        first: "The first ones of the file.",
      },
      { default: "stratified" },
    ),
    seed: integer("Seed of the drawing of samples.", 0, maximumSeed, { default: 0 }),
    layout: choice(
      "Where the channels of the file's pictures are.",
      {
        NHWC: "Last: the channels of a pixel follow each other.",
        NCHW: "First: one channel after the other.",
      },
      { otherwise: "told by the shapes of samples and model" },
    ),
  };
  const split = orShorthand(
    path("data", "the split's data", "the path of a data file"),
    object("One split; what it leaves out is as in the split that is drawn first.", own),
  );
  return object("The labelled data and which samples of it are used.", {
    ...own,
    split: text('What the split is called in pictures and files, e.g. "test".', "a name", {
      otherwise: "taken from the names of file and arrays",
    }),
    ...Object.fromEntries(splitNames.map((name) => [name, split])),
  });
}

/** How labels are counted. */
function labelsSchema(): StudySchema {
  return object(
    "How the labels of the file become the model's classes, which count from 0.",
    {
      offset: field("Subtracted from every label, e.g. 1 for labels that count from 1.", "a whole number", {
        type: "integer",
        default: 0,
      }),
      order: list(
        "Labels or names of classes of the file, in the order of the model's outputs.",
        "a list of labels",
        field("A label of the file.", "a text or a number", { type: ["string", "number"] }),
        { minItems: 1, uniqueItems: true, otherwise: "names in sorted order, numbers as they are" },
      ),
    },
    undefined,
    { otherwise: "taken as they are" },
  );
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
      $schema: text("The JSON schema of this file.", "a string", { doNotSuggest: true }),
      model: orShorthand(
        path("model", "the model", "the path of a model file"),
        object(
          "The model.",
          {
            path: path("model", "the model", "the path of a model file"),
            format: later("Explicit model formats"),
            weights: path(
              "weights",
              "weights that take the place of the model's own",
              "the path of a file of weights",
              {
                otherwise: "the model's own",
              },
            ),
            rename: renameSchema('the file "weights"'),
            input: later("Models with several inputs"),
            output: later("Models with several outputs"),
          },
          ["path"],
        ),
      ),
      checkpoints: checkpointsSchema(),
      data: {
        ...orShorthand(path("data", "the labelled data", "the path of a data file"), dataSchema()),
        otherwise: "the labelled data beside the model, when only one file fits",
      },
      preprocess: object(
        "What is done to the samples: colour, size, then x · scale, minus mean, divided by std.",
        {
          scale: field("Factor applied first, e.g. 0.00392156862745098 for bytes.", "a number other than 0", {
            type: "number",
            not: { const: 0 },
            otherwise: "1/255 for bytes that the model does not scale itself, else 1",
          }),
          mean: perChannel("Subtracted after scaling.", field("Mean of a channel.", "a number", { type: "number" }), {
            default: 0,
          }),
          std: perChannel(
            "Divided by, after the mean was subtracted.",
            field("Standard deviation of a channel.", "a number other than 0", { type: "number", not: { const: 0 } }),
            { default: 1 },
          ),
          resize: list(
            "Size of the pictures, [height, width]: bilinear with half-pixel centres, antialiased where it shrinks.",
            "two whole numbers [height, width] from 1 to 65536",
            integer("Pixels.", 1, 65536, { unit: "pixels" }),
            { minItems: 2, maxItems: 2, otherwise: "the size that they have" },
          ),
          color: choice(
            "Colour mode of the pictures.",
            {
              grey: "One channel: 0.299 R + 0.587 G + 0.114 B, for bytes rounded as in PIL's mode L.",
              rgb: "Three channels; opacity is left out.",
            },
            { otherwise: "the one that they have; that of the model for files of pictures" },
          ),
          labels: labelsSchema(),
        },
        undefined,
        { otherwise: "inferred from samples and model" },
      ),
      loss: {
        ...orShorthand(
          choice("The loss.", lossMeanings),
          object(
            "The loss.",
            {
              name: choice("Name of the loss.", lossMeanings),
              delta: number("Where Huber's loss becomes linear.", "a number above 0", {
                exclusiveMinimum: 0,
                default: 1,
                unit: "units of the outputs",
              }),
              fromLogits: flag(
                "Whether the outputs are logits; false for probabilities. A last softmax or sigmoid is taken off unless true.",
                { otherwise: "logits, before a last softmax or sigmoid" },
              ),
              labelSmoothing: number(
                "s: targets become (1 − s) · target + s / classes.",
                "a number from 0 to below 1",
                { minimum: 0, exclusiveMaximum: 1, default: 0 },
              ),
            },
            ["name"],
          ),
        ),
        otherwise: "that of the training, or the one that the labels ask for",
      },
      weightDecay: number("λ: adds (λ/2)·‖θ‖² to the loss.", "a number of at least 0", { minimum: 0, default: 0 }),
      directions: object(
        "The directions of the plane or of the lines.",
        {
          kind: choice("Where the directions come from.", directionMeanings, {
            otherwise: "random; pca when there are three checkpoints or more",
          }),
          seed: integer("Seed of the random directions.", 0, maximumSeed, { default: 0 }),
          normalise: choice("How random directions are scaled.", normalisationMeanings, { default: "filter" }),
          ignore: choice(
            "Which parameters keep their values.",
            {
              "bias,norm": "Biases and the parameters of normalisation.",
              none: "None: these take their own value as direction, as in the reference implementation.",
            },
            { default: "bias,norm" },
          ),
          batchNorm: choice("What happens to batch normalisation's running statistics.", statisticsMeanings, {
            default: "keep",
          }),
          count: integer("How many random lines make a family.", 1, 1000, { default: 1, unit: "lines" }),
          checkpoint: path("checkpoint", "the checkpoint to which direction 1 leads", "the path of a checkpoint", {
            otherwise: 'none: directions of kind "to" need it',
          }),
          checkpoints: list(
            "The two checkpoints between which to look.",
            "two paths of checkpoints",
            path("checkpoint", "a checkpoint", "the path of a checkpoint"),
            { minItems: 2, maxItems: 2, otherwise: 'none: directions of kind "between" need it' },
          ),
          path: path("directions", "saved directions", "the path of a .npz, .safetensors or .h5 file", {
            otherwise: 'none: directions of kind "file" need it',
          }),
          second: choice(
            "Which eigenvector direction 2 is.",
            {
              smallest: "That of the smallest eigenvalue.",
              "second-largest": "That of the second largest eigenvalue.",
            },
            { default: "smallest" },
          ),
          samples: integer("Samples that make up the Hessian whose eigenvectors are taken.", 1, manySamples, {
            default: 256,
            unit: "samples",
          }),
          centred: flag("Whether the path is centred before its principal directions are found.", { default: true }),
          finalRow: flag("Whether the final weights count as a row of the path.", { default: false }),
        },
        undefined,
        snippet({ kind: "$1" }),
      ),
      grid: object(
        "The points of the plane at which the loss is measured.",
        {
          x: range("direction 1 (α)"),
          y: range("direction 2 (β)"),
          points: orPair("Number of points along both axes, or [along x, along y].", points, {
            default: 51,
            unit: "points",
          }),
          lines: flag("One direction only: lines instead of a surface.", { default: false }),
          fit: flag("Whether the range is fitted to the path of the checkpoints.", {
            otherwise: "true where there are checkpoints and no range is given",
          }),
          refine: number(
            "Largest relative error of a point that is interpolated instead of measured; 0 measures everything.",
            "a number from 0 to below 1",
            { minimum: 0, exclusiveMaximum: 1, default: 0 },
          ),
        },
        undefined,
        snippet({ points: "^${1:51}" }),
      ),
      curvature: object(
        "Extreme eigenvalues of the Hessian over the plane, and more at its centre.",
        {
          points: orPair("Number of points of the map along both axes, or [along x, along y].", points, {
            default: 11,
            unit: "points",
          }),
          samples: integer("Samples that make up the loss.", 1, manySamples, { default: 256, unit: "samples" }),
          parameters: choice(
            "Over which parameters the Hessian is taken.",
            { kernels: "Those of rank 2 and more, without normalisation.", all: "All of them." },
            { default: "kernels" },
          ),
          traceProbes: integer("Random vectors for the trace at the centre; 0 for none.", 0, 10_000, { default: 0 }),
          densityProbes: integer("Starting vectors for the spectral density at the centre; 0 for none.", 0, 1000, {
            default: 0,
          }),
          tolerance: number("Relative residual at which Lanczos stops.", "a number above 0 and below 1", {
            exclusiveMinimum: 0,
            exclusiveMaximum: 1,
            default: 1e-3,
          }),
        },
        undefined,
        { otherwise: "off", ...snippet({ points: "^${1:11}", samples: "^${2:256}" }) },
      ),
      sharpness: object(
        "ε-sharpness at the centre.",
        {
          epsilon: number("Radius of the box.", "a number above 0", {
            exclusiveMinimum: 0,
            default: 1e-2,
            unit: "norms of each filter",
          }),
          samples: integer("Samples that make up the loss.", 1, manySamples, { default: 256, unit: "samples" }),
        },
        undefined,
        { otherwise: "off", ...snippet({ epsilon: "^${1:0.01}" }) },
      ),
      compute: object("How it is computed; does not change the result.", {
        engine: choice(
          "Engine; auto takes the first that works.",
          {
            auto: "The first that passes its self-test and knows all operators of the model.",
            onnxruntime: "ONNX Runtime on the CPU.",
            tensorflow: "TensorFlow through tfjs-node.",
            wasm: "TensorFlow.js on WebAssembly: runs everywhere, slower.",
            webgpu: "TensorFlow.js on GPUs of every make, where WebGPU is installed.",
          },
          { default: "auto" },
        ),
        evaluators: integer(
          "Number of evaluator processes; 0 means one per core, or fewer of several threads where they are faster.",
          0,
          1024,
          {
            default: 0,
            unit: "processes",
          },
        ),
        batchSize: integer("Samples per batch; 0 has the fastest way of measuring found out.", 0, 65536, {
          default: 0,
          unit: "samples",
        }),
      }),
    },
    ["model"],
  ),
};
