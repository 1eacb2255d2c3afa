"""Trains the network in three stages: tower (classifier), decoder (on cached features), joint.

Each stage runs for a number of minutes; its schedule follows the clock, so that it fits any machine. A stage that was
stopped goes on from its last checkpoint.
"""
import argparse
import copy
import math
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from model import Config, Nano, Tower
from scenes import Scenes

WORK = Path(__file__).parent / "work"
SEED = 20240601
BATCH = 126


class Clock:
    """Progress 0..1 of a stage, with the learning rate that goes with it."""

    def __init__(self, minutes, spent=0.0):
        self.budget = minutes * 60
        self.start = time.time() - spent

    def spent(self):
        return time.time() - self.start

    def progress(self):
        return min(1.0, self.spent() / self.budget)

    def rate(self, peak, floor=0.02):
        p = self.progress()
        return peak * min(1.0, (p + 0.002) / 0.03) * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * p)))


class Average:
    """An exponential moving average of a module's weights."""

    def __init__(self, module, horizon):
        self.module = copy.deepcopy(module).eval()
        self.horizon = horizon
        self.count = 0

    @torch.no_grad()
    def update(self, module):
        self.count += 1
        keep = 1 - 1 / min(self.count, self.horizon)
        for mine, its in zip(self.module.parameters(), module.parameters()):
            mine.lerp_(its, 1 - keep)


class Classifier(nn.Module):
    """The tower with a linear reading of its mean patch row."""

    def __init__(self, c, classes):
        super().__init__()
        self.tower = Tower(c)
        self.norm = nn.LayerNorm(c.vision_width)
        self.head = nn.Linear(c.vision_width, classes)

    def read(self, features):
        return self.head(self.norm(features.float().mean(1)))

    def forward(self, pixels):
        return self.read(self.tower(pixels))


def optimizer(module, peak, decay=0.05):
    """AdamW with weight decay on the matrices only."""
    matrices = [p for p in module.parameters() if p.dim() > 1]
    others = [p for p in module.parameters() if p.dim() <= 1]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}],
                             lr=peak, betas=(0.9, 0.98))


def save(path, **state):
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def train_tower(minutes, peak=1e-3):
    """Stage 1: the tower alone, as a classifier."""
    path = WORK / "tower.pt"
    state = torch.load(path) if path.exists() else None
    step = state["step"] if state else 0
    torch.manual_seed(SEED)
    scenes = Scenes(SEED + step)
    net = Classifier(Config(), len(scenes.things))
    average = Average(net, 400)
    opt = optimizer(net, peak)
    if state:
        net.load_state_dict(state["net"])
        average.module.load_state_dict(state["average"])
        average.count = state["count"]
        opt.load_state_dict(state["opt"])
    clock = Clock(minutes, state["spent"] if state else 0.0)
    saved, seen, right, total = time.time(), 0, 0, 0.0
    while clock.progress() < 1:
        for group in opt.param_groups:
            group["lr"] = clock.rate(peak)
        pixels, labels = scenes.batch(BATCH, ease=max(0.0, 1 - clock.progress() / 0.15))
        with torch.autocast("cpu", torch.bfloat16):
            features = net.tower(pixels)
        scores = net.read(features)
        loss = F.cross_entropy(scores, labels, label_smoothing=0.05)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        step += 1
        if step % 2 == 0:
            average.update(net)
        seen, right, total = seen + 1, right + int((scores.argmax(1) == labels).sum()), total + float(loss)
        if step % 50 == 0:
            print(f"step {step} {clock.spent():.0f}s rate {clock.rate(peak):.1e} loss {total / seen:.3f} "
                  f"right {right / seen / BATCH:.3f}", flush=True)
            seen, right, total = 0, 0, 0.0
        if time.time() - saved > 120 or clock.progress() >= 1:
            save(path, net=net.state_dict(), average=average.module.state_dict(), count=average.count,
                 opt=opt.state_dict(), step=step, spent=clock.spent())
            saved = time.time()


STAGES = {"tower": train_tower}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    STAGES[arguments.stage](arguments.minutes)
