import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { TextDocument } from "vscode-languageserver-textdocument";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FilesAnswer, FilesQuestion } from "../../../server/protocol/files";
import { ProblemError } from "../../../server/protocol/problem";
import { toStudyDocument } from "../../../server/language/document";
import type { StudyDocument } from "../../../server/language/document";
import { fixesIn } from "../../../server/language/fixes";
import { Studies } from "../../../server/language/studies";
import type { Prospect, Surroundings } from "../../../server/language/surroundings";
import { modelFacts, problemOf } from "./knowledge";
import { after } from "./marked";

let folder: string;
let world: World;

/** The rest of the server: answers at once unless it is told to wait, and keeps what it was asked. */
class World implements Surroundings {
  readonly asked: FilesQuestion[] = [];
  readonly foreseen: string[] = [];
  prospect: () => Promise<Prospect> = () => Promise.resolve({ kind: "ready", points: [51, 51], isLines: false });
  /** Questions wait until this resolves. */
  gate: Promise<void> = Promise.resolve();
  readonly aborted: FilesQuestion[] = [];

  defaults(): Promise<object> {
    return Promise.resolve({});
  }

  async inspect(question: FilesQuestion, signal: AbortSignal): Promise<FilesAnswer> {
    this.asked.push(question);
    signal.addEventListener("abort", () => this.aborted.push(question));
    await this.gate;
    signal.throwIfAborted();
    return {
      data: question.data.map(({ path: file }) => ({ path: file, facts: { arrays: [], samples: 1 } })),
      weights: question.weights.map(({ path: file }) => ({
        path: file,
        problem: problemOf(`${path.basename(file)} is bad.`),
      })),
      ...(question.model === undefined ? {} : { model: { path: question.model, facts: modelFacts } }),
    };
  }

  foresee(_file: string, text: string): Promise<Prospect> {
    this.foreseen.push(text);
    return this.prospect();
  }

  series(): Promise<never> {
    throw new Error("not asked in these tests");
  }
}

/** The open studies with what was published last. */
class Bench {
  readonly published = new Map<string, readonly string[]>();
  readonly errors: unknown[] = [];
  readonly studies: Studies;
  study: StudyDocument | undefined;
  private version = 0;

  constructor() {
    this.studies = new Studies(
      world,
      {
        diagnostics: (uri, _version, diagnostics) =>
          this.published.set(
            uri,
            diagnostics.map(({ message }) => String(message)),
          ),
        lenses: () => undefined,
        log: (_what, error) => void this.errors.push(error),
      },
      { look: 5, inspect: 20, foresee: 20 },
    );
  }

  async write(text: string): Promise<void> {
    this.version += 1;
    const document = TextDocument.create("file:///net", "jsonc", this.version, text);
    this.study = await toStudyDocument(path.join(folder, "net.landscape.json"), document);
    this.studies.changed("net", Promise.resolve(this.study));
  }

  get lenses(): readonly (string | undefined)[] {
    return this.studies.lenses("net", this.study!).map(({ command }) => command?.title);
  }
}

const valid = '{ "model": "net.onnx", "data": "test.npz" }';
const soon = { timeout: 4000, interval: 20 };

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "study-studies-"));
  for (const name of ["net.onnx", "test.npz", "a.pt"]) await writeFile(path.join(folder, name), "");
  world = new World();
});

afterEach(() => rm(folder, { recursive: true }));

describe("checks", () => {
  test("ask once what a file is, and again when it has changed", async () => {
    const bench = new Bench();
    await bench.write(valid);
    await expect.poll(() => bench.lenses, soon).toContain("Run · 51×51");
    expect(world.asked).toHaveLength(1);
    await bench.write(valid.replace("}", ', "grid": { "points": 5 } }'));
    await expect.poll(() => world.foreseen, soon).toHaveLength(2);
    expect(world.asked).toHaveLength(1);
    await utimes(path.join(folder, "test.npz"), 1, 1);
    await bench.write(valid);
    await expect.poll(() => world.asked, soon).toHaveLength(2);
    // The model is named again, because data are held against it.
    expect(world.asked[1]).toMatchObject({ model: path.join(folder, "net.onnx"), weights: [] });
    bench.studies.stop();
    expect(bench.errors).toEqual([]);
  });

  test("hold weights and checkpoints against the model by their own names for it", async () => {
    const bench = new Bench();
    await writeFile(path.join(folder, "b.pt"), "");
    const model = { path: "net.onnx", weights: "a.pt", rename: { "a.*": "*" } };
    const checkpoints = { files: ["b.pt"], rename: [["b.*", "*"]] };
    await bench.write(JSON.stringify({ model, data: "test.npz", checkpoints }));
    await expect.poll(() => world.asked, soon).toHaveLength(1);
    expect(world.asked[0]!.weights).toEqual([
      { path: path.join(folder, "a.pt"), rename: [["a.*", "*"]] },
      { path: path.join(folder, "b.pt"), rename: [["b.*", "*"]] },
    ]);
    bench.studies.stop();
  });

  test("of an older text end when a newer one comes", async () => {
    const bench = new Bench();
    let open = (): void => undefined;
    world.gate = new Promise((resolve) => (open = resolve));
    await bench.write(valid);
    await expect.poll(() => world.asked, soon).toHaveLength(1);
    await bench.write(
      '{ "model": "net.onnx", "data": "test.npz", "directions": { "kind": "to", "checkpoint": "a.pt" } }',
    );
    await expect.poll(() => world.aborted, soon).toHaveLength(1);
    open();
    await expect.poll(() => bench.published.get("net"), soon).toEqual(["a.pt is bad. Mend it."]);
    expect(bench.lenses).toEqual(["1 problem", "Visualize"]);
    expect(world.foreseen).toEqual([]);
    bench.studies.stop();
    expect(bench.errors).toEqual([]);
  });

  test("while typing, no lens speaks of another text", async () => {
    const bench = new Bench();
    await bench.write(valid);
    await expect.poll(() => bench.lenses, soon).toContain("Run · 51×51");
    await bench.write(valid.replace("}", ', "grid": { "points": 5 } }'));
    expect(bench.lenses).toEqual(["Run", "Visualize"]);
    await bench.write(valid.replace("}", ', "grid": { "points": 0 } }'));
    expect(bench.lenses).toEqual(["1 problem", "Visualize"]);
    bench.studies.stop();
  });

  test("what stands in the way of a run is a problem of the study", async () => {
    const bench = new Bench();
    world.prospect = () => Promise.reject(new ProblemError(problemOf("It needs checkpoints.", "study-invalid")));
    await bench.write(valid);
    await expect.poll(() => bench.published.get("net"), soon).toEqual(["It needs checkpoints. Mend it."]);
    expect(bench.lenses).toEqual(["1 problem", "Visualize"]);
    bench.studies.stop();
  });

  test("data that cannot be inferred are asked for, with the candidates as fixes", async () => {
    const bench = new Bench();
    const candidates = ["a.npz", "b.npz"].map((name) => path.join(folder, name));
    world.prospect = () =>
      Promise.resolve({ kind: "choose-data", candidates, reason: "2 files beside net.onnx fit it." });
    await bench.write('{ "model": "net.onnx" }');
    await expect
      .poll(() => bench.published.get("net"), soon)
      .toEqual(['2 files beside net.onnx fit it. Name the data as "data".']);
    expect(bench.lenses).toEqual(["Run", "Visualize"]);
    const at = bench.study!.text.positionAt(12);
    const findings = bench.studies.findings("net", bench.study!);
    const fixes = await fixesIn(bench.study!, findings, { start: at, end: at }, []);
    expect(fixes.map(({ title }) => title)).toEqual(["Use a.npz", "Use b.npz"]);
    const [edits] = Object.values(fixes[1]!.edit!.changes!);
    expect(after(bench.study!, edits!)).toBe('{ "model": "net.onnx", "data": "b.npz" }');
    bench.studies.stop();
  });

  test("files that changed are foreseen again, and a closed study is left alone", async () => {
    const bench = new Bench();
    await bench.write(valid);
    await expect.poll(() => world.foreseen, soon).toHaveLength(1);
    bench.studies.filesChanged([path.join(folder, "net.onnx")]);
    await bench.write(valid);
    await expect.poll(() => world.foreseen, soon).toHaveLength(2);
    expect(world.asked).toHaveLength(2);
    bench.studies.closed("net");
    expect(bench.studies.open).toEqual([]);
    expect(bench.studies.findings("net", bench.study!)).toEqual([]);
  });
});
