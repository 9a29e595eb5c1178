import path from "node:path";
import { installables } from "../engines/install/places";
import type { Installable } from "../protocol/install";
import type { StudyDraft } from "../study/draft";
import { exportFormatNames } from "../runs/export/export";
import type { ExportFormatName } from "../runs/export/export";
import { exportParts } from "../runs/export/exportable";
import type { ExportOptions } from "../runs/export/exportable";
import { evaluateFlags, evaluateOf, queueFlag, queueOf } from "./evaluate";
import type { EvaluateCommand } from "./evaluate";
import { pictureFormat } from "./picture";
import { runFlags } from "./runFlags";
import type { InstallWish } from "./install";
import { overridesOf } from "./overrides";
import { oneOf, readFlags, UsageError, wholeNumber } from "./flags";
import type { Flag, Parsed } from "./flags";

/** What the user asks for. All paths are absolute; `json` may be "-", the standard output. */
export type Command =
  | { readonly kind: "help"; readonly of?: CommandName }
  | { readonly kind: "version" }
  | { readonly kind: "describe"; readonly file: string; readonly json?: string; readonly verbose: boolean }
  | RunCommand
  | EvaluateCommand
  | ExportCommand
  | { readonly kind: "engines"; readonly json?: string; readonly verbose: boolean }
  | SurveyCommand
  | ({ readonly kind: "install"; readonly verbose: boolean } & InstallWish)
  | { readonly kind: "remove"; readonly engine: Installable; readonly verbose: boolean };

export interface RunCommand {
  readonly kind: "run";
  readonly file: string;
  readonly overrides: Omit<StudyDraft, "model" | "file">;
  readonly resume: boolean;
  readonly resultsFolder?: string;
  readonly json?: string;
  /** A picture to draw when the run is done. */
  readonly picture?: string;
  /** Leads to evaluators elsewhere; holds a password, so it is never shown. */
  readonly queue?: { readonly url: string; readonly only: boolean };
  readonly verbose: boolean;
}

export interface SurveyCommand {
  readonly kind: "survey";
  /** A model or a study. */
  readonly file: string;
  readonly data?: string;
  readonly anew: boolean;
  readonly json?: string;
  readonly verbose: boolean;
}

export interface ExportCommand {
  readonly kind: "export";
  /** A run's journal, or `.h5` files of the paper's own code that belong together. */
  readonly files: readonly string[];
  readonly format: ExportFormatName;
  readonly options: ExportOptions;
  readonly out?: string;
}

export type CommandName = "describe" | "run" | "evaluate" | "export" | "engines";

const verbose: Flag = { type: "boolean", help: "print the log to standard error" };
const json: Flag = { type: "string", value: "FILE", help: "write one JSON object to FILE, - for standard output" };

/** Flags of each command. */
export const commandFlags: Readonly<Record<CommandName, Readonly<Record<string, Flag>>>> = {
  describe: { json, verbose },
  run: {
    ...runFlags,
    resume: { type: "boolean", help: "continue an earlier run, or take over points of the same plane" },
    out: { type: "string", value: "DIR", help: "folder for results (.loss-landscape beside the model)" },
    json: { ...json, help: "where the JSON goes, - for standard output (beside the journal)" },
    picture: { type: "string", value: "FILE", help: "draw the result too: .svg, .png or .html" },
    queue: queueFlag,
    "queue-only": { type: "boolean", help: "leave all points to evaluators that join by the queue" },
    verbose,
  },
  evaluate: { ...evaluateFlags, verbose },
  export: {
    format: { type: "string", value: "NAME", help: `${exportFormatNames.join(", ")} (by the ending of --out)` },
    out: { type: "string", value: "FILE", help: "file to write (standard output)" },
    part: { type: "string", value: "NAME", help: `${exportParts.join(", ")} (all, or the first that there is)` },
    split: { type: "string", value: "NAME", help: "which split (the first one)" },
    quantity: { type: "string", value: "NAME", help: "loss or accuracy (loss)" },
    height: { type: "string", value: "HOW", help: "scale of the loss: log, linear or clip" },
    levels: { type: "string", value: "WHICH", help: "contour levels: auto, or those of the paper (auto)" },
    width: { type: "string", value: "PIXELS", help: "width of a PNG" },
  },
  engines: {
    model: {
      type: "string",
      value: "FILE",
      help: "how the points of a model or study are measured, and what else was timed",
    },
    data: {
      type: "string",
      value: "FILE",
      help: "labelled data for that model (that of the study, or what lies beside)",
    },
    anew: { type: "boolean", help: "time the model again, even where it is remembered what is fastest" },
    json,
    install: { type: "string", value: "ENGINE", help: `install ${installables.join(" or ")}, after a question` },
    from: { type: "string", value: "WHEEL", help: "TensorFlow for Python: a wheel or a folder (what is found)" },
    gpu: { type: "boolean", help: "TensorFlow for NVIDIA's GPUs (CUDA)" },
    yes: { type: "boolean", help: "install without a question" },
    remove: { type: "string", value: "ENGINE", help: "remove what was installed" },
    verbose,
  },
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
  const parsed = readFlags(name, rest, commandFlags[name]);
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
        picture: pictureOf(parsed.text("picture")),
        ...queueWish(parsed),
        ...common,
      };
    case "evaluate":
      return evaluateOf(parsed);
    case "export":
      return exportOf(parsed);
    case "engines":
      return enginesOf(parsed, common);
  }
}

function enginesOf(parsed: Parsed, common: { readonly json?: string; readonly verbose: boolean }): Command {
  if (parsed.positionals.length > 0) throw new UsageError('"engines" takes no file; name a model with --model FILE');
  const file = parsed.as("model", (text) => path.resolve(text));
  for (const flag of ["data", "anew"]) {
    if (parsed.has(flag) && file === undefined) throw new UsageError(`--${flag} goes with --model FILE only`);
  }
  const { verbose } = common;
  const [install, removed] = (["install", "remove"] as const).map((flag) =>
    parsed.as(flag, (text) => oneOf(flag, text, installables)),
  );
  if (install !== undefined && removed !== undefined) throw new UsageError("--install and --remove exclude each other");
  const isTensorFlow = install === "tensorflow";
  for (const flag of ["from", "gpu"]) {
    if (parsed.has(flag) && !isTensorFlow) throw new UsageError(`--${flag} goes with --install tensorflow only`);
  }
  if (parsed.has("yes") && install === undefined) throw new UsageError("--yes goes with --install only");
  if (file !== undefined) {
    if (install !== undefined || removed !== undefined) {
      throw new UsageError("--model goes neither with --install nor with --remove");
    }
    const data = parsed.as("data", (text) => path.resolve(text));
    return { kind: "survey", file, data, anew: parsed.has("anew"), ...common };
  }
  if (removed !== undefined) return { kind: "remove", engine: removed, verbose };
  if (install === undefined) return { kind: "engines", ...common };
  const from = parsed.as("from", (text) => (text === "official" ? text : path.resolve(text)));
  return { kind: "install", engine: install, gpu: parsed.has("gpu"), from, yes: parsed.has("yes"), verbose };
}

function queueWish(parsed: Parsed): Pick<RunCommand, "queue"> {
  const url = queueOf(parsed);
  const only = parsed.has("queue-only");
  if (url !== undefined) return { queue: { url, only } };
  if (only) throw new UsageError("--queue-only needs --queue URL");
  return {};
}

function pictureOf(file: string | undefined): string | undefined {
  if (file !== undefined) pictureFormat(file);
  return target(file);
}

function exportOf(parsed: Parsed): ExportCommand {
  const files = parsed.positionals.map((file) => path.resolve(file));
  const [first] = files;
  if (first === undefined) throw new UsageError('"export" needs a file: RUN');
  if (files.length > 1 && !files.every((file) => path.extname(file).toLowerCase() === ".h5")) {
    throw new UsageError('"export" takes one file, or several .h5 that belong together');
  }
  const out = target(parsed.text("out"));
  const named = parsed.text("format") ?? (out === undefined ? undefined : path.extname(out).slice(1).toLowerCase());
  if (named === undefined) throw new UsageError('"export" needs --format, or --out with an ending that says it');
  const { as } = parsed;
  return {
    kind: "export",
    files,
    format: oneOf("format", named, exportFormatNames),
    options: {
      part: as("part", (text) => oneOf("part", text, exportParts)),
      split: parsed.text("split"),
      quantity: as("quantity", (text) => oneOf("quantity", text, ["loss", "accuracy"])),
      height: as("height", (text) => oneOf("height", text, ["log", "linear", "clip"])),
      levels: as("levels", (text) => oneOf("levels", text, ["auto", "paper"])),
      width: as("width", (text) => wholeNumber("width", text, 1, 20_000)),
    },
    out,
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
