import type { Tensor } from "../graph/tensor";
import { corrupt } from "./faults";
import { npyHeadBytes, parseNpy, parseNpyHeader, type NpyHeader } from "./npy";
import { headOf, type Source } from "./source";
import { isZip, ZipArchive, type ZipEntry } from "./zip";

const ending = ".npy";

/** The arrays of an `.npz`, packed or not, of any size, read one by one. */
export class NumpyArchive {
  private constructor(
    private readonly zip: ZipArchive,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  /** @throws ProblemError `file-corrupt`; the source stays open. */
  static async open(source: Source): Promise<NumpyArchive> {
    if (!isZip(await headOf(source, 4))) {
      throw corrupt(source.path, "is no NumPy archive: it does not start like a zip file");
    }
    const zip = await ZipArchive.open(source);
    const arrays = [...zip.entries.values()].filter(({ name }) => name.endsWith(ending));
    return new NumpyArchive(zip, new Map(arrays.map((entry) => [entry.name.slice(0, -ending.length), entry])));
  }

  /** Names of the arrays, without `.npy`, in the file's order. */
  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** What an array is, without reading all of it. @throws ProblemError `file-corrupt`, `file-unsupported`. */
  async header(name: string): Promise<NpyHeader> {
    const entry = this.entry(name);
    const whole = entry.size <= npyHeadBytes;
    const head = whole ? await this.zip.read(entry) : await this.zip.readHead(entry, npyHeadBytes);
    return parseNpyHeader(head, name, this.zip.source.path);
  }

  /** @throws ProblemError `file-corrupt`, `file-unsupported`, `too-large`. */
  async read(name: string): Promise<Tensor> {
    return parseNpy(await this.zip.read(this.entry(name)), name, this.zip.source.path);
  }

  /** All bytes of an array's `.npy`, piece by piece; checksums are verified at the end. @throws ProblemError as `read`. */
  pieces(name: string): AsyncIterable<Uint8Array> {
    return this.zip.pieces(this.entry(name));
  }

  /** Bytes of an array's `.npy`, its header included. */
  sizeOf(name: string): number {
    return this.entry(name).size;
  }

  /** Where an array's `.npy` starts in the file, when it is not packed. @throws ProblemError `file-corrupt`. */
  async position(name: string): Promise<number | undefined> {
    const entry = this.entry(name);
    const start = await this.zip.dataPosition(entry);
    return entry.size === entry.packedSize && entry.method === 0 ? start : undefined;
  }

  private entry(name: string): ZipEntry {
    const entry = this.entries.get(name);
    if (!entry) throw new Error(`The archive has no array ${name}.`);
    return entry;
  }
}
