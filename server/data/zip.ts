import { crc32 } from "./crc32";
import { maximumExpansion, inflatePart } from "./inflate";
import type { DataFile } from "./file";
import { corrupt, unsupported } from "./problems";

/** One file inside a zip archive, as its central directory declares it. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc: number;
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
const maximumDirectoryBytes = 2 ** 26;

/**
 * Reads the central directory, zip64 included (NumPy writes it for large arrays).
 * @throws ProblemError `file-corrupt`
 */
export async function readDirectory(file: DataFile): Promise<readonly ZipEntry[]> {
  const { count, size, position } = await findDirectory(file);
  if (position + size > file.size || size > maximumDirectoryBytes) {
    throw corrupt(file.path, "zip", "its list of contents lies outside the file");
  }
  const bytes = await file.read(position, size);
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== directorySignature) {
      throw corrupt(file.path, "zip", "its list of contents is broken");
    }
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw corrupt(file.path, "zip", "its list of contents is broken");
    const sizes = widen(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, extraLength),
    );
    entries.push({
      name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
      size: sizes[0]!,
      compressedSize: sizes[1]!,
      position: sizes[2]!,
      crc: view.getUint32(at + 16, true),
      method: view.getUint16(at + 10, true),
      flags: view.getUint16(at + 8, true),
    });
    at = next;
  }
  return entries;
}

/**
 * The first `limit` bytes of an entry, or all of it (then its size and checksum are verified).
 * @throws ProblemError `file-corrupt`, `file-unsupported` (encrypted, other compression), `too-large`
 */
export async function readEntry(file: DataFile, entry: ZipEntry, limit = Infinity): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.flags & 1) throw unsupported(file.path, "is encrypted", "Save the arrays without a password.");
  if (entry.method !== 0 && entry.method !== 8) {
    const advice = "Write the file with numpy.savez or numpy.savez_compressed.";
    throw unsupported(file.path, `packs ${entry.name} with an unknown method (${entry.method})`, advice);
  }
  const start = await dataPosition(file, entry);
  const expansion = entry.method === 0 ? 1 : maximumExpansion;
  if (start + entry.compressedSize > file.size || entry.size > (entry.compressedSize + 1) * expansion) {
    throw corrupt(file.path, "zip", `${entry.name} claims ${entry.size} bytes, more than the file can hold`);
  }
  const wanted = Math.min(limit, entry.size);
  const bytes = await unpack(file, entry, start, wanted);
  if (bytes.length < wanted) throw corrupt(file.path, "zip", `${entry.name} ends after ${bytes.length} bytes`);
  if (wanted === entry.size && crc32(bytes) !== entry.crc) {
    throw corrupt(file.path, "zip", `the checksum of ${entry.name} is wrong`);
  }
  return bytes;
}

async function unpack(
  file: DataFile,
  entry: ZipEntry,
  start: number,
  wanted: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (entry.method === 0) return file.read(start, wanted);
  const { bytes, more } = await inflatePart(file, start, entry.compressedSize, "deflate", wanted).catch(
    (error: unknown) => {
      if (error instanceof Error && error.name === "ProblemError") throw error;
      throw corrupt(file.path, "zip", `${entry.name} cannot be unpacked`);
    },
  );
  if (more && wanted === entry.size) throw corrupt(file.path, "zip", `${entry.name} is longer than it claims`);
  return bytes;
}

/** The entry's data follow its local header, whose own name and extra field may differ from the directory's. */
async function dataPosition(file: DataFile, entry: ZipEntry): Promise<number> {
  const header = await file.read(entry.position, 30);
  const view = viewOf(header);
  if (header.length < 30 || view.getUint32(0, true) !== localSignature) {
    throw corrupt(file.path, "zip", `${entry.name} is not where the list of contents says`);
  }
  return entry.position + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

async function findDirectory(file: DataFile): Promise<{ count: number; size: number; position: number }> {
  const tailStart = Math.max(0, file.size - 22 - 0xffff);
  const tail = await file.read(tailStart, 22 + 0xffff);
  const view = viewOf(tail);
  let at = tail.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw corrupt(file.path, "zip", "it has no list of contents, so it was probably cut short");
  const found = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    position: view.getUint32(at + 16, true),
  };
  const locator = at - 20;
  if (locator < 0 || view.getUint32(locator, true) !== locator64Signature) return found;
  const record = await file.read(Number(view.getBigUint64(locator + 8, true)), 56);
  const wide = viewOf(record);
  if (record.length < 56 || wide.getUint32(0, true) !== end64Signature) {
    throw corrupt(file.path, "zip", "its list of contents is broken");
  }
  return {
    count: Number(wide.getBigUint64(32, true)),
    size: Number(wide.getBigUint64(40, true)),
    position: Number(wide.getBigUint64(48, true)),
  };
}

/** Replaces those of [size, compressed size, position] that are all ones by the zip64 extra field's 64-bit values. */
function widen(sizes: number[], extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.byteLength);
    if (extra.getUint16(at, true) === 1) {
      let field = at + 4;
      return sizes.map((value) => {
        if (value !== 0xffffffff || field + 8 > end) return value;
        field += 8;
        return Number(extra.getBigUint64(field - 8, true));
      });
    }
    at += 4 + length;
  }
  return sizes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
