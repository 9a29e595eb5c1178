import type { EvaluatorPool } from "../evaluator/pool";
import type { RemoteReport } from "../evaluator/remote";
import { ProblemError } from "../protocol/problem";
import type { Check, RunHeader } from "../protocol/result";
import type { QueueAddress } from "../queue/address";
import type { Told } from "./checks";

/** A queue that leads to evaluators elsewhere. */
export interface QueueWish {
  /** As `queueAddress` reads it; holds a password, so it is never shown. */
  readonly url: string;
  /** Leaves all points to evaluators elsewhere. */
  readonly only?: boolean;
  /** Of Loss Landscape: evaluators elsewhere must have the same. */
  readonly version: string;
  /** Receives what a user would want to know, as sentences without an end. */
  readonly tell?: (sentence: string) => void;
}

/** How to invite the evaluators that a queue leads to. */
export interface Invitation {
  /**
   * Shares the work of a pool that is prepared.
   * @param told what the evaluators of this session have come to: others are held against it.
   * @throws ProblemError `queue-unavailable` when nobody is left to measure.
   */
  send(pool: EvaluatorPool, header: Pick<RunHeader, "id" | "model">, told: Told): Promise<void>;
}

/**
 * Reads the queue's address; what speaks with it is loaded only now.
 * @param evaluatorPath the evaluator's bundle, of the build that evaluators elsewhere must have too.
 * @throws ProblemError `queue-unavailable`.
 */
export async function invitationTo(
  queue: QueueWish,
  evaluatorPath: string,
  log: (message: string) => void,
): Promise<Invitation> {
  const [{ queueAddress }, { QueuePlace }, { buildOf }] = await Promise.all([
    import(/* webpackChunkName: "queue" */ "../queue/address"),
    import(/* webpackChunkName: "queue" */ "../queue/queuePlace"),
    import(/* webpackChunkName: "queue" */ "../queue/build"),
  ]);
  const address: QueueAddress = queueAddress(queue.url);
  const build = await buildOf(evaluatorPath);
  const { version, only = false, tell = log } = queue;
  return {
    send: async (pool, { id, model }, { engine, centre }) => {
      const notice = {
        run: id,
        version,
        build,
        title: model.name,
        files: pool.contents,
        engine,
        centre,
        parameters: pool.parameters,
      };
      const place = new QueuePlace({ address, notice, log, tell });
      pool.invite(place);
      await place.tried;
      const { problem } = place;
      if (problem && only) throw new ProblemError(problem);
      if (problem) tell(`${problem.message.replace(/\.$/, "")}; it is tried again`);
      if (only) await pool.dismissLocal();
    },
  };
}

/** What there is to say of evaluators elsewhere; the value counts their points and tasks. */
export function queueChecks({ label, joined, done, refused, interruptions, problem }: RemoteReport): readonly Check[] {
  const base = { name: "queue", value: done, expected: done };
  const people = joined === 1 ? "1 evaluator" : `${String(joined)} evaluators`;
  const measured = `${people} joined by the queue at ${label} and measured ${String(done)} of the points and tasks`;
  const faults = [
    ...refused,
    ...(interruptions > 0
      ? [`the connection was lost ${interruptions === 1 ? "once" : `${String(interruptions)} times`}`]
      : []),
    ...(problem === undefined
      ? []
      : [`at the end ${problem.charAt(0).toLowerCase()}${problem.slice(1).replace(/\.$/, "")}`]),
  ];
  if (faults.length === 0) return [{ ...base, level: "ok", message: `${measured}.` }];
  return [{ ...base, level: "warning", message: `${measured}; but ${faults.join("; ")}.` }];
}
