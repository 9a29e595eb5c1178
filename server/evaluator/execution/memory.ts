import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Execution, ProviderName } from "../../protocol/study";
import type { RememberedDivision } from "./division";
import type { Dropped, Timing } from "./rule";

/** What was found to be fastest for models of one structure on this machine. */
export interface RememberedChoice {
  readonly execution: Execution;
  /** Why, as a clause. */
  readonly why: string;
  /** When it was found out, ISO 8601. */
  readonly found: string;
  /** What a point takes, in milliseconds; absent in files of earlier versions, as is what follows. */
  readonly perPoint?: number;
  /** What was timed, and what was dropped, as `Timed`. */
  readonly timings?: readonly Timing[];
  readonly dropped?: readonly Dropped[];
}

/** What is known of a provider: that it is not to be used, and why, or that it is being tried by a process. */
export interface RememberedProvider {
  readonly state: "works" | "missing" | "wrong" | "stopped" | "trying";
  /** In words. */
  readonly detail: string;
  /** The process that tries it. */
  readonly process?: number;
  /** ISO 8601. */
  readonly found: string;
}

interface Content {
  readonly version: typeof version;
  readonly choices: Readonly<Record<string, RememberedChoice>>;
  readonly providers: Readonly<Record<string, RememberedProvider>>;
  /** Absent in files of earlier versions. */
  readonly divisions?: Readonly<Record<string, RememberedDivision>>;
}

/** Changes whenever older contents would be misunderstood; they are then passed over. */
const version = 1;
/** The oldest choices, and divisions, give way to new ones beyond so many. */
const mostChoices = 500;

const empty: Content = { version, choices: {}, providers: {} };

/**
 * What was found out about executions on this machine, in a small file that several processes may use at once: each change
 * is read, made and written as a whole. A file that is damaged, missing or of another version counts as empty; what cannot
 * be written is measured again next time.
 */
export class ExecutionMemory {
  /**
   * @param file absolute; nothing is remembered when absent.
   * @param log is told of a file that cannot be used.
   */
  constructor(
    private readonly file: string | undefined,
    private readonly log: (message: string) => void,
  ) {}

  /** Whether anything is remembered at all. */
  get lasts(): boolean {
    return this.file !== undefined;
  }

  async choice(key: string): Promise<RememberedChoice | undefined> {
    return (await this.read()).choices[key];
  }

  async provider(key: string): Promise<RememberedProvider | undefined> {
    return (await this.read()).providers[key];
  }

  async division(key: string): Promise<RememberedDivision | undefined> {
    return (await this.read()).divisions?.[key];
  }

  rememberChoice(key: string, choice: RememberedChoice): Promise<void> {
    return this.change((content) => ({ ...content, choices: newest({ ...content.choices, [key]: choice }) }));
  }

  rememberProvider(key: string, provider: RememberedProvider): Promise<void> {
    return this.change((content) => ({ ...content, providers: { ...content.providers, [key]: provider } }));
  }

  rememberDivision(key: string, division: RememberedDivision): Promise<void> {
    return this.change((content) => ({ ...content, divisions: newest({ ...content.divisions, [key]: division }) }));
  }

  private async read(): Promise<Content> {
    if (this.file === undefined) return empty;
    try {
      const content: unknown = JSON.parse(await readFile(this.file, "utf8"));
      if (isContent(content)) return content;
      this.log(`${this.file} is not what this version writes; what it says of engines is passed over`);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT") this.log(`${this.file} cannot be used and is passed over: ${message}`);
    }
    return empty;
  }

  private async change(make: (content: Content) => Content): Promise<void> {
    if (this.file === undefined) return;
    const whole = `${this.file}.${randomUUID()}`;
    try {
      const content = make(await this.read());
      await mkdir(path.dirname(this.file), { recursive: true });
      await writeFile(whole, `${JSON.stringify(content, undefined, 1)}\n`);
      await rename(whole, this.file);
    } catch (error) {
      this.log(`${this.file} cannot be written: ${(error as Error).message}`);
      await rm(whole, { force: true }).catch(() => {});
    }
  }
}

function newest<T extends { readonly found: string }>(all: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const sorted = Object.entries(all).sort(([, a], [, b]) => b.found.localeCompare(a.found));
  return Object.fromEntries(sorted.slice(0, mostChoices));
}

const providerNames: ReadonlySet<unknown> = new Set<ProviderName>(["cpu", "webgpu", "cuda", "dml", "coreml"]);
const wayNames: ReadonlySet<unknown> = new Set<Execution["way"]>(["baked", "fed", "plane"]);
const states: ReadonlySet<unknown> = new Set<RememberedProvider["state"]>([
  "works",
  "missing",
  "wrong",
  "stopped",
  "trying",
]);

type Fields = Readonly<Record<string, unknown>>;

function isContent(value: unknown): value is Content {
  if (!isObject(value) || value["version"] !== version) return false;
  const { choices, providers, divisions = {} } = value;
  if (!isObject(choices) || !isObject(providers) || !isObject(divisions)) return false;
  if (!Object.values(divisions).every(isDivision)) return false;
  return Object.values(choices).every(isChoice) && Object.values(providers).every(isProvider);
}

function isChoice(value: unknown): boolean {
  if (!isObject(value) || !isExecution(value["execution"]) || !areTexts(value["why"], value["found"])) return false;
  const { timings = [], dropped = [], perPoint = 0 } = value;
  if (!isTime(perPoint)) return false;
  return Array.isArray(timings) && timings.every(isTiming) && Array.isArray(dropped) && dropped.every(isDropped);
}

function isTiming(value: unknown): boolean {
  if (!isObject(value) || !isExecution(value["execution"])) return false;
  return [value["setUp"], value["run"], value["perPoint"]].every(isTime);
}

function isDivision(value: unknown): boolean {
  if (!isObject(value) || !isShare(value) || !areTexts(value["why"], value["found"])) return false;
  const { timings } = value;
  return Array.isArray(timings) && timings.every((each) => isShare(each) && isTime((each as Fields)["perPoint"]));
}

function isShare(value: unknown): boolean {
  return isObject(value) && isCount(value["evaluators"]) && isCount(value["threads"]);
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0;
}

function isDropped(value: unknown): boolean {
  return isObject(value) && isExecution(value["execution"]) && areTexts(value["reason"]);
}

function isProvider(value: unknown): boolean {
  return isObject(value) && states.has(value["state"]) && areTexts(value["detail"], value["found"]);
}

function isExecution(value: unknown): value is Execution {
  if (!isObject(value)) return false;
  const { provider, way, batchSize, threads } = value;
  return providerNames.has(provider) && wayNames.has(way) && isCount(batchSize) && isCount(threads);
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1;
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === "string");
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
