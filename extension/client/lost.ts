import { ConnectionError, ErrorCodes, ResponseError } from "vscode-languageclient/node";

/** The worker ended before it could answer; the same request may be made again when it is back. */
export class WorkerLostError extends Error {
  constructor(
    /** Which start of the worker it was that ended. */
    readonly generation: number,
  ) {
    super("The worker ended before it could answer.");
    this.name = "WorkerLostError";
  }
}

/** The worker ended too often and is not started again by itself. */
export class WorkerStoppedError extends Error {
  constructor() {
    super("The worker is not running.");
    this.name = "WorkerStoppedError";
  }
}

const lostCodes: readonly number[] = [
  ErrorCodes.PendingResponseRejected,
  ErrorCodes.ConnectionInactive,
  ErrorCodes.MessageWriteError,
  ErrorCodes.MessageReadError,
];

/** Whether a request failed because of the connection rather than of what was asked. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ResponseError && lostCodes.includes(error.code);
}
