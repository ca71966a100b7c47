"""Views a second on one core with torchvision on Pillow pictures, as one object of JSON."""
import io
import json
import time

import numpy as np
import torch
import torchvision.transforms as T
from PIL import Image

torch.set_num_threads(1)
random = np.random.default_rng(3)


def simclr(size, strength, blur):
    jitter = T.ColorJitter(0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength)
    steps = [T.RandomResizedCrop(size), T.RandomHorizontalFlip(), T.RandomApply([jitter], p=0.8), T.RandomGrayscale(p=0.2)]
    if blur:
        steps.append(T.RandomApply([T.GaussianBlur(int(0.1 * size) // 2 * 2 + 1, (0.1, 2.0))], p=0.5))
    return T.Compose(steps + [T.ToTensor()])


def rate(make, seconds=5.0):
    for _ in range(20):
        make()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        make()
        done += 1
    return done / (time.perf_counter() - start)


small = [Image.fromarray(random.integers(0, 255, (32, 32, 3), dtype=np.uint8)) for _ in range(500)]
blocks = np.kron(random.integers(0, 255, (38, 50, 3), dtype=np.uint8), np.ones((10, 10, 1), dtype=np.uint8))[:375]
buffer = io.BytesIO()
Image.fromarray(blocks).save(buffer, "JPEG", quality=75)
jpeg = buffer.getvalue()

view32 = simclr(32, 0.5, False)
view224 = simclr(224, 1.0, True)
strong = T.Compose([
    T.RandomHorizontalFlip(),
    T.RandomCrop(32, padding=4, padding_mode="reflect"),
    T.RandAugment(2, 10),
    T.ToTensor(),
    T.RandomErasing(p=1.0, scale=(0.25, 0.25), ratio=(1, 1)),
])
turn = iter(range(10**9))
print(json.dumps({
    "simclr32": rate(lambda: view32(small[next(turn) % 500])),
    "strong32": rate(lambda: strong(small[next(turn) % 500])),
    "jpeg224": rate(lambda: view224(Image.open(io.BytesIO(jpeg)).convert("RGB"))),
}))
