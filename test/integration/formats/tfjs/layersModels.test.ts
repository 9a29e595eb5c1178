import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel } from "../../../../server/formats/open";
import { expectClose, runGraph } from "../support/run";
import { folder as fixtures, tensorOf, type Values } from "./support";

interface Case {
  readonly name: string;
  readonly model: unknown;
  /** Bytes of the weights in base64. */
  readonly weights: string;
  readonly input: Values;
  readonly output: Values;
}

const cases = JSON.parse(readFileSync(path.join(fixtures, "layers-cases.json"), "utf8")) as readonly Case[];

let folder = "";
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), "tfjs-layers-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a case as TensorFlow.js' own file handlers do. */
function write({ model, weights }: Case): string {
  const file = path.join(folder, "model.json");
  writeFileSync(file, JSON.stringify(model));
  writeFileSync(path.join(folder, "weights.bin"), Buffer.from(weights, "base64"));
  return file;
}

describe("layers give the numbers of TensorFlow.js", () => {
  test.each(cases.map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const { graph } = await openModel(write(each));
    const [result] = await runGraph(graph, [tensorOf(each.input)]);
    expectClose(result!, each.output.data, each.name);
    expect(graph.outputs[0]!.shape.slice(1)).toEqual(each.output.shape.slice(1));
  });
});
