import { describe, expect, test } from "vitest";
import type { Purpose } from "../../../extension/code/code";
import { proposalFor, proposalsIn } from "../../../extension/code/propose";

/** The program with the call for a purpose in it. */
function inserted(text: string, purpose: Purpose, language = "python", line = 0): string {
  const proposal = proposalFor(text, language, purpose, line);
  if (!proposal) throw new Error("no proposal");
  const lines = text.split("\n");
  // From the end, so that no place moves.
  const insertions = [...proposal.insertions].sort((a, b) => b.line - a.line || b.character - a.character);
  for (const { line: at, character, text: code } of insertions) {
    lines[at] = lines[at]!.slice(0, character) + code + lines[at]!.slice(character);
  }
  return lines.join("\n");
}

const torch = `import torch
from torch import nn

net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

for epoch in range(3):
    for images, labels in loader:
        loss = criterion(net(images), labels)
        loss.backward()
        if loss.item() < best:
            torch.save(
                net.state_dict(), "best.pt"
            )
    print(epoch)

print("done")
`;

describe("PyTorch", () => {
  test("offers an export where weights are saved and checkpoints at the loop over epochs", () => {
    expect(proposalsIn(torch, "python").map(({ purpose, line }) => [purpose, line])).toEqual([
      ["checkpoint", 6],
      ["export", 11],
    ]);
  });

  test("exports once, after the outermost loop, with an input that the program has", () => {
    expect(inserted(torch, "export")).toContain(`    print(epoch)
net.eval()
torch.onnx.export(
    net, (images,), "model.onnx",
    training=torch.onnx.TrainingMode.PRESERVE,
    do_constant_folding=False, dynamo=False,
    input_names=["input"], output_names=["output"],
    dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
)

print("done")`);
  });

  test("keeps the weights at the end of every epoch", () => {
    expect(inserted(torch, "checkpoint")).toContain(`    print(epoch)
    import os
    os.makedirs("checkpoints", exist_ok=True)
    torch.save(net.state_dict(), f"checkpoints/model_{epoch}.pt")

print("done")`);
    expect(inserted(`import os\n${torch.replaceAll("epoch", "e_epoch")}`, "checkpoint")).toContain(`    print(e_epoch)
    os.makedirs("checkpoints", exist_ok=True)
    torch.save(net.state_dict(), f"checkpoints/model_{e_epoch}.pt")`);
  });

  test("inside a function the export stays inside it", () => {
    const text = `import torch\n\ndef main():\n    for epoch in range(2):\n        step()\n        torch.save(model.module.state_dict(), "a.pt")\n`;
    const program = inserted(text, "export");
    expect(program).toContain('"a.pt")\n    model.eval()\n    # An input of the shape that the model takes.\n');
    expect(program).toContain(
      "\n    example = torch.randn(1, 3, 32, 32)\n    torch.onnx.export(\n        model.module, (example,),",
    );
  });

  test.each([
    ["model = nn.DataParallel(Net())", "model.module"],
    ["model = DDP(net)\ntorch.save(model.module.state_dict(), 'a.pt')", "model.module"],
    ["model = torch.compile(Net())", "model._orig_mod"],
    ["model = Net()", "model"],
  ])("what a model is wrapped in is not exported: %j", (made, expected) => {
    const program = inserted(`import torch\n${made}\ny = model(x.to(device))\n`, "export", "python", 99);
    expect(program).toContain(`torch.onnx.export(\n    ${expected}, (x.to(device),), "model.onnx"`);
  });

  test("without code that saves, the call goes to the line of the cursor", () => {
    const text = "import torch\n\ndef f():\n    pass\n";
    expect(proposalsIn(text, "python")).toEqual([]);
    expect(inserted(text, "export", "python", 3)).toContain("def f():\n    model.eval()\n");
    expect(inserted("from torch import nn", "export", "python", 7)).toMatch(/nn\nimport torch\nmodel\.eval\(\)\n/);
  });
});

describe("Keras", () => {
  const keras = (fit: string): string => `from tensorflow import keras\n\nclassifier = build()\n${fit}\n`;

  test("saves the whole model after its weights were saved", () => {
    expect(inserted(keras('classifier.save_weights("w.weights.h5")'), "export")).toContain(
      '"w.weights.h5")\nclassifier.save("model.keras")\n',
    );
  });

  test.each([
    ["classifier.fit(x, y, epochs=3)", "classifier.fit(x, y, epochs=3, callbacks=callbacks)"],
    ["history = classifier.fit(x, y,)", "history = classifier.fit(x, y, callbacks=callbacks)"],
    ["classifier.fit(\n    x, y,\n    epochs=3,\n)", "    epochs=3, callbacks=callbacks\n)"],
    ["classifier.fit()", "classifier.fit(callbacks=callbacks)"],
    ['classifier.fit(x, y, callbacks=[early(")")])', 'classifier.fit(x, y, callbacks=[*callbacks, early(")")])'],
    ["classifier.fit(x, y, callbacks=[])", "classifier.fit(x, y, callbacks=[*callbacks])"],
    ["classifier.fit(x, y, callbacks=early)", "classifier.fit(x, y, callbacks=[*early, *callbacks])"],
    ["classifier.fit(x, callbacks=make(3))", "classifier.fit(x, callbacks=make(3))"],
  ])("keeps weights of every epoch: %j", (fit, expected) => {
    const program = inserted(keras(fit), "checkpoint");
    expect(program).toContain(`callbacks = [
    keras.callbacks.ModelCheckpoint(
        filepath="checkpoints/epoch_{epoch:02d}.weights.h5", save_weights_only=True
    ),
    keras.callbacks.CSVLogger("log.csv"),
]
`);
    expect(program).toContain(expected);
  });

  test("leaves the program's own callbacks as they are", () => {
    const text = keras("callbacks = [early]\nclassifier.fit(x, y, callbacks=callbacks, epochs=3)");
    const program = inserted(text, "checkpoint");
    expect(program).toContain("callbacks = [early]\nepoch_callbacks = [\n");
    expect(program).toContain("classifier.fit(x, y, callbacks=[*callbacks, *epoch_callbacks], epochs=3)");
  });

  test("calls Keras as the program does", () => {
    const call = (head: string): string => inserted(`${head}\nmodel.fit(x)\n`, "checkpoint");
    expect(call("import tensorflow as tf")).toContain("    tf.keras.callbacks.CSVLogger(");
    expect(call("import keras")).not.toContain("import keras\nimport keras");
    expect(call("from keras.models import Sequential")).toContain("import keras\ncallbacks = [");
  });
});

test("Lightning gets a callback that keeps every checkpoint", () => {
  const text = "import lightning.pytorch as pl\n\ntrainer = pl.Trainer(max_epochs=3)\ntrainer.fit(model, loader)\n";
  const program = inserted(text, "checkpoint");
  expect(program).toContain(`from lightning.pytorch.callbacks import ModelCheckpoint
callbacks = [ModelCheckpoint(dirpath="checkpoints", filename="{epoch}-{step}", save_top_k=-1)]
trainer = pl.Trainer(max_epochs=3, callbacks=callbacks)`);
  expect(inserted(text, "export", "python", 4)).toContain(
    "model.eval()\n# An input of the shape that the model takes.\nexample = next(iter(loader))[0]\n",
  );
  expect(inserted(text.replace("loader)", "datamodule=data)"), "export", "python", 4)).toContain("torch.randn(1, ");
});

describe("TensorFlow.js", () => {
  const text = `import * as tf from "@tensorflow/tfjs-node";\nconst net = tf.sequential();\nasync function main() {\n  await net.fit(x, y, {\n    epochs: 3,\n  });\n}\n`;

  test.each(["javascript", "typescript"])("saves the model after it was trained, in %s", (language) => {
    expect(inserted(text, "export", language)).toContain('  });\n  await net.save("file://./model");\n}');
    expect(inserted(text, "checkpoint", language)).toContain(
      '    await net.save("file://./model");\n      await net.save(`file://./model/epoch_${epoch}`);\n',
    );
  });
});

describe("nothing is offered", () => {
  test.each([
    ["python", "model.fit(x)\ntorch.save(model)"],
    ["python", "# import torch\nfor epoch in range(3): pass"],
    ["javascript", "model.fit(x)"],
    ["markdown", torch],
  ])("in %s that imports no framework", (language, text) => {
    expect(proposalsIn(text, language)).toEqual([]);
    expect(proposalFor(text, language, "export", 0)).toBeUndefined();
  });
});
