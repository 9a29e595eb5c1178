import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const source = path.resolve("media", "samples", "fashion-resnet8");

/** A copy of the sample under its own name, without what runs have left there. */
export class Sample {
  private readonly parent = mkdtempSync(path.join(tmpdir(), "loss-landscape-pictures-"));
  readonly folder = path.join(this.parent, "fashion-resnet8");

  constructor() {
    cpSync(source, this.folder, { recursive: true, filter: (file) => !file.includes(".loss-landscape") });
  }

  write(name: string, content: string): void {
    writeFileSync(path.join(this.folder, name), content);
  }

  remove(): void {
    rmSync(this.parent, { recursive: true, force: true });
  }
}

/** Everything that a panel can show of the sample: the plane of its training's path, two splits and the curvature. */
export const wholeStudy = (points: number, curvature: number): string => `{
  // Where training ended, how it got there, and how curved the ground is.
  "model": "fashion-resnet8.onnx",
  "data": {
    "train": { "path": "train.npz", "samples": 500 },
    "test": { "path": "test.npz", "samples": 500 }
  },
  "checkpoints": { "files": "checkpoints/model_*.pt", "log": "log.csv" },
  "directions": { "kind": "pca" },
  "grid": { "points": ${points} },
  "curvature": { "points": ${curvature}, "samples": 64, "densityProbes": 2, "traceProbes": 8 }
}
`;

/** A training as people write it, to stand beside the panel. */
export const trainingCode = `import torch
from torch import nn
from torchvision import datasets, transforms

from resnet import ResNet8

model = ResNet8(num_classes=10)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[6, 8])
loss_fn = nn.CrossEntropyLoss()

images = datasets.FashionMNIST("data", train=True, transform=transforms.ToTensor())
loader = torch.utils.data.DataLoader(images, batch_size=128, shuffle=True)

torch.save(model.state_dict(), "checkpoints/model_0.pt")
for epoch in range(1, 11):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        optimizer.step()
    schedule.step()
    torch.save(model.state_dict(), f"checkpoints/model_{epoch}.pt")
`;
