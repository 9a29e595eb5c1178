import { kerasSave, torchExport } from "../../server/protocol/exportCalls";
import { closing, firstName, indentOf, indented, linesBefore, linesOf } from "./code";
import type { Insertion, Proposal, Purpose } from "./code";

type Framework = "torch" | "lightning" | "keras";

interface Program {
  readonly text: string;
  readonly lines: readonly string[];
  readonly framework: Framework;
  /** Name of the model's variable. */
  readonly model: string;
}

const imports = (module: string): RegExp => new RegExp(`^[ \\t]*(?:import|from)[ \\t]+${module}\\b`, "m");

/** Lightning before PyTorch, which it brings with it. */
const frameworks: readonly (readonly [Framework, RegExp])[] = [
  ["lightning", imports("(?:lightning|pytorch_lightning)")],
  ["keras", imports("(?:keras|tensorflow|tf_keras)")],
  ["torch", imports("torch")],
];

const name = "([A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)*)";

/** What tells the variable of the model, the surest first. */
const modelNames: Readonly<Record<Framework, readonly RegExp[]>> = {
  torch: [
    new RegExp(`torch\\.save\\(\\s*${name}\\.state_dict\\(`),
    new RegExp(`${name}\\.train\\(`),
    new RegExp(`${name}\\.parameters\\(\\)`),
    new RegExp(`${name}\\.eval\\(\\)`),
    /^[ \t]*(\w*(?:model|net)\w*)[ \t]*=/im,
  ],
  lightning: [/\.fit\(\s*(?:model\s*=\s*)?([A-Za-z_]\w*)/],
  keras: [
    new RegExp(`${name}\\.compile\\(`),
    new RegExp(`${name}\\.fit\\(`),
    new RegExp(`${name}\\.save(?:_weights)?\\(`),
    /^[ \t]*(\w*(?:model|net)\w*)[ \t]*=/im,
  ],
};

/** Code that trains or saves, and what a call beside it would be for. */
const anchors: Readonly<Record<Framework, readonly (readonly [Purpose, RegExp])[]>> = {
  torch: [
    ["export", /^\s*torch\.save\(/],
    ["checkpoint", /^\s*for\s+\w*epoch\w*\s+in\b/i],
  ],
  lightning: [["checkpoint", /\bTrainer\(/]],
  keras: [
    ["export", /^\s*[\w.]+\.save(?:_weights)?\(/],
    ["checkpoint", /(?:^|=)\s*[\w.]+\.fit\(/],
  ],
};

/** The calls that may be put into a program in Python, in the order of its lines. Nothing of it is run. */
export function pythonProposals(text: string): readonly Proposal[] {
  const program = read(text);
  if (!program) return [];
  const { lines, framework } = program;
  const seen = new Set<Purpose>();
  return lines.flatMap((code, line) =>
    anchors[framework].flatMap(([purpose, pattern]) => {
      if (!pattern.test(code) || seen.has(purpose)) return [];
      seen.add(purpose);
      return [purpose === "export" ? exportAfter(program, line) : checkpointAt(program, line)];
    }),
  );
}

/** The call that is put at a line of the user's choice; undefined where the program imports no framework that we know. */
export function pythonProposal(text: string, purpose: Purpose, line: number): Proposal | undefined {
  const program = read(text);
  if (!program) return undefined;
  const call = purpose === "export" ? exportCall(program) : checkpointCall(program, "epoch");
  const { lines } = program;
  return {
    purpose,
    line,
    insertions: [linesBefore(lines, line, indented(call, indentOf(lines[line] ?? "")))],
    text: call,
  };
}

function read(text: string): Program | undefined {
  const framework = frameworks.find(([, pattern]) => pattern.test(text))?.[0];
  if (framework === undefined) return undefined;
  const found = firstName(text, modelNames[framework]) ?? "model";
  return { text, lines: linesOf(text), framework, model: found.replace(/\.module$/, "") };
}

/** After the code that saves, or after the outermost loop that it is in. */
function exportAfter(program: Program, line: number): Proposal {
  const { lines } = program;
  const loop = outermostLoop(lines, line);
  const end = closing(lines, { line, character: 0 })?.line ?? line;
  const after = loop === undefined ? end + 1 : endOfBlock(lines, loop);
  const call = exportCall(program);
  const indent = indentOf(lines[loop ?? line]!);
  return { purpose: "export", line, insertions: [linesBefore(lines, after, indented(call, indent))], text: call };
}

function exportCall({ text, framework, model }: Program): string {
  if (framework === "keras") return kerasSave(model);
  const { input, made } = inputOf(text, framework, model);
  const head = /^[ \t]*import[ \t]+torch\b/m.test(text) ? "" : "import torch\n";
  return `${head}${model}.eval()\n${made}${torchExport({ model: unwrapped(text, model), input })}`;
}

/** An input of the model's own shape, as an expression, and what makes it. */
function inputOf(text: string, framework: Framework, model: string): { readonly input: string; readonly made: string } {
  // What the model is called with where it is trained.
  const moved = "(?:\\.to\\([\\w.]+\\)|\\.cuda\\(\\))?";
  const input = firstName(text, [new RegExp(`(?<![\\w.])${escaped(model)}\\(\\s*([A-Za-z_]\\w*${moved})\\s*\\)`)]);
  if (input !== undefined) return { input, made: "" };
  // Loaders give samples before their labels.
  const loader = framework === "lightning" ? loaderOf(text, model) : undefined;
  const value = loader === undefined ? "torch.randn(1, 3, 32, 32)" : `next(iter(${loader}))[0]`;
  return { input: "example", made: `# An input of the shape that the model takes.\nexample = ${value}\n` };
}

/** The loader that a trainer of Lightning is given beside the model. */
function loaderOf(text: string, model: string): string | undefined {
  const given = `\\.fit\\(\\s*(?:model\\s*=\\s*)?${escaped(model)}\\s*,\\s*(?:train_dataloaders\\s*=\\s*)?`;
  return firstName(text, [new RegExp(`${given}(\\w*load\\w*)\\s*[,)]`, "i")]);
}

/** The model without what it is wrapped in to be trained, which exporters do not take. */
function unwrapped(text: string, model: string): string {
  const own = `(?<![\\w.])${escaped(model)}`;
  const isParallel = new RegExp(`${own}(\\.module\\b|\\s*=[^\\n]*\\b(Distributed)?DataParallel\\()`).test(text);
  if (isParallel) return `${model}.module`;
  return new RegExp(`${own}\\s*=\\s*torch\\.compile\\(`).test(text) ? `${model}._orig_mod` : model;
}

function escaped(name: string): string {
  return name.replaceAll(".", "\\.");
}

function checkpointAt(program: Program, line: number): Proposal {
  switch (program.framework) {
    case "torch":
      return inLoop(program, line);
    case "keras":
      return withCallbacks(program, line, /\.fit\(/);
    case "lightning":
      return withCallbacks(program, line, /\bTrainer\(/);
  }
}

/** At the end of the loop over epochs. */
function inLoop(program: Program, line: number): Proposal {
  const { lines } = program;
  const [, epoch = "epoch"] = /^\s*for\s+(\w+)\s+in\b/.exec(lines[line]!) ?? [];
  const after = endOfBlock(lines, line);
  const body = lines.slice(line + 1, after).find((code) => code.trim() !== "");
  const indent = body === undefined ? `${indentOf(lines[line]!)}    ` : indentOf(body);
  const call = checkpointCall(program, epoch);
  return { purpose: "checkpoint", line, insertions: [linesBefore(lines, after, indented(call, indent))], text: call };
}

/** Before the call that trains, which gets the list of callbacks beside those that it has. */
function withCallbacks(program: Program, line: number, pattern: RegExp): Proposal {
  const { lines } = program;
  const code = lines[line]!;
  const call = checkpointCall(program, "epoch");
  const list = linesBefore(lines, line, indented(call, indentOf(code)));
  const end = closing(lines, { line, character: code.search(pattern) });
  const argument = end === undefined ? [] : callbacksArgument(lines, line, end, callbacksName(program.text));
  return { purpose: "checkpoint", line, insertions: [list, ...argument], text: call };
}

/** What the list of callbacks is called: nothing that the program calls so itself. */
function callbacksName(text: string): string {
  const isTaken = /^[ \t]*callbacks\b[^=\n(]*=|=\s*callbacks\b|[(,]\s*callbacks\s*[,)]/m.test(text);
  return isTaken ? "epoch_callbacks" : "callbacks";
}

/** The list of callbacks as an argument of the call that ends at a place, or among those that are its argument already. */
function callbacksArgument(
  lines: readonly string[],
  line: number,
  end: { readonly line: number; readonly character: number },
  name: string,
): readonly Insertion[] {
  for (let k = line; k <= end.line; k++) {
    const found = /(?<![\w.])callbacks\s*=(?!=)\s*/.exec(lines[k]!);
    if (found) return amongOthers(lines[k]!, k, found.index + found[0].length, name);
  }
  // The argument goes behind the last one, which may stand on a line of its own and end in a comma.
  let at = end;
  while (lines[at.line]!.slice(0, at.character).trim() === "")
    at = { line: at.line - 1, character: lines[at.line - 1]!.length };
  const before = lines[at.line]!.slice(0, at.character).trimEnd();
  const comma = before.endsWith(",") || before.endsWith("(") ? "" : ",";
  const space = before.endsWith("(") ? "" : " ";
  return [{ line: at.line, character: before.length, text: `${comma}${space}callbacks=${name}` }];
}

/** What makes a list, written out or by name, hold the callbacks of another one too; anything else is left to the user. */
function amongOthers(code: string, line: number, character: number, name: string): readonly Insertion[] {
  const rest = code.slice(character);
  if (rest.startsWith("[")) {
    const isEmpty = /^\[\s*\]/.test(rest);
    return [{ line, character: character + 1, text: isEmpty ? `*${name}` : `*${name}, ` }];
  }
  const [theirs] = /^[A-Za-z_][\w.]*(?=\s*([,)]|$))/.exec(rest) ?? [];
  if (theirs === undefined || theirs === "None") return [];
  return [
    { line, character, text: "[*" },
    { line, character: character + theirs.length, text: `, *${name}]` },
  ];
}

function checkpointCall({ text, framework, model }: Program, epoch: string): string {
  switch (framework) {
    case "torch": {
      const head = /^[ \t]*import[ \t]+os\b/m.test(text) ? "" : "import os\n";
      const file = `f"checkpoints/model_{${epoch}}.pt"`;
      return `${head}os.makedirs("checkpoints", exist_ok=True)\ntorch.save(${model}.state_dict(), ${file})`;
    }
    case "lightning": {
      const [, library = "lightning.pytorch"] = /\b(lightning\.pytorch|pytorch_lightning)\b/.exec(text) ?? [];
      return (
        `from ${library}.callbacks import ModelCheckpoint\n` +
        `${callbacksName(text)} = ` +
        '[ModelCheckpoint(dirpath="checkpoints", filename="{epoch}-{step}", save_top_k=-1)]'
      );
    }
    case "keras": {
      const module = kerasModule(text);
      return `${module.head}${callbacksName(text)} = [
    ${module.name}.callbacks.ModelCheckpoint(
        filepath="checkpoints/epoch_{epoch:02d}.weights.h5", save_weights_only=True
    ),
    ${module.name}.callbacks.CSVLogger("log.csv"),
]`;
    }
  }
}

/** How the program calls Keras, and what it must import for that. */
function kerasModule(text: string): { readonly name: string; readonly head: string } {
  if (/^[ \t]*(import[ \t]+(tf_)?keras[ \t]*$|from[ \t]+tensorflow[ \t]+import[ \t]+.*\bkeras\b)/m.test(text)) {
    return { name: /^[ \t]*import[ \t]+tf_keras[ \t]*$/m.test(text) ? "tf_keras" : "keras", head: "" };
  }
  const [, alias] = /^[ \t]*import[ \t]+tensorflow[ \t]+as[ \t]+(\w+)/m.exec(text) ?? [];
  return alias === undefined ? { name: "keras", head: "import keras\n" } : { name: `${alias}.keras`, head: "" };
}

/** The outermost loop of the same function in which a line is. */
function outermostLoop(lines: readonly string[], line: number): number | undefined {
  let indent = indentOf(lines[line]!).length;
  let loop: number | undefined;
  for (let k = line - 1; k >= 0 && indent > 0; k--) {
    const code = lines[k]!;
    if (code.trim() === "" || indentOf(code).length >= indent) continue;
    indent = indentOf(code).length;
    if (/^\s*(async\s+)?(def|class)\b/.test(code)) break;
    if (/^\s*(for|while)\b/.test(code)) loop = k;
  }
  return loop;
}

/** The line after the last one of the block that a line begins. */
function endOfBlock(lines: readonly string[], start: number): number {
  const indent = indentOf(lines[start]!).length;
  let last = start;
  for (let k = start + 1; k < lines.length; k++) {
    const code = lines[k]!;
    if (code.trim() === "") continue;
    if (indentOf(code).length <= indent) break;
    last = k;
  }
  return last + 1;
}
