import { randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { corrupt, tooLarge, unsupported, unwritable } from "../../files/faults";
import { ZipArchive, type ZipEntry } from "../../files/zip";
import { openHdf5, type Hdf5File } from "../hdf5";
import { withSource } from "../source";
import { parseJson } from "./json";

/** Largest description that is read. */
const largestDescription = 2 ** 26;

/** Largest weights that are unpacked; Keras stores them as they are, so that they are no larger than the file. */
const largestPacked = 2 ** 31;

/** What a `.keras` file holds. */
export interface KerasArchive {
  /** `config.json` */
  readonly config: unknown;
  /** e.g. "3.15.1", where the file says it. */
  readonly version: string | undefined;
  /** `model.weights.h5`; undefined for a model without weights. */
  readonly weights: Hdf5File | undefined;
  close(): Promise<void>;
}

/**
 * Opens a `.keras` file, which is to be closed: a zip archive with a description and an HDF5 file. HDF5 is read by position and the archive is
 * no HDF5 file, so the weights are copied piece by piece to a file of their own, which is removed as soon as it is open
 * or, where that cannot be (Windows), when it is closed.
 *
 * @throws ProblemError that names the file.
 */
export async function openArchive(file: string): Promise<KerasArchive> {
  return withSource(file, async (source) => {
    const zip = await ZipArchive.open(source);
    const description = zip.entries.get("config.json");
    if (!description) throw corrupt(file, "is no Keras model: it holds no config.json");
    const config = await readJson(zip, description);
    const metadata = zip.entries.get("metadata.json");
    const version = metadata && ((await readJson(zip, metadata)) as { keras_version?: unknown } | null)?.keras_version;
    const entry = zip.entries.get("model.weights.h5");
    const other = [...zip.entries.keys()].find((name) => /^model\w*\.weights\.\w+$/.test(name));
    if (!entry && other !== undefined) {
      const advice = 'Save it again in Python: `model.save("model.keras")`.';
      throw unsupported(file, `keeps its weights in ${other}; model.weights.h5 was expected`, advice);
    }
    if (entry && entry.method !== 0 && entry.size > largestPacked) {
      const found = `keeps its weights packed, which come to ${entry.size} bytes`;
      throw tooLarge(file, found, 'Save it again in Python, which does not pack: `model.save("model.keras")`.');
    }
    const weights = entry && (await extracted(zip, entry));
    return {
      config,
      version: typeof version === "string" ? version : undefined,
      weights: weights?.opened,
      close: () => weights?.close() ?? Promise.resolve(),
    };
  });
}

async function readJson(zip: ZipArchive, entry: ZipEntry): Promise<unknown> {
  const { path: file } = zip.source;
  if (entry.size > largestDescription) throw corrupt(file, `has a ${entry.name} of ${entry.size} bytes`);
  return parseJson(file, entry.name, new TextDecoder().decode(await zip.read(entry)));
}

/** An entry as an HDF5 file, whose problems are those of the archive. */
async function extracted(
  zip: ZipArchive,
  entry: ZipEntry,
): Promise<{ readonly opened: Hdf5File; close(): Promise<void> }> {
  const copy = path.join(tmpdir(), `loss-landscape-${randomUUID()}.h5`);
  try {
    await write(copy, zip.pieces(entry));
    const opened = await openHdf5(copy, zip.source.path);
    // An open file lives on without its name, except on Windows.
    await rm(copy).catch(() => undefined);
    return {
      opened,
      async close() {
        opened.close();
        await rm(copy, { force: true });
      },
    };
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  }
}

async function write(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const failed = (error: unknown): never => {
    throw unwritable(file, error);
  };
  const handle = await open(file, "wx", 0o600).catch(failed);
  try {
    for await (const piece of pieces) await handle.writeFile(piece).catch(failed);
  } finally {
    await handle.close();
  }
}
