import { Queue } from "bullmq";
import type { RedisOptions } from "bullmq";
import { Redis } from "ioredis";
import { unreachable } from "./address";
import type { QueueAddress } from "./address";
import type { Problem } from "../protocol/problem";
import { boardName, prefix } from "./settings";

/** Longest wait between two attempts to connect, in milliseconds. */
const RETRY = 2000;

/** What waits for news has a connection of its own, which comes back by itself. */
export function blockingOptions({ options }: QueueAddress): RedisOptions {
  return { ...options, retryStrategy, connectTimeout: 5000 };
}

/** Grows from a tenth of a second. */
function retryStrategy(times: number): number {
  return Math.min(100 * 2 ** times, RETRY);
}

/** A connection to Redis that comes back by itself. While it is lost, what is asked of it fails at once. */
export class Connection {
  private readonly client: Redis;
  private readonly first: Promise<void>;
  private lastError: Error | undefined;
  /** Whether the server has answered a question about the queue. */
  private isIn = false;
  private closed = false;

  /** Connects at once. @param onChange called when the connection is there, and when it is lost. */
  constructor(
    readonly address: QueueAddress,
    onChange: (isReady: boolean) => void,
  ) {
    this.client = new Redis({
      ...blockingOptions(address),
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    });
    this.client.on("error", (error: Error) => {
      this.lastError = error;
    });
    this.first = new Promise((resolve) => {
      this.client.once("close", resolve);
      this.client.on("ready", () => {
        void this.enter(onChange).then(resolve);
      });
    });
    this.client.on("close", () => {
      this.isIn = false;
      if (!this.closed) onChange(false);
    });
  }

  /** Sees whether the queue is here and may be used, once there is a connection. */
  private async enter(onChange: (isReady: boolean) => void): Promise<void> {
    try {
      await this.client.exists(`${prefix}:${boardName}:meta`);
      this.lastError = undefined;
      this.isIn = true;
      onChange(true);
    } catch (error) {
      this.lastError = error as Error;
      // What is not so now may be so later; a connection that was lost comes back by itself.
      setTimeout(() => {
        if (!this.closed && this.client.status === "ready") this.reconnect();
      }, RETRY).unref();
    }
  }

  /** Resolves when the first attempt to connect has come to an end, good or bad. */
  get tried(): Promise<void> {
    return this.first;
  }

  get isReady(): boolean {
    return this.isIn && this.client.status === "ready";
  }

  /** Why there is no connection; undefined while there is one. */
  get error(): Error | undefined {
    return this.isReady ? undefined : (this.lastError ?? new Error("the connection was closed"));
  }

  /** The same in words. */
  get problem(): Problem | undefined {
    return this.error && unreachable(this.address, this.error);
  }

  /** A queue that shares this connection, which is ready. It leaves nothing behind when it is emptied. */
  queue<T>(name: string): Queue<T> {
    const queue = new Queue<T>(name, { connection: this.client, prefix, skipMetasUpdate: true });
    // Failures are told by the connection, and by each call.
    queue.on("error", () => {});
    return queue;
  }

  /** Connects anew: whoever does not answer is not there. */
  reconnect(): void {
    this.client.disconnect(true);
  }

  close(): void {
    this.closed = true;
    this.client.disconnect();
  }
}
