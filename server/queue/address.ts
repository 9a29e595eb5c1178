import type { RedisOptions } from "bullmq";
import { ProblemError } from "../protocol/problem";
import type { Problem } from "../protocol/problem";

/** Where a Redis server is. `options` hold its password: only `label` may be shown or written down. */
export interface QueueAddress {
  /** Without user and password, e.g. `redis://host:6379/0`. */
  readonly label: string;
  readonly options: Readonly<RedisOptions>;
}

/**
 * Reads `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://…` for a connection with TLS.
 * @throws ProblemError `queue-unavailable`; its text never has the password.
 */
export function queueAddress(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = /^\/?(\d*)$/.exec(url?.pathname ?? "")?.[1];
  const isRedis = url?.protocol === "redis:" || url?.protocol === "rediss:";
  if (!isRedis || url.hostname === "" || database === undefined) {
    throw new ProblemError({
      reason: "queue-unavailable",
      title: "The address of the queue is not right",
      message: "The queue's address is not of the form redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE].",
      advice: "Correct it; passwords with special characters are percent-encoded, and rediss:// is for TLS.",
    });
  }
  const port = url.port === "" ? 6379 : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const db = Number(database);
  return {
    label: `${url.protocol}//${url.hostname}:${String(port)}/${String(db)}`,
    options: {
      host,
      port,
      db,
      ...(url.username === "" ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === "" ? {} : { password: decodeURIComponent(url.password) }),
      ...(url.protocol === "rediss:" ? { tls: { servername: host } } : {}),
    },
  };
}

/** Whether a Redis server does not let us in, so that trying again does not help. */
export function isRefused(error: Error): boolean {
  return /WRONGPASS|NOAUTH|NOPERM/.test(error.message);
}

/** What is wrong with a Redis server that gave `error`. */
export function unreachable({ label }: QueueAddress, error: Error): Problem {
  if (isRefused(error)) {
    return {
      reason: "queue-unavailable",
      title: "The queue refuses the password",
      message: `The Redis server at ${label} does not accept the user or password of the queue's address.`,
      advice: "Correct the address: redis://USER:PASSWORD@HOST:PORT, or redis://:PASSWORD@HOST:PORT without a user.",
    };
  }
  const { code = error.message.split("\n")[0] } = error as NodeJS.ErrnoException;
  return {
    reason: "queue-unavailable",
    title: "The queue cannot be reached",
    message: `The Redis server at ${label} cannot be reached (${code ?? "unknown error"}).`,
    advice: "Check that it runs, its address, and that no firewall is in between.",
  };
}
