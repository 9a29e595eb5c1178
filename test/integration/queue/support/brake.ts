import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync, readdirSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../../server/client";

/**
 * Decides how many jobs the evaluators of a command may do, so that a run is where a test wants to have it however fast
 * or slow the machine is. The evaluators are the real ones.
 */
export class Brake {
  private tickets = 0;

  private constructor(private readonly folder: string) {}

  /** A brake that lets no job pass. */
  static async make(): Promise<Brake> {
    return new Brake(await mkdtemp(path.join(os.tmpdir(), "landscape-brake-")));
  }

  /** For the environment of a command whose evaluators are to be braked. */
  get environment(): Readonly<Record<string, string>> {
    const script = path.join(root, "test/integration/queue/support/brake.cjs");
    return { NODE_OPTIONS: `--require "${script}"`, LOSS_LANDSCAPE_BRAKE: this.folder };
  }

  /** Process ids of evaluators that hold a job and wait. */
  get held(): readonly number[] {
    return readdirSync(this.folder)
      .flatMap((name) => /^held-(\d+)$/.exec(name)?.[1] ?? [])
      .map(Number);
  }

  /** How many jobs have passed. */
  get passed(): number {
    const file = path.join(this.folder, "passed");
    return existsSync(file) ? statSync(file).size : 0;
  }

  /** Lets so many more jobs pass. */
  async allow(count: number): Promise<void> {
    for (let k = 0; k < count; k++) await writeFile(path.join(this.folder, `ticket-${String(this.tickets++)}`), "");
  }

  /** Lets all jobs pass from now on. */
  async release(): Promise<void> {
    await writeFile(path.join(this.folder, "released"), "");
  }

  /** Call it when the commands have ended. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
