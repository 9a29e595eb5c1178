import { cpSync, existsSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Driver } from "./support/workbench";
import { Workspace } from "./support/workspace";

const workspace = new Workspace();
let driver: Driver;

const training = `import torch

net = build()
for epoch in range(3):
    for images, labels in loader:
        step(net(images), labels)
    torch.save(net.state_dict(), "last.pt")
`;

beforeAll(async () => {
  workspace.addModel("plain");
  workspace.addModel("weights/first");
  workspace.addModel("weights/second");
  const fixtures = path.resolve("test", "fixtures");
  cpSync(path.resolve("media/samples/fashion-resnet8/checkpoints/model_7.pt"), workspace.path("weights", "epoch_7.pt"));
  workspace.write("keras/notes.txt", "");
  cpSync(path.join(fixtures, "keras-training", "logits.keras"), workspace.path("keras", "logits.keras"));
  cpSync(path.join(fixtures, "keras-training", "classes.npz"), workspace.path("keras", "classes.npz"));
  cpSync(path.join(fixtures, "checkpoints", "whole.pt"), workspace.path("whole.pt"));
  workspace.write("train.py", training);
  driver = await Driver.open(workspace.folder, { "lossLandscape.grid.points": 3 });
});
beforeEach(() => driver.closeAll());
afterAll(async () => {
  await driver?.close();
});

async function expand(folder: string, file: string): Promise<void> {
  if (await driver.file(file).isVisible()) return;
  await driver.file(folder).click();
  await driver.file(file).waitFor();
}

describe("without a question", () => {
  test("a Keras model with data beside it is drawn, and says what it took", async () => {
    await expand("keras", "logits.keras");
    await driver.visualize("logits.keras");
    await driver.panel().state("done");
    const text = await driver.panel().text();
    expect(text).toContain("classes.npz");
    expect(text).toContain("Found and inferred");
    expect(driver.log()).toContain(
      "Loss from the training configuration: SparseCategoricalCrossentropy(from_logits=True)",
    );
    await driver.screenshot("zero-keras");
  });

  test("the study of a picture is saved beside the model and opened, and is used from then on", async () => {
    await driver.visualize("plain.onnx");
    await driver.panel().state("done");
    await driver.panel().button("More actions").click();
    await driver.panel().root.getByRole("menuitem", { name: "Save as study" }).click();
    await driver.tab("plain.landscape.json").waitFor();
    const text = workspace.read("plain.landscape.json");
    expect(text).toContain('"model": "plain.onnx"');
    expect(text).toContain("  // Data found beside the model: test.npz.\n");
    expect(text).toContain('"points": 3');
    await driver.screenshot("zero-study");
    // Nothing is written over it without asking.
    await driver.closeAll();
    await driver.visualize("plain.onnx");
    await driver.panel().state("done");
    await driver.command("Loss Landscape: Save as Study");
    await driver.quickInput.waitFor();
    await driver.page.keyboard.press("Escape");
    expect(workspace.read("plain.landscape.json")).toBe(text);
  });
});

describe("weights without an architecture", () => {
  test("ask for the model once and are drawn", async () => {
    await expand("weights", "epoch_7.pt");
    await driver.visualize("epoch_7.pt");
    await driver.row("first.onnx").waitFor();
    await driver.screenshot("zero-choose-model");
    await driver.row("Browse…").waitFor();
    await driver.row("second.onnx").click();
    await driver.panel().state("done");
    // The question is not asked again.
    await driver.closeAll();
    await driver.visualize("epoch_7.pt");
    await driver.panel().state("done");
  });

  test("that are program code are refused, with the call to copy", async () => {
    await driver.visualize("whole.pt");
    const { reason, message } = await driver.panel().problem();
    expect(reason).toBe("file-unsupported");
    expect(message).toContain("whole.pt contains program code and was not opened");
    await driver.panel().button("Copy export call").waitFor();
    await driver.screenshot("zero-snippet");
  });
});

test("a lens above the code that saves inserts the export", async () => {
  await driver.file("train.py").dblclick();
  const lens = driver.page.locator(".codelens-decoration a", { hasText: "Insert export for loss landscape" });
  await lens.click();
  await driver.page.locator(".view-line", { hasText: "torch.onnx.export(" }).waitFor();
  await driver.page.locator(".view-line", { hasText: 'net, (images,), "model.onnx",' }).waitFor();
  await driver.screenshot("zero-lens");
  await driver.page.keyboard.press("ControlOrMeta+s");
  await expect.poll(() => workspace.read("train.py")).toContain('last.pt")\nnet.eval()\ntorch.onnx.export(\n');
  expect(existsSync(workspace.path("model.onnx"))).toBe(false);
});
