"""Weights between those of two stages: blend.py BEFORE AFTER SHARE OUT; BEFORE is a checkpoint or the folder of an exported pair.

A stage that learns something new in few updates loses a little of what was known. Between its beginning and its end there are weights that
keep nearly all of the old and have part of the new.
"""
import sys
from pathlib import Path

import torch

import import_gguf


def averages(path):
    """Nano's averaged weights by name."""
    if path.is_dir():
        return import_gguf.read(path).state_dict()
    return {name.removeprefix("nano."): weights for name, weights in torch.load(path)["average"].items()}


if __name__ == "__main__":
    before, after = averages(Path(sys.argv[1])), averages(Path(sys.argv[2]))
    share = float(sys.argv[3])
    torch.save({"average": {name: torch.lerp(before[name], after[name], share) for name in after if name in before}}, sys.argv[4])
