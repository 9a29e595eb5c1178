"""The networks that throughput is measured on, made on the spot; nothing is trained.

usage: models.py FOLDER NAME …

Writes NAME.onnx, NAME.pt (the state_dict), NAME.npz (x_test, y_test) and NAME.directions.npz (x/PARAMETER, y/PARAMETER,
filter-normalised, biases and normalisation zero) into FOLDER. Weights are initialised as PyTorch does; running statistics
are those of the data, scales and shifts are random about 1 and 0.
"""
import sys
import warnings
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.nn import functional

samples = 1000
classes = 10


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


class ResNet(nn.Module):
    """Three stages of `blocks` blocks with 16, 32 and 64 channels (He et al. 2015, section 4.2)."""

    def __init__(self, blocks):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(16)
        widths = [16] * blocks + [32] * blocks + [64] * blocks
        before = [16] + widths[:-1]
        self.blocks = nn.Sequential(*(Block(a, b, 1 if a == b else 2) for a, b in zip(before, widths)))
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        return self.fc(self.blocks(functional.relu(self.bn(self.conv(x)))).mean((2, 3)))


def vgg9():
    """Six convolutions and three dense layers, as in the paper of the method."""
    layers, before = [], 3
    for width, pools in [(64, False), (64, True), (128, False), (128, True), (256, False), (256, True)]:
        layers += [nn.Conv2d(before, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        layers += [nn.MaxPool2d(2)] if pools else []
        before = width
    dense = [nn.Linear(256 * 16, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, classes)]
    return nn.Sequential(*layers, nn.Flatten(), *dense)


def small_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 49, 64), nn.ReLU(), nn.Linear(64, classes),
    )


def mlp():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, classes)
    )


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.out = nn.Linear(width, width)

    def forward(self, x):
        def split(y):
            return y.unflatten(2, (self.heads, -1)).transpose(1, 2)

        y = functional.scaled_dot_product_attention(split(self.query(x)), split(self.key(x)), split(self.value(x)))
        return self.out(y.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class Transformer(nn.Module):
    """A vision transformer: patches of 4×4 pixels as 64 tokens, two layers of width 64 with four heads."""

    def __init__(self, width=64):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.position = nn.Parameter(0.02 * torch.randn(1, 64, width))
        self.layers = nn.Sequential(Layer(width, 4), Layer(width, 4))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.position
        return self.head(self.norm(self.layers(x)).mean(1))


def mnist():
    return torch.randn(samples, 1, 28, 28)


def cifar():
    return torch.randn(samples, 3, 32, 32)


networks = {
    "resnet20": (lambda: ResNet(3), cifar),
    "resnet56": (lambda: ResNet(9), cifar),
    "vgg9": (vgg9, cifar),
    "cnn": (small_cnn, mnist),
    "mlp": (mlp, mnist),
    "transformer": (Transformer, cifar),
}


def settle(net, x):
    """Gives batch normalisation the statistics of the data, and scales and shifts of their own."""
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm2d)]
    with torch.no_grad():
        for norm in norms:
            norm.weight.normal_(1, 0.1)
            norm.bias.normal_(0, 0.1)
            norm.momentum = None
        if norms:
            net.train()
            net(x[:200])
    return net.eval()


def direction(net):
    """Filter-normalised: every filter has the norm of the model's own."""
    found = {}
    for name, weight in net.named_parameters():
        d = torch.zeros_like(weight)
        if weight.dim() > 1:
            d.normal_()
            scale = weight.flatten(1).norm(dim=1) / (d.flatten(1).norm(dim=1) + 1e-10)
            d *= scale.view(-1, *[1] * (d.dim() - 1))
        found[name] = d.detach()
    return found


def export(net, x, file):
    """As users do who want to keep batch normalisation apart from the convolutions."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            net, (x[:2],), file, dynamo=False, opset_version=20, do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE, input_names=["x"], output_names=["logits"],
            dynamic_axes={"x": {0: "batch"}, "logits": {0: "batch"}},
        )


def make(folder, name):
    torch.manual_seed(0)
    network, data = networks[name]
    x = data()
    net = settle(network(), x)
    directions = [direction(net), direction(net)]
    numpy.savez(folder / f"{name}.npz", x_test=x.numpy(), y_test=torch.randint(classes, (samples,)).numpy())
    arrays = {f"{axis}/{key}": d.numpy() for axis, found in zip("xy", directions) for key, d in found.items()}
    numpy.savez(folder / f"{name}.directions.npz", **arrays)
    torch.save(net.state_dict(), folder / f"{name}.pt")
    export(net, x, str(folder / f"{name}.onnx"))


if __name__ == "__main__":
    for each in sys.argv[2:]:
        make(Path(sys.argv[1]), each)
