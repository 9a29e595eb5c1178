import { describe, expect, test } from "vitest";
import { hoverAt } from "../../../server/language/hover";
import { fieldOf, nameOf, schemaAt } from "../../../server/study/fields";
import { knowledgeOf, problemOf } from "./knowledge";
import type { Told } from "./knowledge";
import { marked, textIn } from "./marked";

/** What the hover at the cursor says, and of which text. */
async function hovered(text: string, told?: Told): Promise<{ readonly of: string; readonly says: string } | undefined> {
  const { study, position } = await marked(text);
  const hover = hoverAt(study, position, knowledgeOf(study, told));
  if (!hover) return undefined;
  return { of: textIn(study, hover.range!), says: (hover.contents as { readonly value: string }).value };
}

describe("fields", () => {
  test("description, default, unit and what is taken", async () => {
    expect(await hovered('{ "sharpness": { "ep|silon": 0.1 } }')).toEqual({
      of: '"epsilon"',
      says: "**sharpness.epsilon**: Radius of the box.\n\nDefault: `0.01`  \nUnit: norms of each filter  \nTakes a number above 0",
    });
  });

  test("every choice with its meaning, and the default in words where no constant is one", async () => {
    const { says } = (await hovered('{ "direc|tions": { "kind": "pca" } }'))!;
    expect(says).toMatch(/^\*\*directions\*\*: The directions of the plane/);
    const kind = (await hovered('{ "directions": { "ki|nd": "pca" } }'))!;
    expect(kind.says).toContain("- `hessian`: Eigenvectors of the Hessian at the model.");
    expect(kind.says).toContain("Default: random; pca when there are three checkpoints or more");
  });

  test("a value says what it means", async () => {
    const { of, says } = (await hovered('{ "loss": "hu|ber" }'))!;
    expect(of).toBe('"huber"');
    expect(says).toMatch(/^`huber`: Quadratic for differences up to delta/);
  });

  test.each(['{ "unkn|own": 1 }', "|{ }", '{ "grid": |{ } }'])("%s has none", async (text) => {
    expect(await hovered(text)).toBeUndefined();
  });
});

describe("files", () => {
  test("a model", async () => {
    const { says } = (await hovered('{ "model": "net|.onnx" }', { model: { notices: ["Weights are quantised."] } }))!;
    expect(says).toContain(
      "**net.onnx**, ONNX\n\n- 78,042 parameters in 20 tensors\n- Input: 1×28×28\n- Outputs: 10\n- Weights are quantised.",
    );
  });

  test("data with its arrays, and what is wrong with them", async () => {
    const data = {
      samples: 10000,
      names: { x: "images", y: "labels" },
      arrays: [
        { name: "images", dtype: "uint8", shape: [10000, 28, 28] },
        { name: "labels", dtype: "int64", shape: [10000] },
      ],
    };
    const text = '{ "model": "net.onnx", "data": "test|.npz" }';
    expect((await hovered(text, { data }))!.says).toContain(
      "**test.npz**\n\n- 10,000 samples\n- `images`: uint8 [10000, 28, 28], the samples\n- `labels`: int64 [10000], the labels",
    );
    const { says } = (await hovered(text, { data: { problem: problemOf("It does not fit.") } }))!;
    expect(says).toContain("- It does not fit.");
  });

  test("checkpoints: number, order, first, last and gaps", async () => {
    const files = [1, 2, 10].map((epoch) => `/studies/e/${epoch}.pt`);
    const series = { "e/*.pt": { files, by: "epoch", leftOut: ["/studies/e/best.pt"], gaps: [[2, 10]] as const } };
    const { says } = (await hovered('{ "model": "net.onnx", "checkpoints": "e/|*.pt" }', { series }))!;
    expect(says).toContain(
      "**3 checkpoints** in the order of their epoch\n\n- First: `e/1.pt`\n- Last: `e/10.pt`\n- None between 2 and 10\n" +
        "- Left out, because their names tell no time: `e/best.pt`",
    );
  });

  test("one checkpoint", async () => {
    const weights = { "/studies/a.pt": { epoch: 3, learningRate: 0.1 } };
    const text = '{ "model": "net.onnx", "directions": { "kind": "to", "checkpoint": "a.p|t" } }';
    expect((await hovered(text, { weights }))!.says).toContain(
      "**a.pt**, PyTorch\n\n- 20 tensors\n- Epoch: 3\n- Learning rate: 0.1",
    );
  });
});

test("fields are found by name and by place", async () => {
  const { study, position } = await marked('{ "checkpoints": { "files": ["a", "|b"] } }');
  const field = fieldOf(study.json.getNodeFromOffset(study.text.offsetAt(position))!);
  expect(nameOf(field)).toBe("checkpoints.files[1]");
  expect(schemaAt(field)?.file).toBe("checkpoints");
});
