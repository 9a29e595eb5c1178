import path from "node:path";
import { corrupt, tooLarge, unsupported } from "../../files/faults";
import type { Source } from "../../files/source";
import { gather, isRowMajor, spanOf, tensorOf } from "../../files/strides";
import { isZip } from "../../files/zip";
import { viewAs, widthOf } from "../../graph/elements";
import { sizeOf, type Tensor } from "../../graph/tensor";
import { torchReExport } from "../../protocol/exportCalls";
import type { Checkpoint, CheckpointFormat } from "../checkpoint";
import { stripPrefixes } from "../prefixes";
import { openSource } from "../source";
import { readArchive } from "./archive";
import { isPickle, readLegacy } from "./legacy";
import { ForbiddenGlobal, type StoredView } from "../../files/pickle/objects";
import { toStateDict, type PickledFile } from "./pickled";
import { findWeights, NoWeights, type Weights } from "./weights";

/** Largest tensor, in bytes, that repeats the elements of a smaller storage. */
const largestRepeated = 2 ** 26;

/** Weights that PyTorch saved, alone or among the state of a training. */
export const pytorchFormat: CheckpointFormat = {
  label: "PyTorch",

  match: (file) => /\.(pt|pth|ckpt|t7|bin|tar)$/i.test(file),

  async open(file): Promise<Checkpoint> {
    const source = await openSource(file);
    try {
      const pickled = await readPickled(source);
      const { tensors, ...facts } = weightsOf(pickled, file);
      const readable = new Map<string, StoredView>();
      for (const [name, tensor] of tensors) {
        if (tensor.kind === "unread") throw unread(file, name, tensor.what);
        readable.set(name, tensor);
      }
      const { tensors: stripped, nameInFile } = stripPrefixes(readable);
      return {
        path: file,
        format: "PyTorch",
        tensors: stripped,
        ...facts,
        read: (name) => readView(source, pickled, name, readable.get(nameInFile(name))!),
        close: () => source.close(),
      };
    } catch (error) {
      await source.close();
      throw error;
    }
  },
};

async function readPickled(source: Source): Promise<PickledFile> {
  const head = await source.read(0, Math.min(512, source.size));
  try {
    if (isZip(head)) return await readArchive(source);
    if (isPickle(head)) return await readLegacy(source);
  } catch (error) {
    if (error instanceof ForbiddenGlobal) throw programCode(source.path, error.global);
    throw error;
  }
  throw unsupported(source.path, `is no file of PyTorch: ${whatElse(head)}`, toStateDict);
}

function whatElse(head: Uint8Array): string {
  const start = String.fromCharCode(...head);
  if (/^(4\n|T7\n|\x04\0\0\0)/.test(start)) return "it looks like a file of Lua Torch";
  if (start.startsWith("\x89HDF")) return "it is an HDF5 file";
  if (start.slice(257).startsWith("ustar") || /^(sys_info|pickle|storages|tensors)\0/.test(start)) {
    return "it is a tar archive, as PyTorch wrote before version 0.2";
  }
  return "it starts like neither a zip archive nor a pickle";
}

function weightsOf(pickled: PickledFile, file: string): Weights {
  try {
    return findWeights(pickled.root);
  } catch (error) {
    if (error instanceof NoWeights) throw unsupported(file, error.message, toStateDict);
    throw error;
  }
}

function programCode(file: string, global: string): Error {
  const whole = /^torch\.nn\.|^__main__\./.test(global) ? " (a whole model was saved, not its weights)" : "";
  const found = `contains program code and was not opened: it asks for ${global}${whole}`;
  const name = path.basename(file);
  const load = `torch.load(${JSON.stringify(name)}, weights_only=False)`;
  const advice =
    "If you trust it, load it in Python, which runs its code, and export the model as ONNX; or save its state_dict() alone, " +
    "whose weights can be read beside an ONNX model.";
  return unsupported(file, found, advice, [global], torchReExport(load));
}

function unread(file: string, name: string, what: string): Error {
  const advice = "Save the weights as ordinary floating-point tensors; quantised ones have no loss landscape.";
  return unsupported(file, `holds ${name} as a tensor of a kind that is not read: ${what}`, advice);
}

/** Reads the bytes that a view spans, no more, and brings them into row-major order. */
async function readView(source: Source, pickled: PickledFile, name: string, view: StoredView): Promise<Tensor> {
  const { dtype, shape, strides, offset } = view;
  const { path: file } = source;
  const { position, length, verify } = await pickled.storage(view.storage);
  const width = widthOf(dtype);
  const size = sizeOf(shape) * width;
  const from = offset * width;
  const span = spanOf(shape, strides) * width;
  if (!(from + span <= length)) {
    throw corrupt(file, `is damaged: ${name} needs ${from + span} bytes of weights where there are ${length}`);
  }
  if (size > Math.max(largestRepeated, length)) {
    throw tooLarge(file, `repeats ${length} bytes in ${name} to ${size}`, toStateDict);
  }
  const bytes = await source.read(position + from, span);
  if (span === length) verify(bytes);
  if (isRowMajor(shape, strides)) return tensorOf(dtype, shape, bytes);
  return { dtype, shape, data: gather(dtype, viewAs(dtype, bytes), shape, strides) };
}
