import { basename } from "node:path";
import { corrupt, tooLarge, unsupported } from "../../files/faults";
import type { Source } from "../../files/source";
import { ZipArchive } from "../../files/zip";
import { PickleError, type Value } from "../../files/pickle/objects";
import { Unpickler } from "../../files/pickle/unpickler";
import { torchReExport } from "../../protocol/exportCalls";
import { findGlobal } from "./globals";
import { bigEndian, largestPickle, storageOf, toStateDict, type PickledFile } from "./pickled";

/**
 * Reads a zip archive as PyTorch writes since version 1.6: `data.pkl` with the structure, `data/KEY` with each storage.
 * @throws ProblemError; `ForbiddenGlobal` when the pickle asks for program code.
 */
export async function readArchive(source: Source): Promise<PickledFile> {
  const { path } = source;
  const zip = await ZipArchive.open(source);
  const names = [...zip.entries.keys()];
  const pickles = names.filter((name) => /^([^/]*\/)?data\.pkl$/.test(name));
  const pickle = pickles.length === 1 ? zip.entries.get(pickles[0]!) : undefined;
  if (!pickle) throw unsupported(path, "is a zip archive, but none of PyTorch's weights", toStateDict);
  const root = pickle.name.slice(0, -"data.pkl".length);
  if (names.some((name) => name === `${root}constants.pkl` || name.startsWith(`${root}code/`))) throw torchScript(path);
  const order = zip.entries.get(`${root}byteorder`);
  if (order && String.fromCharCode(...(await zip.readHead(order, 16))).trim() !== "little") throw bigEndian(path);
  if (pickle.size > largestPickle) {
    throw tooLarge(path, `has ${pickle.size} bytes of structure beside its weights`, toStateDict);
  }
  // PyTorch can be told to write no checksums; then all of them are zero.
  const checked = [...zip.entries.values()].some(({ crc }) => crc !== 0);
  const bytes = checked ? await zip.read(pickle) : await zip.readHead(pickle, pickle.size);
  return {
    root: unpickle(bytes, path),
    async storage({ key }) {
      const entry = zip.entries.get(`${root}data/${key}`);
      if (!entry) throw corrupt(path, `is damaged: the weights ${key} are missing`);
      if (entry.method !== 0) {
        throw unsupported(path, "was compressed after it was saved", "Unpack it and save it again with PyTorch.");
      }
      const position = await zip.dataPosition(entry);
      return {
        position,
        length: entry.size,
        verify(all) {
          if (checked) zip.verify(entry, all);
        },
      };
    },
  };
}

function unpickle(bytes: Uint8Array, path: string): Value {
  try {
    return new Unpickler(bytes, 0, { find: findGlobal, storage: storageOf }).read();
  } catch (error) {
    if (error instanceof PickleError) throw corrupt(path, `is damaged: ${error.message}`);
    throw error;
  }
}

function torchScript(path: string): Error {
  return unsupported(
    path,
    "is a TorchScript archive: it contains program code and was not opened",
    "If you trust it, load it in Python, which runs its code, and export the model as ONNX.",
    undefined,
    torchReExport(`torch.jit.load(${JSON.stringify(basename(path))})`),
  );
}
