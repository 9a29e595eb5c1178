"""Gradients and Hessian-vector products of a ResNet-20, as a user of PyTorch computes them; JSON on standard output.

usage: derivatives.py FOLDER SECONDS LAYOUT    LAYOUT: contiguous or channels_last
FOLDER holds the numbers that derivatives.ts writes. One thread.
"""
import json
import sys
import time

import numpy
import torch
from models.models import ResNet
from torch.nn import functional


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

    net = ResNet(blocks=3).eval()
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
