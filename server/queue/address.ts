import type { RedisOptions } from "bullmq";
import { isIP } from "node:net";
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
      // Names are sent to servers that have several; numbers must not be.
      ...(url.protocol === "rediss:" ? { tls: isIP(host) === 0 ? { servername: host } : {} } : {}),
    },
  };
}

/** Whether a Redis server does not let us in, so that trying again does not help. */
export function isRefused(error: Error): boolean {
  return /WRONGPASS|NOAUTH|NOPERM/.test(error.message) || isUntrusted(error) || rightNode(error) !== undefined;
}

/** Whether the server's certificate is not one that this machine trusts. */
function isUntrusted({ code = "" }: NodeJS.ErrnoException): boolean {
  return /CERT|SELF_SIGNED|^UNABLE_TO_/.test(code);
}

/** The node of a cluster that has the queue's keys, where another one was asked. */
function rightNode({ message }: Error): string | undefined {
  return /^(?:MOVED|ASK) \d+ (\S+)/.exec(message)?.[1];
}

/** What is wrong with a Redis server that gave `error`. */
export function unreachable({ label }: QueueAddress, error: Error): Problem {
  const reason = "queue-unavailable";
  const { code = error.message.split("\n")[0] } = error as NodeJS.ErrnoException;
  const node = rightNode(error);
  if (node !== undefined) {
    return {
      reason,
      title: "The queue is on another node",
      message: `The Redis server at ${label} belongs to a cluster, which keeps the queue on its node ${node}.`,
      advice: "Name that node in the queue's address: all of the queue is there.",
    };
  }
  if (isUntrusted(error)) {
    return {
      reason,
      title: "The queue's certificate is not trusted",
      message: `The certificate of the Redis server at ${label} is not trusted on this machine (${code ?? ""}).`,
      advice: "Use the host's name as the certificate has it, and name its authority's file in NODE_EXTRA_CA_CERTS.",
    };
  }
  if (isRefused(error)) {
    return {
      reason,
      title: "The queue refuses the password",
      message: `The Redis server at ${label} does not accept the user or password of the queue's address.`,
      advice: "Correct the address: redis://USER:PASSWORD@HOST:PORT, or redis://:PASSWORD@HOST:PORT without a user.",
    };
  }
  return {
    reason,
    title: "The queue cannot be reached",
    message: `The Redis server at ${label} cannot be reached (${code ?? "unknown error"}).`,
    advice: "Check that it runs, its address, and that no firewall is in between.",
  };
}
