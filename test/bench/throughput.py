"""Loss at perturbed points of the ResNet-8, as a user of PyTorch computes it; images per second on standard output.

usage: throughput.py FOLDER SECONDS BATCH PROCESSES LAYOUT    LAYOUT: contiguous or channels_last
With one process PyTorch uses all of its threads, otherwise one in each.
"""
import json
import multiprocessing
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
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, 1, 1, bias=False)
        self.bn = nn.BatchNorm2d(8)
        self.blocks = nn.Sequential(Block(8, 8, 1), Block(8, 16, 2), Block(16, 32, 2))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        y = self.blocks(functional.relu(self.bn(self.conv(x))))
        return self.fc(y.mean((2, 3)))


def work(folder, seconds, batch, layout, threads, start, results):
    if threads:
        torch.set_num_threads(threads)
    memory = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    net = Net().eval()
    net.load_state_dict(torch.load(folder + "/model_10.pt", map_location="cpu"))
    net = net.to(memory_format=memory)
    data = numpy.load(folder + "/test.npz")
    x = torch.from_numpy(data["x_test"]).to(memory_format=memory)
    y = torch.from_numpy(data["y_test"])
    files = numpy.load(folder + "/directions.npz")
    moved = [
        (parameter, parameter.detach().clone(), torch.from_numpy(files["x/" + name]), torch.from_numpy(files["y/" + name]))
        for name, parameter in net.named_parameters()
        if "x/" + name in files
    ]
    random = numpy.random.default_rng(1)

    def point(alpha, beta):
        for parameter, origin, first, second in moved:
            parameter.copy_(origin + alpha * first + beta * second)
        total = 0.0
        for i in range(0, len(x), batch):
            total += functional.cross_entropy(net(x[i : i + batch]), y[i : i + batch], reduction="sum").item()
        return total / len(x)

    with torch.no_grad():
        centre = point(0.0, 0.0)
        point(0.1, 0.1)
        start.wait()
        begun = time.perf_counter()
        points = 0
        while time.perf_counter() - begun < seconds:
            point(*random.uniform(-1, 1, 2))
            points += 1
        results.put((points * len(x) / (time.perf_counter() - begun), centre))


def main():
    folder, seconds, batch, processes, layout = sys.argv[1:]
    count = int(processes)
    results = multiprocessing.Queue()
    start = multiprocessing.Barrier(count)
    threads = 1 if count > 1 else 0
    arguments = (folder, float(seconds), int(batch), layout, threads, start, results)
    workers = [multiprocessing.Process(target=work, args=arguments) for _ in range(count)]
    for worker in workers:
        worker.start()
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    rate = sum(images for images, _ in found)
    print(json.dumps({"imagesPerSecond": rate, "centre": found[0][1], "version": torch.__version__}))


main()
