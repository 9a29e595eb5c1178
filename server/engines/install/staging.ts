import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StepName } from "./plan";

/** Sizes of what a step has made, by path below the folder. */
type Made = Readonly<Record<string, number>>;

interface Progress {
  /** What is being put together; other contents are begun anew. */
  readonly key: string;
  readonly made: Partial<Record<StepName, Made>>;
}

const progressName = "unfinished.json";

/** A folder in which an engine is put together, step by step; a step that was done is not done again. */
export class Staging {
  private constructor(
    readonly folder: string,
    private progress: Progress,
  ) {}

  /** Goes on with a folder whose content has the same key; empties all others. */
  static async open(folder: string, key: string): Promise<Staging> {
    const before = await readProgress(folder);
    if (before?.key === key) return new Staging(folder, before);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return new Staging(folder, { key, made: {} });
  }

  /** Whether everything that a step makes is there, of the size that it had. */
  async has(step: StepName): Promise<boolean> {
    const made = this.progress.made[step];
    if (!made) return false;
    for (const [name, size] of Object.entries(made)) {
      const found = await stat(path.join(this.folder, name)).catch(() => undefined);
      if (found?.size !== size) return false;
    }
    return true;
  }

  /** Remembers that a step is done, by the files that it made; the ones after it are to be done anew. */
  async finish(step: StepName, files: readonly string[], later: readonly StepName[]): Promise<void> {
    const sizes = await Promise.all(
      files.map(async (name) => [name, (await stat(path.join(this.folder, name))).size] as const),
    );
    const kept = Object.entries(this.progress.made).filter(([name]) => !later.includes(name as StepName));
    this.progress = { ...this.progress, made: { ...Object.fromEntries(kept), [step]: Object.fromEntries(sizes) } };
    const file = path.join(this.folder, progressName);
    await writeFile(`${file}.new`, JSON.stringify(this.progress));
    await rename(`${file}.new`, file);
  }

  /** Takes the notes of the work away, when it is done. */
  async close(): Promise<void> {
    await rm(path.join(this.folder, progressName), { force: true });
  }
}

async function readProgress(folder: string): Promise<Progress | undefined> {
  try {
    const { key, made } = JSON.parse(await readFile(path.join(folder, progressName), "utf8")) as Partial<Progress>;
    return typeof key === "string" && typeof made === "object" ? { key, made } : undefined;
  } catch {
    return undefined;
  }
}
