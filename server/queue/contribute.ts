import { setTimeout as sleep } from "node:timers/promises";
import { PoolCancelledError } from "../evaluator/workload";
import { ProblemError, toProblem } from "../protocol/problem";
import { isRefused } from "./address";
import { Board } from "./board";
import { buildOf } from "./build";
import type { Posted } from "./board";
import { Connection } from "./connection";
import { Contribution } from "./contribution";
import type { ContributionParts } from "./contribution";
import { Pulses } from "./pulses";
import { BEAT } from "./settings";
import { encode } from "./wire";

export interface ContributeOptions extends Omit<ContributionParts, "notice" | "directions"> {
  /** Of this Loss Landscape. */
  readonly version: string;
  /** Ends after this many seconds without a run; never when absent. */
  readonly idle?: number;
  /** Receives what a user would want to know, as sentences without an end. */
  readonly tell: (sentence: string) => void;
}

/** The run that this machine takes part in, or is about to. */
interface Membership {
  /** As the coordinator told of it last. */
  posted: Posted;
  /** What it was prepared with. */
  readonly basis: string;
  readonly leaving: AbortController;
  readonly joining: Promise<void>;
  contribution: Contribution | undefined;
}

/**
 * Takes part in the runs of a queue, one after the other, until `signal` is aborted or there was none for `idle` seconds.
 * @throws ProblemError `queue-unavailable` when the queue does not let us in, or it is not known which build this is.
 */
export async function contribute(options: ContributeOptions, signal: AbortSignal): Promise<void> {
  await new Helper(options, await buildOf(options.evaluatorPath)).work(signal);
}

class Helper {
  private readonly connection: Connection;
  private readonly pulses = new Pulses();
  /** Sessions of runs that this machine has no part in. */
  private readonly declined = new Set<string>();
  private board: Board | undefined;
  private member: Membership | undefined;
  private lastWords: string | undefined;
  private idleSince = performance.now();

  constructor(
    private readonly options: ContributeOptions,
    private readonly build: string,
  ) {
    this.connection = new Connection(options.address, () => {});
  }

  async work(signal: AbortSignal): Promise<void> {
    const { connection } = this;
    try {
      await connection.tried;
      const { error } = connection;
      if (error && isRefused(error)) throw new ProblemError(connection.problem!);
      while (!signal.aborted && !this.isIdle) {
        await this.look().catch((error: unknown) => {
          this.options.log(`queue: ${error instanceof Error ? error.message : String(error)}`);
        });
        await sleep(BEAT, undefined, { signal }).catch(() => {});
      }
      await this.leave("left");
    } finally {
      connection.close();
    }
  }

  private get isIdle(): boolean {
    const { idle } = this.options;
    if (this.member) this.idleSince = performance.now();
    return idle !== undefined && performance.now() - this.idleSince > 1000 * idle;
  }

  /** Looks at the board, and at whether the run of this machine is still on it. */
  private async look(): Promise<void> {
    const { connection, member } = this;
    if (!connection.isReady) {
      this.say(`${connection.problem!.message.replace(/\.$/, "")}; trying again`);
      return;
    }
    this.board ??= new Board(connection);
    const runs = await this.board.list();
    this.pulses.see(runs);
    if (member) await this.keepUp(member, runs);
    else this.choose(runs);
    for (const run of this.pulses.forgotten) await this.board.withdraw(run);
  }

  /** Whether the run goes on, and whether its coordinator does. */
  private async keepUp(member: Membership, runs: readonly Posted[]): Promise<void> {
    const { run, title, session } = member.posted;
    const now = runs.find((each) => each.run === run);
    if (!now) {
      this.say(`The run of ${title} is over`);
      await this.leave();
      return;
    }
    if (now.session !== session) {
      if (basisOf(now) !== member.basis) {
        await this.leave();
        return;
      }
      // The run was resumed: its new coordinator does not know yet who is there.
      member.posted = now;
      await this.introduce(member);
    }
    const isSilent = this.pulses.isSilent(run);
    if (isSilent) this.say(`Nothing is heard from the coordinator of ${title}; waiting for it`);
    else if (member.contribution) this.say(`Measuring for the run of ${title}`);
    member.contribution?.hold(isSilent);
    member.contribution?.adapt();
  }

  private choose(runs: readonly Posted[]): void {
    for (const posted of runs) {
      if (this.declined.has(sessionOf(posted)) || !this.pulses.isAlive(posted.run)) continue;
      const why = this.unlike(posted);
      if (why === undefined) {
        this.join(posted);
        return;
      }
      this.decline(posted, why);
    }
    if (runs.some((posted) => !this.declined.has(sessionOf(posted)))) return;
    if (runs.length === 0) this.say(`Waiting for a run at ${this.options.address.label}`);
  }

  /** Why the coordinator's Loss Landscape is not the one of this machine; undefined when it is. */
  private unlike({ version: theirs, build }: Posted): string | undefined {
    const { version, worker } = this.options;
    if (version !== theirs) {
      return `Loss Landscape is ${version} on ${worker} and ${theirs} at the coordinator; install the same version`;
    }
    if (build === this.build) return undefined;
    const builds = `(${this.build}) than at the coordinator (${build})`;
    return `Loss Landscape ${version} is another build on ${worker} ${builds}; install the same build`;
  }

  private join(posted: Posted): void {
    const { title } = posted;
    this.say(`Preparing for the run of ${title}`);
    const leaving = new AbortController();
    const member: Membership = {
      posted,
      basis: basisOf(posted),
      leaving,
      contribution: undefined,
      joining: this.enter(posted, leaving.signal).then(
        async (contribution) => {
          member.contribution = contribution;
          await this.introduce(member);
          contribution.begin();
          contribution.failed.catch((error: unknown) => this.giveUp(member, error));
        },
        (error: unknown) => this.giveUp(member, error),
      ),
    };
    this.member = member;
  }

  /** Tells the coordinator who takes part; nothing before that is so. */
  private async introduce({ posted, contribution }: Membership): Promise<void> {
    if (!contribution) return;
    const { evaluators, difference } = contribution;
    const { worker } = this.options;
    await this.board!.remark(posted.run, { kind: "joined", worker, evaluators, difference }).catch(() => {});
  }

  private async enter(posted: Posted, signal: AbortSignal): Promise<Contribution> {
    const directions = (digest: string): Promise<Uint8Array | undefined> => this.board!.directionsOf(digest);
    return Contribution.join({ ...this.options, notice: posted.notice(), directions }, signal);
  }

  /** Has no part in the run from now on. */
  private async giveUp(member: Membership, error: unknown): Promise<void> {
    if (this.member !== member || error instanceof PoolCancelledError) return;
    const { message, advice } = toProblem(error);
    this.decline(member.posted, message.replace(/\.$/, ""), advice);
    await this.leave();
  }

  private decline(posted: Posted, why: string, advice?: string): void {
    this.declined.add(sessionOf(posted));
    this.say(
      `No part in the run of ${posted.title}: ${why}${advice === undefined ? "" : `. ${advice.replace(/\.$/, "")}`}`,
    );
    void this.board!.remark(posted.run, { kind: "refused", worker: this.options.worker, why }).catch(() => {});
  }

  /** Ends the evaluators of the run. */
  private async leave(remark?: "left"): Promise<void> {
    const { member } = this;
    if (!member) return;
    this.member = undefined;
    member.leaving.abort();
    await member.contribution?.leave();
    if (remark && this.connection.isReady) {
      await this.board!.remark(member.posted.run, { kind: remark, worker: this.options.worker }).catch(() => {});
    }
  }

  /** Tells what has not just been told. */
  private say(sentence: string): void {
    if (sentence === this.lastWords) return;
    this.lastWords = sentence;
    this.options.tell(sentence);
  }
}

function sessionOf({ run, session }: Posted): string {
  return `${run} ${session}`;
}

/** All of a run that evaluators depend on. */
function basisOf(posted: Posted): string {
  return encode({ ...posted.notice(), session: "" });
}
