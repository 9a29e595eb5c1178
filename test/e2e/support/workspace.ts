import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunResult } from "../../../server/protocol/result";

const sample = path.resolve("media", "samples", "fashion-resnet8");

/** Fields of a study that a test changes. */
export interface StudyOptions {
  readonly points: number;
  readonly samples: number;
  readonly data?: string;
}

/** A folder with copies of the sample's files, as a user would have them. */
export class Workspace {
  readonly folder = mkdtempSync(path.join(tmpdir(), "loss-landscape-e2e-"));

  /** Copies the sample's model under another name, with its data and, if given, a study beside it. */
  addModel(name: string, study?: StudyOptions): void {
    const folder = path.dirname(name);
    cpSync(path.join(sample, "fashion-resnet8.onnx"), this.path(`${name}.onnx`));
    cpSync(path.join(sample, "test.npz"), this.path(folder, "test.npz"));
    if (study !== undefined) this.writeStudy(name, study);
  }

  copy(from: string, to: string): void {
    cpSync(this.path(from), this.path(to));
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  bytes(name: string): Uint8Array {
    return Uint8Array.from(readFileSync(this.path(name)));
  }

  writeStudy(name: string, { points, samples, data = "test.npz" }: StudyOptions): void {
    const study = {
      model: `${path.basename(name)}.onnx`,
      data: { path: data, split: "test", samples },
      grid: { x: [-1, 1], y: [-1, 1], points },
    };
    this.write(`${name}.landscape.json`, JSON.stringify(study, null, 2));
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  path(...names: readonly string[]): string {
    return path.join(this.folder, ...names);
  }

  /** Lines of the journal of a model's run, the header first. */
  journal(model: string): readonly string[] {
    const folder = this.path(".loss-landscape");
    const name = readdirSync(folder).find((file) => file.startsWith(`${model}-`) && file.endsWith(".jsonl"));
    if (name === undefined) throw new Error(`${model} has no journal in ${folder}.`);
    return readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n");
  }

  /** Runs a study from the command line, its results beside it as those of the panel are. */
  run(study: string, ...flags: readonly string[]): void {
    const args = [path.resolve("dist", "cli.js"), "run", this.path(study), ...flags];
    execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  }

  /** What the command line measures for a study, in a results folder of its own. */
  commandLine(name: string): RunResult {
    const json = this.path(`../${path.basename(this.folder)}-${name}.json`);
    const out = mkdtempSync(path.join(tmpdir(), "loss-landscape-cli-"));
    try {
      const cli = path.resolve("dist", "cli.js");
      const args = [cli, "run", this.path(`${name}.landscape.json`), "--out", out, "--json", json];
      execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
      return JSON.parse(readFileSync(json, "utf8")) as RunResult;
    } finally {
      rmSync(out, { recursive: true, force: true });
      rmSync(json, { force: true });
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
