import { ProblemError } from "../protocol/problem";
import { crc32 } from "./crc32";
import { corrupt, unsupported } from "./faults";
import { inflatedPieces, inflatePart, largestExpansion, type Inflated } from "./inflate";
import type { Source } from "./source";

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

/** How much of a stored entry is read at once. */
const pieceBytes = 2 ** 20;

/** Largest list of contents that is read, in bytes, and most entries of it. */
const largestDirectory = 2 ** 26;
const mostEntries = 2 ** 18;

/** Whether a file starts like a zip archive: with a local header or, when empty, with the end of its list of contents. */
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
   * A whole entry; its checksum is verified. Packed entries are unpacked piece by piece.
   * @throws ProblemError `file-corrupt`, `file-unsupported`, `too-large`.
   */
  async read(entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, more } = await this.unpack(entry, entry.size);
    if (more) throw corrupt(this.source.path, `is damaged: ${entry.name} is longer than it claims`);
    this.verify(entry, bytes);
    return bytes;
  }

  /** The first bytes of an entry, `length` of them or all that there are, unverified. @throws ProblemError as `read`. */
  async readHead(entry: ZipEntry, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes } = await this.unpack(entry, Math.min(length, entry.size));
    return bytes;
  }

  /**
   * An entry from its beginning to its end, in pieces, packed or not; never held whole. Its length and checksum are
   * verified at the end.
   * @throws ProblemError as `read`.
   */
  async *pieces(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const start = await this.dataPosition(entry);
    const { path } = this.source;
    const raw =
      entry.method === stored
        ? this.storedPieces(start, entry.size)
        : inflatedPieces(this.source, start, entry.packedSize, "deflate");
    let length = 0;
    let checksum = 0;
    try {
      for await (const piece of raw) {
        length += piece.length;
        if (length > entry.size) throw corrupt(path, `is damaged: ${entry.name} is longer than it claims`);
        checksum = crc32(piece, checksum);
        yield piece;
      }
    } catch (error) {
      throw error instanceof ProblemError ? error : corrupt(path, `is damaged: ${entry.name} cannot be unpacked`);
    }
    if (length < entry.size)
      throw corrupt(path, `is damaged: ${entry.name} ends after ${length} of ${entry.size} bytes`);
    if (checksum !== entry.crc) throw wrongChecksum(this.source, entry);
  }

  private async *storedPieces(start: number, size: number): AsyncGenerator<Uint8Array> {
    for (let done = 0; done < size; done += pieceBytes) {
      yield await this.source.read(start + done, Math.min(pieceBytes, size - done));
    }
  }

  /** Compares bytes with the checksum of their entry. @throws ProblemError `file-corrupt`. */
  verify(entry: ZipEntry, bytes: Uint8Array): void {
    if (crc32(bytes) !== entry.crc) throw wrongChecksum(this.source, entry);
  }

  /**
   * Where the data of an entry start: after its local header, whose own name and extra field may differ from the list's.
   * @throws ProblemError `file-corrupt`, `file-unsupported`.
   */
  async dataPosition(entry: ZipEntry): Promise<number> {
    const { path, size } = this.source;
    if (entry.flags & 1) throw unsupported(path, "is encrypted", "Save it without a password.");
    if (entry.method !== stored && entry.method !== deflated) {
      const advice = "Save it again with the program that wrote it, e.g. with torch.save or numpy.savez.";
      throw unsupported(path, `packs ${entry.name} by the unknown method ${entry.method}`, advice);
    }
    if (entry.position + 30 > size) throw broken(this.source);
    const view = viewOf(await this.source.read(entry.position, 30));
    if (view.getUint32(0, true) !== localSignature) throw broken(this.source);
    const start = entry.position + 30 + view.getUint16(26, true) + view.getUint16(28, true);
    const expansion = entry.method === stored ? 1 : largestExpansion;
    if (start + entry.packedSize > size || entry.size > (entry.packedSize + 1) * expansion) {
      throw corrupt(path, `is damaged: ${entry.name} claims ${entry.size} bytes, more than the file can hold`);
    }
    if (entry.method === stored && entry.size !== entry.packedSize) {
      throw corrupt(path, `is damaged: ${entry.name} claims ${entry.size} bytes but takes ${entry.packedSize}`);
    }
    return start;
  }

  /** Exactly the first `wanted` bytes, and whether more come out of a packed entry. */
  private async unpack(entry: ZipEntry, wanted: number): Promise<Inflated> {
    const start = await this.dataPosition(entry);
    if (entry.method === stored) return { bytes: await this.source.read(start, wanted), more: false };
    const { path } = this.source;
    const unpacked = await inflatePart(this.source, start, entry.packedSize, "deflate", wanted).catch(
      (error: unknown) => {
        if (error instanceof ProblemError) throw error;
        throw corrupt(path, `is damaged: ${entry.name} cannot be unpacked`);
      },
    );
    const { length } = unpacked.bytes;
    if (length < wanted) throw corrupt(path, `is damaged: ${entry.name} ends after ${length} of ${entry.size} bytes`);
    return unpacked;
  }
}

function readDirectory(bytes: Uint8Array, count: number, source: Source): ReadonlyMap<string, ZipEntry> {
  if (count > mostEntries) throw corrupt(source.path, `claims to hold ${count} entries, more than any that are read`);
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
  requireApart([...entries.values()], source);
  return entries;
}

/** Entries that share their bytes are made to unpack to more than the file could hold. */
function requireApart(entries: ZipEntry[], source: Source): void {
  entries.sort((a, b) => a.position - b.position);
  for (const [i, { name, position, packedSize }] of entries.entries()) {
    const next = entries[i + 1];
    if (next && position + 30 + packedSize > next.position) {
      throw corrupt(source.path, `is damaged: ${name} and ${next.name} overlap`);
    }
  }
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

function wrongChecksum(source: Source, entry: ZipEntry): Error {
  return corrupt(source.path, `is damaged: the checksum of ${entry.name} is wrong`);
}

function broken(source: Source): Error {
  return corrupt(source.path, "is damaged: its list of contents is broken");
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
