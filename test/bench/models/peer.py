"""PyTorch's side of the throughput benchmark: one request in JSON a line on standard input, one answer a line.

usage: peer.py FOLDER THREADS    0 threads: as many as PyTorch takes by itself

{"kind": "points", "name", "batch", "layout", "points": [[α, β], …]} → {"seconds", "losses"}
{"kind": "product", "size", "seconds"} → {"flops"}: floating-point operations a second of square matrix products

Points are measured as the reference implementation does: the moved weights are written into the network, then its loss is
computed batch by batch without gradients.
"""
import json
import sys
import time
from pathlib import Path

import numpy
import torch
from torch import nn

from models import networks

folder = Path(sys.argv[1])
if int(sys.argv[2]):
    torch.set_num_threads(int(sys.argv[2]))
loaded = {}


class Subject:
    def __init__(self, name, layout):
        memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        self.net = networks[name][0]().eval()
        self.net.load_state_dict(torch.load(folder / f"{name}.pt", weights_only=True))
        self.net = self.net.to(memory_format=memory)
        data = numpy.load(folder / f"{name}.npz")
        self.x = torch.from_numpy(data["x_test"]).contiguous(memory_format=memory)
        self.y = torch.from_numpy(data["y_test"])
        self.weights = [p.detach().clone() for p in self.net.parameters()]
        found = numpy.load(folder / f"{name}.directions.npz")
        self.directions = [
            [torch.from_numpy(found[f"{axis}/{key}"]) for key, _ in self.net.named_parameters()] for axis in "xy"
        ]

    def move(self, alpha, beta):
        for p, w, d0, d1 in zip(self.net.parameters(), self.weights, *self.directions):
            p.data.copy_(w + (d0 * alpha + d1 * beta))

    def loss(self, batch):
        total, correct = 0.0, 0
        criterion = nn.CrossEntropyLoss()
        with torch.no_grad():
            for i in range(0, len(self.x), batch):
                inputs, targets = self.x[i : i + batch], self.y[i : i + batch]
                outputs = self.net(inputs)
                total += criterion(outputs, targets).item() * len(targets)
                correct += outputs.max(1)[1].eq(targets).sum().item()
        return total / len(self.x)


def measure(name, batch, layout, points):
    subject = loaded.setdefault((name, layout), None) or Subject(name, layout)
    loaded[name, layout] = subject
    losses = []
    begun = time.perf_counter()
    for alpha, beta in points:
        subject.move(alpha, beta)
        losses.append(subject.loss(batch))
    return {"seconds": time.perf_counter() - begun, "losses": losses}


def product(size, seconds):
    a, b = torch.randn(size, size), torch.randn(size, size)
    out = torch.empty(size, size)
    torch.mm(a, b, out=out)
    times = 0
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        torch.mm(a, b, out=out)
        times += 1
    return {"flops": 2 * size**3 * times / (time.perf_counter() - begun)}


for line in sys.stdin:
    request = json.loads(line)
    kind = request.pop("kind")
    try:
        answer = measure(**request) if kind == "points" else product(**request)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
