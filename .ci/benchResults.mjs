/** `test/bench/RESULTS.md`: what the benchmarks have told, section by section, and of which machine. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findProgram, root } from "./steps.mjs";

const file = path.join(root, "test", "bench", "RESULTS.md");

/** What a program prints, or undefined when there is none or it fails. */
function told(command, args) {
  if (command === undefined) return undefined;
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", timeout: 60_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** Rows of what the numbers depend on: [name, value]. */
export function machineOf() {
  const ort = path.join(root, "node_modules", "onnxruntime-node", "package.json");
  const chromium =
    process.env.CHROMIUM_PATH ?? findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  const torch = told(process.env.PYTHON ?? "python3", ["-c", "import torch; print(torch.__version__)"]);
  return [
    ["processor", `${os.cpus()[0]?.model.trim() ?? "unknown"}, ${os.availableParallelism()} cores`],
    ["memory", `${(os.totalmem() / 2 ** 30).toFixed(0)} GB`],
    ["system", `${os.type()} ${os.arch()}`],
    ["Node", process.versions.node],
    ["ONNX Runtime", existsSync(ort) ? JSON.parse(readFileSync(ort, "utf8")).version : "not installed"],
    ["PyTorch", torch ?? "not installed (`PYTHON` names another interpreter)"],
    ["Chromium", told(chromium, ["--version"])?.match(/[\d.]{3,}/)?.[0] ?? "not installed"],
  ];
}

const beginOf = (name) => `<!-- ${name} -->`;
const end = "<!-- end -->";

function machineInMarkdown(machine) {
  return ["| | |", "| --- | --- |", ...machine.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
}

/** Tables as they were written have other spaces. */
const plain = (text) => text.replace(/-{3,}/g, "---").replace(/[ \t]+/g, " ");

/** What the file holds: the machine's rows in Markdown, the sections' text and their rows of the summary by name. */
export function readResults() {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  const between = (name) => {
    const at = text.indexOf(beginOf(name));
    return at < 0 ? undefined : text.slice(at + beginOf(name).length, text.indexOf(end, at)).trim();
  };
  const sections = new Map();
  for (const [, name] of text.matchAll(/^<!-- section (\w+) -->$/gm)) {
    const row = text.match(new RegExp(`^\\| \\[${name}\\].*$`, "m"))?.[0];
    sections.set(name, { text: between(`section ${name}`), row });
  }
  return { machine: between("machine"), sections };
}

function sectionOf({ name, markdown, met, judged, stopped, date, seconds, load }) {
  const when = `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const result = stopped ? `stopped; ${met} of ${judged}` : `${met} of ${judged}`;
  return {
    text: `## ${name}\n\n_${when}, ${seconds.toFixed(0)} s; load average ${load.toFixed(2)} when it began._\n\n${markdown}`,
    row: `| [${name}](#${name.toLowerCase()}) | ${result} | ${when} | ${seconds.toFixed(0)} s | ${load.toFixed(2)} |`,
  };
}

/**
 * Writes the sections that were measured now, and keeps those of `before` if they are of the same machine and the same
 * versions.
 * @returns a sentence that says what was done.
 */
export async function writeResults(machine, measured, names, before) {
  const head = machineInMarkdown(machine);
  if (before && plain(before.machine ?? "") !== plain(head)) {
    return "RESULTS.md is of another machine or other versions, and stays as it is: npm run bench without a name writes it anew.";
  }
  const sections = before?.sections ?? new Map();
  for (const section of measured) sections.set(section.name, sectionOf(section));
  const kept = names.filter((name) => sections.has(name));
  const summary = ["| benchmark | goals met | measured | took | load |", "| --- | --- | --- | --- | --- |"];
  const text = [
    "# What the benchmarks measure",
    "Written by `npm run bench`. Times depend on the machine: ratios of contenders that took turns in one run say more than" +
      " numbers of different runs. A goal that is missed has a reason below its table, which a person writes in" +
      " `reasons.json`; the benchmark fails where there is none.",
    `${beginOf("machine")}\n\n${head}\n\n${end}`,
    [...summary, ...kept.map((name) => sections.get(name).row)].join("\n"),
    ...kept.map((name) => `${beginOf(`section ${name}`)}\n\n${sections.get(name).text}\n\n${end}`),
  ].join("\n\n");
  const { format } = await import("prettier");
  writeFileSync(file, await format(text, { parser: "markdown", printWidth: 120 }));
  return `Written: ${path.relative(root, file)}`;
}
