import type { Queue } from "bullmq";
import type { Connection } from "./connection";
import type { Remark, RunNotice } from "./notice";
import { boardName, directionsName, jobsName } from "./settings";
import { decode, encode } from "./wire";

/** A run on the board. */
export interface Posted {
  readonly run: string;
  readonly session: string;
  /** Of the Loss Landscape that computes it; the notice of another one may not be understood. */
  readonly version: string;
  readonly build: string;
  readonly title: string;
  /** Changes as long as the coordinator is alive. */
  readonly beat: number;
  /** @throws SyntaxError when it was not written by us. */
  readonly notice: () => RunNotice;
}

/** How a run is kept in Redis. */
interface Entry {
  readonly session: string;
  readonly version: string;
  readonly build: string;
  readonly title: string;
  readonly notice: string;
}

interface Directions {
  readonly content: string;
}

/**
 * The runs that are going on, as jobs of a queue that nobody works on. What evaluators have to say of a run is in the log
 * of its job. All calls reject when Redis cannot be reached.
 */
export class Board {
  private readonly runs: Queue<Entry>;
  private readonly directions: Queue<Directions>;

  /** @param connection one that is ready. */
  constructor(private readonly connection: Connection) {
    this.runs = connection.queue<Entry>(boardName);
    this.directions = connection.queue<Directions>(directionsName);
  }

  /** Puts a run on the board, in the place of an earlier session's. */
  async post(notice: RunNotice): Promise<void> {
    const { run, session, version, build, title } = notice;
    await this.runs.remove(run);
    await this.runs.add("run", { session, version, build, title, notice: encode(notice) }, { jobId: run });
  }

  /** Shows that the run's coordinator is alive; false when the run is not on the board any more. */
  async beat(run: string, count: number): Promise<boolean> {
    if ((await this.runs.getJobState(run)) === "unknown") return false;
    await this.runs.updateJobProgress(run, count);
    return true;
  }

  /** All runs, the oldest first. */
  async list(): Promise<readonly Posted[]> {
    const jobs = await this.runs.getJobs(["waiting"], 0, -1, true);
    return jobs.flatMap(({ id, data, progress }) => {
      if (id === undefined) return [];
      const { session, version, build, title, notice } = data;
      const beat = typeof progress === "number" ? progress : 0;
      return [{ run: id, session, version, build, title, beat, notice: () => decode(notice) as RunNotice }];
    });
  }

  /** Adds a remark to a run; nothing happens when it is over. */
  async remark(run: string, remark: Remark): Promise<void> {
    if ((await this.runs.getJobState(run)) !== "unknown") await this.runs.addJobLog(run, encode(remark));
  }

  /** The remarks to a run, from the `from`th on. */
  async remarks(run: string, from: number): Promise<readonly Remark[]> {
    const { logs } = await this.runs.getJobLogs(run, from, -1);
    return logs.map((row) => decode(row) as Remark);
  }

  /** Takes a run off the board, with all its jobs. */
  async withdraw(run: string, directions?: string): Promise<void> {
    await this.runs.remove(run);
    await this.clear(run);
    if (directions !== undefined) await this.directions.remove(directions);
  }

  /** Removes the jobs of a run, also those that are being done. */
  async clear(run: string): Promise<void> {
    const jobs = this.connection.queue(jobsName(run));
    try {
      await jobs.obliterate({ force: true });
    } finally {
      await jobs.close();
    }
  }

  /** Keeps the bytes of a file of directions for those who cannot read it. */
  async keepDirections(digest: string, content: Uint8Array): Promise<void> {
    await this.directions.add("directions", { content: Buffer.from(content).toString("base64") }, { jobId: digest });
  }

  /** The bytes of a file of directions; undefined when it was too large to be kept. */
  async directionsOf(digest: string): Promise<Uint8Array | undefined> {
    const job = await this.directions.getJob(digest);
    return job === undefined ? undefined : Buffer.from(job.data.content, "base64");
  }
}
