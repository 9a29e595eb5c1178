import path from "node:path";
import { corrupt, unsupported } from "../files/faults";
import { isFloating } from "../graph/elements";
import type { Parameter } from "../graph/graph";
import { exportAgain, torchExport } from "../protocol/exportCalls";
import type { Checkpoint, CheckpointFormat, TensorFacts } from "./checkpoint";
import { kerasCheckpointFormat } from "./keras/checkpoint";
import { numpyFormat } from "./numpy/format";
import { onnxCheckpointFormat } from "./onnx/checkpoint";
import { commonPrefix, wrappers } from "./prefixes";
import { pytorchFormat } from "./pytorch/format";
import { safetensorsFormat } from "./safetensors/format";
import { indexOfShard, isShardName, shardedFormat } from "./sharded";
import { readHead } from "./source";
import { strangers } from "./strangers";
import { tfjsCheckpointFormat } from "./tfjs/checkpoint";

/** The readers, asked in this order. */
const formats: readonly CheckpointFormat[] = [
  onnxCheckpointFormat,
  numpyFormat,
  safetensorsFormat,
  shardedFormat((file) => openFile(file)),
  tfjsCheckpointFormat,
  pytorchFormat,
  kerasCheckpointFormat,
];

/**
 * Opens a file of weights, all of them for one of several that an index beside it lists; its tensors are read when they are
 * asked for. Close it.
 * @throws ProblemError `file-missing`, `file-corrupt`, `file-unsupported` or `too-large`; each names the file.
 */
export async function openCheckpoint(file: string): Promise<Checkpoint> {
  return openFile((await indexOfShard(file)) ?? file);
}

/** Whether the tensors of a checkpoint may lie in other files than itself, by its name. */
export function mayHaveParts(file: string): boolean {
  return /\.(onnx|json)$/i.test(file) || isShardName(path.basename(file));
}

async function openFile(file: string): Promise<Checkpoint> {
  const head = await readHead(file, 64);
  if (head.length === 0) throw corrupt(file, "is empty");
  if (String.fromCharCode(...head).startsWith("version https://git-lfs")) {
    const advice = "Fetch the file with `git lfs pull`.";
    throw corrupt(file, "is only a pointer of Git LFS, not the weights themselves", advice);
  }
  const format = formats.find((candidate) => candidate.match(file, head));
  if (format) return format.open(file);
  throw unsupported(
    file,
    "is no file of weights that is read; PyTorch (.pt, .pth, .ckpt, .t7, .bin), Keras (.keras, .h5), safetensors, NumPy (.npz), TensorFlow.js (model.json) or ONNX was expected",
    'Save the weights in one of these, e.g. `torch.save(model.state_dict(), "weights.pt")`.',
  );
}

const otherNames =
  "Choose weights of the same model; where only the names differ, a study maps them: " +
  '"model.rename" those of "model.weights", "checkpoints.rename" those of checkpoints.';

/** Most facts that a problem lists. */
const mostFacts = 12;

/**
 * For each parameter of a model, running statistics included, the name of the checkpoint's tensor that holds its values:
 * the parameter's own, apart from what wrappers such as `module.` put before it, or else one of its aliases. Shapes must
 * agree exactly, and so must the layers that the checkpoint notes beside names that only count.
 *
 * @param model name of the model, for messages.
 * @throws ProblemError `file-unsupported`; its facts tell the mismatches tensor by tensor, the checkpoint's shape first,
 *   e.g. `head/kernel [6, 5] against [6, 10]`.
 */
export function matchCheckpoint(
  parameters: readonly Parameter[],
  checkpoint: Checkpoint,
  model: string,
): ReadonlyMap<string, string> {
  const { tensors } = checkpoint;
  const rename = waysToName(parameters).find((way) => parameters.some(({ name }) => tensors.has(way(name))));
  const nameOf = ({ name, aliases = [] }: Parameter): string | undefined =>
    [rename ? rename(name) : name, ...aliases].find((candidate) => tensors.has(candidate));
  const found = new Map(parameters.map((parameter) => [parameter, nameOf(parameter)]));
  if ([...found.values()].every((name) => name === undefined)) throw nothingMatches(parameters, checkpoint, model);
  refuseFolded(
    [...found].map(([parameter, name]) => name ?? (rename ? rename(parameter.name) : parameter.name)),
    checkpoint,
    model,
  );
  const faults: string[] = [];
  const names = new Map<string, string>();
  for (const [parameter, name] of found) {
    const fault = faultOf(parameter, name === undefined ? undefined : tensors.get(name));
    if (fault === undefined) names.set(parameter.name, name!);
    else faults.push(fault);
  }
  if (faults.length === 0 && checkpoint.owners) faults.push(...strangers(names, checkpoint.owners));
  if (faults.length === 0) return names;
  const renamed = parameters.some(({ name }) => isExportersName(name));
  const differing = `${faults.length} of ${parameters.length} tensors differ, first ${faults[0]}`;
  const what = `does not fit ${model}${folding(parameters)}: ${differing}`;
  const advice = renamed ? exportAgain : "Choose a checkpoint of the same architecture as the model.";
  throw unsupported(checkpoint.path, what, advice, shortened(faults), renamed ? torchExport() : undefined);
}

/** How a parameter may be called in a checkpoint, likeliest first. */
function waysToName(parameters: readonly Parameter[]): readonly ((name: string) => string)[] {
  const prefix = commonPrefix(parameters.map(({ name }) => name));
  return [
    (name) => name,
    ...(prefix === "" ? [] : [(name: string): string => name.slice(prefix.length)]),
    // Checkpoints with more than the model, whose tensors do not all have the wrapper's prefix.
    ...wrappers.map(
      (wrapper) =>
        (name: string): string =>
          wrapper + name,
    ),
  ];
}

/**
 * Refuses weights of a network whose batch normalisation the model has no longer: exporters fold it into the convolution
 * before, whose kernel and bias may keep their names and have other values.
 * @param known what the model's parameters are called in the checkpoint.
 */
function refuseFolded(known: readonly string[], checkpoint: Checkpoint, model: string): void {
  const names = new Set(known);
  const folded = [...checkpoint.tensors.keys()].filter((name) => {
    if (!/(^|\.)running_mean$/.test(name) || names.has(name)) return false;
    // The network may have more parts than the model, such as a second head for training.
    const beside = name.split(".").slice(0, -2).join(".");
    return known.some((other) => beside === "" || other.startsWith(`${beside}.`));
  });
  if (folded.length === 0) return;
  const layers = folded.map((name) => name.replace(/\.?running_mean$/, ""));
  throw unsupported(
    checkpoint.path,
    `does not fit ${model}: its batch normalisation (${layers[0]}) is folded into the weights of the model`,
    exportAgain,
    shortened(layers.map((layer) => `${layer} folded`)),
    torchExport(),
  );
}

/** What is wrong with the tensor of a parameter, as a fact; undefined when nothing is. */
function faultOf({ name, tensor }: Parameter, found: TensorFacts | undefined): string | undefined {
  const wanted = `[${tensor.shape.join(", ")}]`;
  if (!found) return `${name} missing, against ${wanted}`;
  const same = found.shape.length === tensor.shape.length && found.shape.every((n, axis) => n === tensor.shape[axis]);
  if (!same) return `${name} [${found.shape.join(", ")}] against ${wanted}`;
  if (isFloating(tensor.dtype) && !isFloating(found.dtype)) return `${name} ${found.dtype} against ${tensor.dtype}`;
  return undefined;
}

function nothingMatches(parameters: readonly Parameter[], checkpoint: Checkpoint, model: string): Error {
  const theirs = [...checkpoint.tensors.keys()].slice(0, 3).join(", ");
  const ours = parameters
    .slice(0, 3)
    .map(({ name }) => name)
    .join(", ");
  const found = `does not fit ${model}${folding(parameters)}: no tensor has a name of the model's (${theirs}, … against ${ours}, …)`;
  const facts = parameters.map((parameter) => faultOf(parameter, undefined)!);
  const renamed = parameters.some(({ name }) => isExportersName(name));
  const advice = renamed ? exportAgain : otherNames;
  return unsupported(checkpoint.path, found, advice, shortened(facts), renamed ? torchExport() : undefined);
}

/** What is to be said of a model whose exporter folded batch normalisation away. */
function folding(parameters: readonly Parameter[]): string {
  const isFolded = parameters.some(({ name }) => /^onnx::Conv(Transpose)?_\d+$/.test(name));
  return isFolded ? ", for batch normalisation was folded into its convolutions when it was exported" : "";
}

/** Names that PyTorch's exporters make up for weights that they changed. */
function isExportersName(name: string): boolean {
  return /^onnx::|^val_\d+$|^\/|Constant/.test(name);
}

function shortened(facts: readonly string[]): readonly string[] {
  if (facts.length <= mostFacts) return facts;
  return [...facts.slice(0, mostFacts), `and ${facts.length - mostFacts} more`];
}
