import { stat } from "node:fs/promises";

/** File systems are off by this much at most in what they say of times, in nanoseconds. */
const coarsest = 2_000_000_000n;

/** What a file system says of a file. */
export interface Stamp {
  /** Changes whenever the file is written or replaced; empty where there is none. */
  readonly text: string;
  /** When it was changed last, in nanoseconds since 1970. */
  readonly changed: bigint;
}

/** The stamp that a file has now. */
export async function stampOf(file: string): Promise<Stamp> {
  return stat(file, { bigint: true }).then(
    ({ mtimeNs, ctimeNs, size, ino }) => ({
      text: [mtimeNs, ctimeNs, size, ino].join(" "),
      changed: mtimeNs > ctimeNs ? mtimeNs : ctimeNs,
    }),
    () => ({ text: "", changed: 2n ** 64n }),
  );
}

/**
 * What was read of files, for as long as their stamps say that they are the same: describing, planning and preparing a run
 * read the same bytes one after the other. What was read of a file that changed meanwhile, or so short a time before that
 * its stamp might not show it, is not kept.
 */
export class Kept<T> {
  private readonly entries = new Map<string, Entry<T>>();

  /** @param size how many values are kept, those used last. */
  constructor(private readonly size: number) {}

  /**
   * The value of a file: as it was read before, or read now.
   * @param read tells whether the value may be kept, and all files that it comes from beside `file`.
   * @throws whatever `read` throws.
   */
  async of(file: string, read: () => Promise<Read<T>>): Promise<T> {
    const known = this.entries.get(file);
    this.entries.delete(file);
    if (known && known.stamps === textOf(await stampsOf(known.files))) {
      this.entries.set(file, known);
      return known.value;
    }
    // Room is made before there is more.
    const [oldest] = this.entries.keys();
    if (oldest !== undefined && this.entries.size >= this.size) this.entries.delete(oldest);
    const began = BigInt(Date.now()) * 1_000_000n;
    const before = await stampOf(file);
    const { value, further = [], mayStay = true } = await read();
    const files = [file, ...further];
    const stamps = await stampsOf(files);
    const isSame = stamps[0]!.text === before.text && stamps.every(({ changed }) => changed < began - coarsest);
    if (!isSame || !mayStay) return value;
    this.entries.set(file, { files, stamps: textOf(stamps), value });
    return value;
  }
}

interface Read<T> {
  readonly value: T;
  readonly further?: readonly string[];
  readonly mayStay?: boolean;
}

interface Entry<T> {
  readonly files: readonly string[];
  readonly stamps: string;
  readonly value: T;
}

function stampsOf(files: readonly string[]): Promise<readonly Stamp[]> {
  return Promise.all(files.map(stampOf));
}

function textOf(stamps: readonly Stamp[]): string {
  return stamps.map(({ text }) => text).join("; ");
}
