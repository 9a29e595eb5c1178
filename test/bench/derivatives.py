"""Gradients and Hessian-vector products of a ResNet-20, as a user of PyTorch computes them; JSON on standard output.

usage: derivatives.py FOLDER SECONDS LAYOUT    LAYOUT: contiguous or channels_last
FOLDER holds the numbers that derivatives.ts writes. One thread.
"""
import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.short = nn.Sequential()
        if stride != 1:
            self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(y + self.short(x))


class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        widths = [16, 16, 16, 32, 32, 32, 64, 64, 64]
        before = [16] + widths[:-1]
        self.blocks = nn.Sequential(*(Block(a, b, 1 if a == b else 2) for a, b in zip(before, widths)))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        return self.fc(self.blocks(functional.relu(self.bn(self.conv(x)))).mean((2, 3)))


def pieces(file, shapes):
    numbers = torch.from_numpy(numpy.fromfile(file, "float32"))
    sizes = [int(numpy.prod(shape)) for shape in shapes]
    return [part.reshape(shape) for part, shape in zip(numbers.split(sizes), shapes)]


def rate(seconds, images, work):
    """Images per second of processor time."""
    begun = time.process_time()
    times = 0
    while time.process_time() - begun < seconds:
        work()
        times += 1
    return times * images / (time.process_time() - begun)


def main():
    folder, seconds, layout = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(1)
    memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    with open(folder + "/parameters.json") as file:
        order = json.load(file)
    tensors = pieces(folder + "/parameters.bin", [entry["shape"] for entry in order])
    values = {entry["name"]: tensor for entry, tensor in zip(order, tensors)}
    y = torch.from_numpy(numpy.fromfile(folder + "/labels.bin", "int32")).long()
    x = pieces(folder + "/x.bin", [[len(y), 3, 32, 32]])[0].contiguous(memory_format=memory)

    net = Net(len(values["fc.bias"])).eval()
    missing = net.load_state_dict(values, strict=False)
    assert not missing.unexpected_keys and all(key.endswith("tracked") for key in missing.missing_keys), missing
    net = net.to(memory_format=memory)
    own = dict(net.named_parameters())
    names = [entry["name"] for entry in order if entry["name"] in own]
    parameters = [own[name] for name in names]
    directions = pieces(folder + "/directions.bin", [parameter.shape for parameter in parameters])

    def loss():
        return functional.cross_entropy(net(x), y)

    def gradient():
        return torch.autograd.grad(loss(), parameters)

    def differentiable():
        gradients = torch.autograd.grad(loss(), parameters, create_graph=True)
        return sum((g * v).sum() for g, v in zip(gradients, directions))

    def product():
        return torch.autograd.grad(differentiable(), parameters)

    kept = differentiable()

    def again():
        return torch.autograd.grad(kept, parameters, retain_graph=True)

    found = {
        "loss": loss().item(),
        "gradientNorm": sum((g * g).sum().item() for g in gradient()),
        "curvature": sum((h * v).sum().item() for h, v in zip(product(), directions)),
    }
    again()
    rates = {name: rate(seconds, len(y), work) for name, work in (("gradient", gradient), ("product", product), ("cached", again))}
    print(json.dumps({**rates, **found}))


main()
