export interface Workbench {
  /** Address of an empty window. */
  readonly url: string;
  urlOf(folder: string): string;
  /** Folder of the workbench's own data, logs included. */
  readonly user: string;
  readonly pid: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

export function ensureHost(): Promise<void>;
export function startHost(options: {
  vsix: string;
  others?: readonly string[];
  settings?: object;
  env?: object;
}): Promise<Workbench>;
