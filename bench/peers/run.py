"""SimCLR on CIFAR-10 as users of torchvision write it: Pillow views, two loader processes, SGD; figures as one object of JSON.

usage: run.py FOLDER BATCH STEPS THREADS
"""
import json
import os
import sys
import time

import numpy as np
import torch
import torchvision.transforms as T
from PIL import Image
from torch import nn
from torch.nn.functional import cross_entropy, normalize
from torch.utils.data import DataLoader, Dataset

folder, batch, steps, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
WARM = 3  # steps that start the loaders and fill caches
torch.manual_seed(0)
torch.set_num_threads(threads)


class TwoViews(Dataset):
    def __init__(self):
        files = [np.fromfile(os.path.join(folder, f"data_batch_{i}.bin"), np.uint8) for i in range(1, 6)]
        records = np.concatenate(files).reshape(-1, 3073)
        self.pictures = np.ascontiguousarray(records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        self.view = T.Compose([
            T.RandomResizedCrop(32),
            T.RandomHorizontalFlip(),
            T.RandomApply([T.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
            T.RandomGrayscale(p=0.2),
            T.ToTensor(),
        ])

    def __len__(self):
        return len(self.pictures)

    def __getitem__(self, index):
        picture = Image.fromarray(self.pictures[index])
        return self.view(picture), self.view(picture)


class Residual(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True),
            nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after))
        self.short = nn.Identity() if before == after else nn.Sequential(
            nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        return torch.relu(self.body(x) + self.short(x))


def network(width):
    parts, before = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)], width
    for group in range(4):
        for block in range(2):
            parts.append(Residual(before, width << group, 2 if group > 0 and block == 0 else 1))
            before = width << group
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, before), nn.ReLU(inplace=True), nn.Linear(before, 128)]
    return nn.Sequential(*parts).to(memory_format=torch.channels_last)


def loss_of(z, tau):
    z = normalize(z, dim=1)
    similarity = (z @ z.T / tau).fill_diagonal_(float("-inf"))
    n = len(z) // 2
    return cross_entropy(similarity, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))


def main():
    net = network(16)
    optimizer = torch.optim.SGD(net.parameters(), 0.06, momentum=0.9, nesterov=True, weight_decay=5e-4)
    batches = iter(DataLoader(TwoViews(), batch, shuffle=True, num_workers=2, drop_last=True))
    waited = 0.0
    for step in range(WARM + steps):
        if step == WARM:
            started, waited = time.perf_counter(), 0.0
        before = time.perf_counter()
        first, second = next(batches)
        waited += time.perf_counter() - before
        loss = loss_of(net(torch.cat([first, second]).contiguous(memory_format=torch.channels_last)), 0.5)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    seconds = time.perf_counter() - started
    print(json.dumps({"views": 2 * batch * steps / seconds, "waiting": waited / seconds}), flush=True)


main()
