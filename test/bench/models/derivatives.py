"""Gradients and Hessian-vector products as a user of PyTorch computes them: one request in JSON a line, one answer a line.

usage: derivatives.py FOLDER    FOLDER/NAME holds the numbers that problem.ts writes

{"kind": "check", "name", "layout"} → {"loss", "gradientNorm", "curvature"}
{"kind": "rate", "name", "layout", "threads", "part", "seconds"} → {"images", "seconds"}: images that were done, and
the seconds of the processor that they took

"cached" is one more vector for a graph of the gradient that is kept.
"""
import json
import sys
import time
from pathlib import Path

import numpy
import torch
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from models import networks


def pieces(file, shapes):
    numbers = torch.from_numpy(numpy.fromfile(file, "float32"))
    sizes = [int(numpy.prod(shape)) for shape in shapes]
    return [part.reshape(shape) for part, shape in zip(numbers.split(sizes), shapes)]


class Subject:
    def __init__(self, name, layout):
        memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
        folder = Path(sys.argv[1]) / name
        with open(folder / "order.json") as file:
            order = json.load(file)
        tensors = pieces(folder / "parameters.bin", [entry["shape"] for entry in order["parameters"]])
        values = {entry["name"]: tensor for entry, tensor in zip(order["parameters"], tensors)}
        self.y = torch.from_numpy(numpy.fromfile(folder / "labels.bin", "int32")).long()
        self.x = pieces(folder / "x.bin", [order["x"]])[0].contiguous(memory_format=memory)
        self.net = networks[name][0]().eval()
        missing = self.net.load_state_dict(values, strict=False)
        assert not missing.unexpected_keys and all(key.endswith("tracked") for key in missing.missing_keys), missing
        self.net = self.net.to(memory_format=memory)
        own = dict(self.net.named_parameters())
        self.parameters = [own[entry["name"]] for entry in order["parameters"] if entry["name"] in own]
        self.directions = pieces(folder / "directions.bin", [parameter.shape for parameter in self.parameters])
        self.kept = None

    def loss(self):
        return functional.cross_entropy(self.net(self.x), self.y)

    def gradient(self):
        return torch.autograd.grad(self.loss(), self.parameters)

    def differentiable(self):
        # The kernel that attention takes by itself has no second derivative.
        with sdpa_kernel(SDPBackend.MATH):
            gradients = torch.autograd.grad(self.loss(), self.parameters, create_graph=True)
        return sum((g * v).sum() for g, v in zip(gradients, self.directions))

    def product(self):
        return torch.autograd.grad(self.differentiable(), self.parameters)

    def cached(self):
        if self.kept is None:
            self.kept = self.differentiable()
        return torch.autograd.grad(self.kept, self.parameters, retain_graph=True)


loaded = {}


def subject_of(name, layout):
    if any(other != name for other, _ in loaded):
        loaded.clear()
    if (name, layout) not in loaded:
        loaded[name, layout] = Subject(name, layout)
    return loaded[name, layout]


def check(name, layout):
    subject = subject_of(name, layout)
    return {
        "loss": subject.loss().item(),
        "gradientNorm": sum((g * g).sum().item() for g in subject.gradient()),
        "curvature": sum((h * v).sum().item() for h, v in zip(subject.product(), subject.directions)),
    }


def rate(name, layout, threads, part, seconds):
    torch.set_num_threads(threads)
    subject = subject_of(name, layout)
    work = getattr(subject, part)
    work()
    times = 0
    begun = time.process_time()
    while time.process_time() - begun < seconds:
        work()
        times += 1
    return {"images": times * len(subject.y), "seconds": time.process_time() - begun}


for line in sys.stdin:
    request = json.loads(line)
    kind = request.pop("kind")
    try:
        answer = check(**request) if kind == "check" else rate(**request)
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
