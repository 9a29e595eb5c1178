import path from "node:path";
import type { StudyDraft } from "../study/draft";
import { laterLosses, maximumPoints, maximumSeed } from "../study/schema";
import { gridPoints, numberRange, oneOf, readFlags, UsageError, wholeNumber } from "./flags";
import type { Flag, LaterFlag, Parsed } from "./flags";

/** What the user asks for. All paths are absolute; `json` may be "-", the standard output. */
export type Command =
  | { readonly kind: "help"; readonly of?: CommandName }
  | { readonly kind: "version" }
  | { readonly kind: "describe"; readonly file: string; readonly json?: string; readonly verbose: boolean }
  | RunCommand
  | ExportCommand
  | { readonly kind: "engines"; readonly json?: string; readonly verbose: boolean };

export interface RunCommand {
  readonly kind: "run";
  readonly file: string;
  readonly overrides: Omit<StudyDraft, "model" | "file">;
  readonly resume: boolean;
  readonly resultsFolder?: string;
  readonly json?: string;
  readonly verbose: boolean;
}

export interface ExportCommand {
  readonly kind: "export";
  readonly journal: string;
  readonly format: "json" | "csv";
  readonly out?: string;
}

export type CommandName = "describe" | "run" | "export" | "engines";

const verbose: Flag = { type: "boolean", help: "print the log to standard error" };
const json: Flag = { type: "string", value: "FILE", help: "write one JSON object to FILE, - for standard output" };

/** Flags of each command. */
export const commandFlags: Readonly<Record<CommandName, Readonly<Record<string, Flag>>>> = {
  describe: { json, verbose },
  run: {
    data: { type: "string", value: "FILE", help: "labelled data: .npz, or the images of an IDX pair" },
    split: { type: "string", value: "NAME", help: "what the split is called, e.g. test" },
    samples: { type: "string", value: "N", help: "how many samples (1000)" },
    sample: { type: "string", value: "HOW", help: "stratified or first (stratified)" },
    loss: { type: "string", value: "NAME", help: "crossEntropy" },
    plane: { type: "string", value: "KIND", help: "random" },
    norm: { type: "string", value: "KIND", help: "filter, layer, weight or none (filter)" },
    ignore: { type: "string", value: "WHAT", help: "bias,norm or none (bias,norm)" },
    seed: { type: "string", value: "S", help: "seed of the random directions (0)" },
    points: { type: "string", value: "N|NxM", help: "grid points along both axes, or along each (51)" },
    x: { type: "string", value: "FROM:TO", help: "range along direction 1 (-1:1)" },
    y: { type: "string", value: "FROM:TO", help: "range along direction 2 (-1:1)" },
    engine: { type: "string", value: "NAME", help: "auto, onnxruntime, tensorflow or wasm (auto)" },
    evaluators: { type: "string", value: "N", help: "evaluator processes, 0 for one per core (0)" },
    resume: { type: "boolean", help: "continue an earlier run of the same study" },
    out: { type: "string", value: "DIR", help: "folder for results (.loss-landscape beside the model)" },
    json: { ...json, help: "where the JSON goes, - for standard output (beside the journal)" },
    verbose,
  },
  export: {
    format: { type: "string", value: "NAME", help: "json or csv" },
    out: { type: "string", value: "FILE", help: "file to write (standard output)" },
  },
  engines: { json, verbose },
};

const laterFlags: Readonly<Record<string, LaterFlag>> = {
  lines: { type: "boolean" },
  "batch-norm": { type: "string", accepted: "keep" },
  refine: { type: "string", accepted: "off" },
  checkpoints: { type: "string" },
  curvature: { type: "string" },
  "curvature-samples": { type: "string" },
};

/** @throws UsageError when the command line is not right. */
export function readCommand(args: readonly string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === "-h" || name === "--help" || name === "help") return { kind: "help" };
  if (name === "--version" || name === "-V") return { kind: "version" };
  if (!isCommandName(name)) {
    throw new UsageError(`"${name}" is not a command; the commands are ${Object.keys(commandFlags).join(", ")}`);
  }
  if (rest.includes("-h") || rest.includes("--help")) return { kind: "help", of: name };
  const parsed = readFlags(name, rest, commandFlags[name], name === "run" ? laterFlags : {});
  const jsonFile = target(parsed.text("json"));
  const common = { json: jsonFile, verbose: parsed.has("verbose") };
  switch (name) {
    case "describe":
      return { kind: "describe", file: onlyFile(name, parsed, "MODEL"), ...common };
    case "run":
      return {
        kind: "run",
        file: onlyFile(name, parsed, "STUDY.landscape.json or MODEL"),
        overrides: overridesOf(parsed),
        resume: parsed.has("resume"),
        resultsFolder: target(parsed.text("out")),
        ...common,
      };
    case "export": {
      const format = parsed.text("format");
      if (format === undefined) throw new UsageError('"export" needs --format json or --format csv');
      return {
        kind: "export",
        journal: onlyFile(name, parsed, "RUN"),
        format: oneOf("format", format, ["json", "csv"], ["npz", "h5", "vtp", "obj", "svg", "png", "html"]),
        out: target(parsed.text("out")),
      };
    }
    case "engines":
      if (parsed.positionals.length > 0) throw new UsageError('"engines" takes no file');
      return { kind: "engines", ...common };
  }
}

function overridesOf(parsed: Parsed): RunCommand["overrides"] {
  const as = <T>(flag: string, read: (text: string) => T): T | undefined => {
    const text = parsed.text(flag);
    return text === undefined ? undefined : read(text);
  };
  const whole = (flag: string, minimum: number, maximum: number): number | undefined =>
    as(flag, (text) => wholeNumber(flag, text, minimum, maximum));
  return {
    data: {
      path: target(parsed.text("data")),
      split: parsed.text("split"),
      samples: whole("samples", 1, 1e9),
      sample: as("sample", (text) => oneOf("sample", text, ["stratified", "first"])),
    },
    loss: as("loss", (text) => ({ name: oneOf("loss", text, ["crossEntropy"], laterLosses) })),
    directions: {
      kind: as("plane", (text) => oneOf("plane", text, ["random"], ["pca", "to", "between", "file", "hessian"])),
      normalise: as("norm", (text) => oneOf("norm", text, ["filter", "layer", "weight", "none"])),
      ignore: as("ignore", (text) => oneOf("ignore", text, ["bias,norm", "none"])),
      seed: whole("seed", 0, maximumSeed),
    },
    grid: {
      points: as("points", (text) => gridPoints("points", text, maximumPoints)),
      x: as("x", (text) => numberRange("x", text)),
      y: as("y", (text) => numberRange("y", text)),
    },
    compute: {
      engine: as("engine", (text) => oneOf("engine", text, ["auto", "onnxruntime", "tensorflow", "wasm"], ["webgpu"])),
      evaluators: whole("evaluators", 0, 1024),
    },
  };
}

function onlyFile(command: CommandName, { positionals }: Parsed, what: string): string {
  const [file] = positionals;
  if (file === undefined) throw new UsageError(`"${command}" needs a file: ${what}`);
  if (positionals.length > 1) throw new UsageError(`"${command}" takes one file, but ${positionals.length} are given`);
  return path.resolve(file);
}

function target(file: string | undefined): string | undefined {
  return file === undefined || file === "-" ? file : path.resolve(file);
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commandFlags, name);
}
