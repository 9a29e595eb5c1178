/** What a measured number should be. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

/** One measured number beside its goal. */
export interface Line {
  /** What was measured, in words that are the same in every run: a written reason is found by them. */
  readonly what: string;
  /** NaN is a missed goal; a text says why nothing was measured, e.g. "no PyTorch". */
  readonly value: number | string;
  /** As it is written behind the number: `×`, `%`, `ms`, `MB`, `images/s`. */
  readonly unit: string;
  /** Digits after the point; as many as leave three significant ones when absent. */
  readonly digits?: number;
  /** Nothing is judged when absent. */
  readonly goal?: Goal;
  /** A few words about this run: samples, rounds, spread. */
  readonly remark?: string;
}

/** What every benchmark tells its numbers to: printed at once, and kept for `RESULTS.md`. */
export interface Report {
  /** Whether a few seconds must do: all benchmarks together take a few minutes then, and nothing is kept. */
  readonly quick: boolean;
  /** Begins a part with a heading of its own. */
  heading(title: string): void;
  /** A paragraph: how something was measured, or what was found. */
  note(text: string): void;
  /** A number, judged where it has a goal. Lines that follow one another make one table. */
  line(line: Line): void;
  /** Numbers without goals, as a table; every row has a cell for each heading. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void;
}

/** What each module of `test/bench` exports. It may throw: the report then says so in one sentence. */
export type Main = (report: Report) => Promise<void>;

/** Why goals are missed, by what was measured; written by a person in `test/bench/reasons.json`. */
export type Reasons = Readonly<Record<string, string>>;

interface Table {
  readonly headings: readonly string[];
  readonly rows: (readonly string[])[];
  /** Whether it is made of lines, so that the next line joins it. */
  readonly isLines: boolean;
}

/** The middle value; the mean of both where there is an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A number with its unit. */
export function written(value: number, unit: string, digits?: number): string {
  const size = Math.abs(value);
  const places = digits ?? (size >= 100 || size === 0 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(size))));
  return `${value.toFixed(places)} ${unit}`.trim();
}

export function isMet(value: number, goal: Goal): boolean {
  return "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
}

/** Without the last digits of a product of decimal fractions. */
const rounded = (value: number): number => Number(value.toPrecision(3));

function goalInWords(goal: Goal | undefined, unit: string): string {
  if (!goal) return "–";
  return "atLeast" in goal
    ? `at least ${rounded(goal.atLeast)} ${unit}`.trim()
    : `at most ${rounded(goal.atMost)} ${unit}`.trim();
}

/** The report of one benchmark as a section of `RESULTS.md`. */
export class Section implements Report {
  private readonly blocks: (string | Table)[] = [];
  private readonly why: string[] = [];
  private readonly counts = { met: 0, judged: 0, unexplained: 0 };

  constructor(
    readonly quick: boolean,
    private readonly reasons: Reasons,
    private readonly print: (text: string) => void,
  ) {}

  /** Goals that were met, of how many; and how many were missed without a written reason. */
  get goals(): { readonly met: number; readonly judged: number; readonly unexplained: number } {
    return { ...this.counts };
  }

  heading(title: string): void {
    this.explain();
    this.blocks.push(`### ${title}`);
    this.print(`\n${title}`);
  }

  note(text: string): void {
    this.blocks.push(text);
    this.print(text);
  }

  line({ what, value, unit, digits, goal, remark = "" }: Line): void {
    const number = typeof value === "string" ? "" : written(value, unit, digits);
    const verdict = this.verdictOf(what, value, goal);
    const row = [what, number, goalInWords(goal, unit), verdict, remark];
    const last = this.blocks.at(-1);
    if (typeof last === "object" && last.isLines) last.rows.push(row);
    else this.blocks.push({ headings: ["what", "measured", "goal", "verdict", "remark"], rows: [row], isLines: true });
    const judged = goal && typeof value === "number" ? ` (${row[2]}: ${verdict})` : "";
    const told = typeof value === "string" ? verdict : `${number}${judged}`;
    this.print(`${what.padEnd(56)} ${told}${remark === "" ? "" : `, ${remark}`}`);
  }

  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    this.blocks.push({ headings, rows: [...rows], isLines: false });
    const widths = headings.map((heading, k) => Math.max(heading.length, ...rows.map((row) => row[k]!.length)));
    for (const row of [headings, ...rows]) {
      this.print(row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]!) : cell.padStart(widths[k]!))).join("  "));
    }
  }

  /** Tells that the benchmark could not go on. */
  stopped(message: string): void {
    this.note(`**It stopped:** ${message.replace(/\s+/g, " ").trim()}`);
  }

  /** All of it in Markdown, without the heading of the section. */
  markdown(): string {
    this.explain();
    return this.blocks.map((block) => (typeof block === "string" ? block : tableInMarkdown(block))).join("\n\n");
  }

  private verdictOf(what: string, value: number | string, goal: Goal | undefined): string {
    if (typeof value === "string") return `not measured: ${value}`;
    if (!goal) return "–";
    this.counts.judged++;
    if (isMet(value, goal)) {
      this.counts.met++;
      return "met";
    }
    const reason = this.reasons[what];
    if (reason === undefined) this.counts.unexplained++;
    else this.why.push(`- ${what}: ${reason}`);
    return "**missed**";
  }

  /** What is written about missed goals, behind the tables that they stand in. */
  private explain(): void {
    if (this.why.length > 0) this.blocks.push(`Why goals are missed:\n\n${this.why.splice(0).join("\n")}`);
  }
}

function tableInMarkdown({ headings, rows }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = headings.map((_, k) => (k === 0 ? "---" : "---:"));
  return [line(headings), line(rule), ...rows.map(line)].join("\n");
}
