/** What a file looks like at a moment. */
export interface Stamp {
  readonly size: number;
  readonly mtime: number;
}

export interface SettlingParts {
  /** What a file looks like; undefined when it is gone. */
  readonly stamp: (file: string) => Promise<Stamp | undefined>;
  /** Whether it can be opened for reading. */
  readonly readable: (file: string) => Promise<boolean>;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** How often a file is looked at, how often in a row it must look the same, and how often at most, until it is given up. */
const rule = { interval: 500, same: 3, most: 7200 } as const;

/**
 * Waits until a file that is being written is whole: it has bytes, has not changed for a second, and can be opened.
 * @returns what it looks like then; undefined when it is gone, never settles, or `isWanted` says no.
 */
export async function settled(
  file: string,
  { stamp, readable, wait }: SettlingParts,
  isWanted: () => boolean,
): Promise<Stamp | undefined> {
  let before: Stamp | undefined;
  let same = 0;
  for (let look = 0; look < rule.most && isWanted(); look++) {
    const now = await stamp(file);
    if (now === undefined) return undefined;
    same = before && now.size === before.size && now.mtime === before.mtime ? same + 1 : 1;
    if (now.size > 0 && same >= rule.same && (await readable(file))) return now;
    before = now;
    await wait(rule.interval);
  }
  return undefined;
}
