import { promisify } from "node:util";
import { constants, inflateRaw } from "node:zlib";
import { corrupt, tooLarge, unsupported } from "../faults";
import type { Source } from "../source";
import { crc32 } from "./crc32";

/** One file inside a zip archive, as the list of contents at the archive's end declares it. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly packedSize: number;
  readonly crc: number;
  /** 0 stored, 8 DEFLATE. */
  readonly method: number;
  readonly flags: number;
  /** Position of its local header. */
  readonly position: number;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const directorySignature = 0x02014b50;
const localSignature = 0x04034b50;
const stored = 0;
const deflated = 8;

/** Largest list of contents that is read; a million tensors fit. */
const largestDirectory = 2 ** 26;

/** DEFLATE cannot expand by more than this; whoever declares more is wrong or means harm. */
const largestExpansion = 1032;

/** Largest packed entry that is unpacked, which happens in memory. */
const largestUnpacked = 2 ** 31 - 1;

const unpack = promisify(inflateRaw);

/** Whether a file starts like a zip archive. */
export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

/**
 * A zip archive read by position, zip64 included. Names are only looked up, never used as paths.
 */
export class ZipArchive {
  private constructor(
    readonly source: Source,
    readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  /** @throws ProblemError `file-corrupt`; the source stays open. */
  static async open(source: Source): Promise<ZipArchive> {
    const { count, size, position } = await findDirectory(source);
    if (position + size > source.size || size > largestDirectory) throw broken(source);
    const bytes = await source.read(position, size);
    return new ZipArchive(source, readDirectory(bytes, count, source));
  }

  /**
   * A whole entry; its checksum is verified.
   * @throws ProblemError `file-corrupt`, `file-unsupported`, `too-large`.
   */
  async read(entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
    const start = await this.dataPosition(entry);
    const bytes =
      entry.method === stored ? await this.source.read(start, entry.size) : await this.inflate(entry, start);
    this.verify(entry, bytes);
    return bytes;
  }

  /** Up to `length` of the first bytes of an entry, unverified. @throws ProblemError as `read`. */
  async readHead(entry: ZipEntry, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const start = await this.dataPosition(entry);
    if (entry.method === stored) return this.source.read(start, Math.min(length, entry.size));
    // As many packed bytes hold at least about as many unpacked ones, and at most a thousandfold.
    const packed = await this.source.read(start, Math.min(length + 64, entry.packedSize));
    try {
      const bytes = await unpack(packed, { finishFlush: constants.Z_SYNC_FLUSH });
      return new Uint8Array(bytes.subarray(0, length));
    } catch {
      throw corrupt(this.source.path, `is damaged: ${entry.name} cannot be unpacked`);
    }
  }

  /** Compares bytes with the checksum of their entry. @throws ProblemError `file-corrupt`. */
  verify(entry: ZipEntry, bytes: Uint8Array): void {
    if (crc32(bytes) !== entry.crc) {
      throw corrupt(this.source.path, `is damaged: the checksum of ${entry.name} is wrong`);
    }
  }

  /**
   * Where the data of an entry start: after its local header, whose own name and extra field may differ from the list's.
   * @throws ProblemError `file-corrupt`, `file-unsupported`.
   */
  async dataPosition(entry: ZipEntry): Promise<number> {
    const { path, size } = this.source;
    if (entry.flags & 1) throw unsupported(path, "is encrypted", "Save it without a password.");
    if (entry.method !== stored && entry.method !== deflated) {
      const advice = "Save it again with PyTorch or NumPy.";
      throw unsupported(path, `packs ${entry.name} by the unknown method ${entry.method}`, advice);
    }
    if (entry.position + 30 > size) throw broken(this.source);
    const view = viewOf(await this.source.read(entry.position, 30));
    if (view.getUint32(0, true) !== localSignature) throw broken(this.source);
    const start = entry.position + 30 + view.getUint16(26, true) + view.getUint16(28, true);
    const expansion = entry.method === stored ? 1 : largestExpansion;
    const impossible = entry.method === stored ? entry.size !== entry.packedSize : false;
    if (impossible || start + entry.packedSize > size || entry.size > (entry.packedSize + 1) * expansion) {
      throw corrupt(path, `is damaged: ${entry.name} claims ${entry.size} bytes, which cannot be`);
    }
    return start;
  }

  private async inflate(entry: ZipEntry, start: number): Promise<Uint8Array<ArrayBuffer>> {
    const { path } = this.source;
    if (entry.size > largestUnpacked) {
      throw tooLarge(path, `holds ${entry.name} packed, with more than 2 GiB`, "Save it without compression.");
    }
    const packed = await this.source.read(start, entry.packedSize);
    const unpacked = await unpack(packed, { maxOutputLength: Math.max(1, entry.size) }).catch(() => undefined);
    if (unpacked?.length !== entry.size) throw corrupt(path, `is damaged: ${entry.name} cannot be unpacked`);
    return new Uint8Array(unpacked);
  }
}

function readDirectory(bytes: Uint8Array, count: number, source: Source): ReadonlyMap<string, ZipEntry> {
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== directorySignature) throw broken(source);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw broken(source);
    const extra = new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, extraLength);
    const [size, packedSize, position] = widen(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      extra,
    );
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    if (entries.has(name)) throw corrupt(source.path, `is damaged: it holds ${name} twice`);
    entries.set(name, {
      name,
      size,
      packedSize,
      position,
      crc: view.getUint32(at + 16, true),
      method: view.getUint16(at + 10, true),
      flags: view.getUint16(at + 8, true),
    });
    at = next;
  }
  return entries;
}

async function findDirectory(source: Source): Promise<{ count: number; size: number; position: number }> {
  const tailStart = Math.max(0, source.size - 22 - 0xffff);
  const tail = await source.read(tailStart, source.size - tailStart);
  const view = viewOf(tail);
  let at = tail.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw corrupt(source.path, "has no list of contents, so it was probably cut short");
  const found = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    position: view.getUint32(at + 16, true),
  };
  const locator = at - 20;
  if (locator < 0 || view.getUint32(locator, true) !== locator64Signature) return found;
  const wideAt = Number(view.getBigUint64(locator + 8, true));
  if (wideAt + 56 > source.size) throw broken(source);
  const wide = viewOf(await source.read(wideAt, 56));
  if (wide.getUint32(0, true) !== end64Signature) throw broken(source);
  return {
    count: Number(wide.getBigUint64(32, true)),
    size: Number(wide.getBigUint64(40, true)),
    position: Number(wide.getBigUint64(48, true)),
  };
}

type Sizes = [size: number, packedSize: number, position: number];

/** Replaces those that are all ones by the 64-bit values of the zip64 extra field. */
function widen(sizes: Sizes, extra: DataView): Sizes {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.byteLength);
    if (extra.getUint16(at, true) === 1) {
      let field = at + 4;
      return sizes.map((value) => {
        if (value !== 0xffffffff || field + 8 > end) return value;
        field += 8;
        return Number(extra.getBigUint64(field - 8, true));
      }) as Sizes;
    }
    at += 4 + length;
  }
  return sizes;
}

function broken(source: Source): Error {
  return corrupt(source.path, "is damaged: its list of contents is broken");
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
