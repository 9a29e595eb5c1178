import type { FileHandle } from "node:fs/promises";
import { crc32 } from "./crc32";
import { tooLarge } from "./faults";

interface Written {
  readonly name: Uint8Array;
  readonly crc: number;
  readonly size: number;
  readonly position: number;
}

/** 1980-01-01 in the archive's own notation: the same content always gives the same bytes. */
const date = (1 << 5) | 1;
const utf8Names = 1 << 11;
const version = 20;

/** Writes a zip archive of stored entries one after the other, up to 4 GiB. Call `finish` last. */
export class ZipWriter {
  private position = 0;
  private readonly written: Written[] = [];

  constructor(
    private readonly handle: FileHandle,
    private readonly path: string,
  ) {}

  /** @throws ProblemError `too-large` when the archive would pass 4 GiB. */
  async add(name: string, parts: readonly Uint8Array[]): Promise<void> {
    let crc = 0;
    let size = 0;
    for (const part of parts) {
      crc = crc32(part, crc);
      size += part.length;
    }
    const entry: Written = { name: new TextEncoder().encode(name), crc, size, position: this.position };
    this.checkRoom(size + 1024);
    await this.write(localHeader(entry));
    for (const part of parts) await this.write(part);
    this.written.push(entry);
  }

  async finish(): Promise<void> {
    const start = this.position;
    this.checkRoom(this.written.reduce((sum, { name }) => sum + 46 + name.length, 22));
    for (const entry of this.written) await this.write(directoryEntry(entry));
    const end = new DataView(new ArrayBuffer(22));
    end.setUint32(0, 0x06054b50, true);
    end.setUint16(8, this.written.length, true);
    end.setUint16(10, this.written.length, true);
    end.setUint32(12, this.position - start, true);
    end.setUint32(16, start, true);
    await this.write(new Uint8Array(end.buffer));
  }

  private checkRoom(size: number): void {
    if (this.position + size >= 2 ** 32 - 1 || this.written.length >= 2 ** 16 - 2) {
      throw tooLarge(this.path, "would hold more than a zip archive can", "Write a .safetensors file instead.");
    }
  }

  private async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.position + done);
      done += bytesWritten;
    }
    this.position += bytes.length;
  }
}

function localHeader({ name, crc, size }: Written): Uint8Array {
  const bytes = new Uint8Array(30 + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x04034b50, true);
  describe(view, 4, crc, size, name.length);
  bytes.set(name, 30);
  return bytes;
}

function directoryEntry({ name, crc, size, position }: Written): Uint8Array {
  const bytes = new Uint8Array(46 + name.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, version, true);
  describe(view, 6, crc, size, name.length);
  view.setUint32(42, position, true);
  bytes.set(name, 46);
  return bytes;
}

/** What both headers of an entry say alike, from the version on. */
function describe(view: DataView, at: number, crc: number, size: number, nameLength: number): void {
  view.setUint16(at, version, true);
  view.setUint16(at + 2, utf8Names, true);
  view.setUint16(at + 8, date, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, nameLength, true);
}
