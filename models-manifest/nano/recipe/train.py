"""Trains the network in three stages: tower (as a classifier), decoder (on the features of the tower), joint.

Each stage runs for a number of minutes; its schedule follows the clock, so that it fits any machine. A stage that was
stopped goes on from its last checkpoint. Several single-threaded workers share every step: each takes its own part of
the batch, and all apply the mean gradient. That is faster than one process with several threads.
"""
import argparse
import copy
import math
import time
from pathlib import Path

import torch
from torch import multiprocessing, nn
from torch.nn import functional as F

from model import Config, Nano, Tower, causal_mask
from muon import Muon
from prompts import Prompts, packed_mask
from scenes import Scenes

WORK = Path(__file__).parent / "work"
SEED = 20240601
BATCH = 42


class Team:
    """The workers of a run and the memory in which they add up their gradients."""

    def __init__(self, size):
        self.rank, self.size = 0, size
        self.shared = torch.zeros(size, 7_000_000).share_memory_()
        self.barrier = multiprocessing.get_context("fork").Barrier(size)

    def run(self, stage, minutes):
        """Runs a stage as worker 0, with the other workers beside it."""
        context = multiprocessing.get_context("fork")
        others = [context.Process(target=self.work, args=(rank, stage, minutes), daemon=True)
                  for rank in range(1, self.size)]
        for worker in others:
            worker.start()
        self.work(0, stage, minutes)
        for worker in others:
            worker.join()

    def work(self, rank, stage, minutes):
        self.rank = rank
        torch.set_num_threads(1)
        stage(self, minutes)

    def average(self, params, progress):
        """Replaces every gradient by the workers' mean, and returns the progress as worker 0 sees it."""
        params = [p for p in params if p.grad is not None]
        mine, count = self.shared[self.rank], sum(p.numel() for p in params)
        torch.cat([p.grad.flatten() for p in params], out=mine[:count])
        if self.rank == 0:
            mine[-1] = progress
        self.barrier.wait(600)
        mean, progress = self.shared[:, :count].mean(0), float(self.shared[0, -1])
        self.barrier.wait(600)
        for p, part in zip(params, mean.split([p.numel() for p in params])):
            p.grad.copy_(part.view_as(p))
        return progress


    def exchange(self, mine, shape):
        """Puts the workers' parts of a stack together: worker r made the entries r, r + size, and so on."""
        if self.size == 1:
            return mine
        whole = self.shared[0, :math.prod(shape)].view(shape)
        if mine is not None:
            whole[self.rank::self.size] = mine
        self.barrier.wait(600)
        whole = whole.clone()
        self.barrier.wait(600)
        return whole


class Clock:
    """Progress 0..1 of a stage, with the learning rate that goes with it."""

    def __init__(self, minutes, spent=0.0):
        self.budget = minutes * 60
        self.start = time.time() - spent

    def spent(self):
        return time.time() - self.start

    def progress(self):
        return min(1.0, self.spent() / self.budget)


def rate(peak, progress, floor=0.02):
    """The learning rate: a short rise, then a cosine."""
    return peak * min(1.0, (progress + 0.002) / 0.03) * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress)))


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
    """The tower with two linear readings: the thing from the mean patch row, and the thing or nothing per patch."""

    def __init__(self, c, classes):
        super().__init__()
        self.tower = Tower(c)
        self.reading = Reading(c, classes)


class Reading(nn.Module):
    def __init__(self, c, classes):
        super().__init__()
        self.nothing = classes
        self.norm = nn.LayerNorm(c.vision_width)
        self.head = nn.Linear(c.vision_width, classes)
        self.patch_head = nn.Linear(c.vision_width, classes + 1)

    def forward(self, features, labels, cover):
        """The loss and the number of pictures read right."""
        features = features.float()
        scores = self.head(self.norm(features.mean(1)))
        cells = torch.where(cover > 0.2, labels[:, None], torch.full_like(labels[:, None], self.nothing))
        cells = cells.masked_fill((cover > 0.01) & (cover <= 0.2), -100)
        weight = torch.ones(self.nothing + 1)
        weight[-1] = 0.2
        patch_loss = F.cross_entropy(self.patch_head(self.norm(features)).flatten(0, 1), cells.flatten(), weight)
        loss = F.cross_entropy(scores, labels, label_smoothing=0.05) + 0.5 * patch_loss
        return loss, int((scores.argmax(1) == labels).sum())


class Optimizers:
    """Muon for the matrices of the blocks and AdamW for everything else, each part of the net at its own peak rate."""

    def __init__(self, *modules_and_peaks):
        muon, decayed, plain = [], [], []
        for module, peak in modules_and_peaks:
            inner = [p for n, p in module.named_parameters() if p.dim() == 2 and "blk." in n]
            outer = [p for n, p in module.named_parameters() if p.dim() == 2 and "blk." not in n]
            muon.append({"params": inner, "lr": peak})
            decayed.append({"params": outer, "lr": peak, "weight_decay": 0.02})
            plain.append({"params": [p for p in module.parameters() if p.dim() != 2], "lr": peak, "weight_decay": 0.0})
        self.parts = [Muon([g for g in muon if g["params"]], lr=1e-3),
                      torch.optim.AdamW([g for g in decayed + plain if g["params"]], lr=1e-3, betas=(0.9, 0.98))]
        self.groups = [g for part in self.parts for g in part.param_groups]
        self.peaks = [g["lr"] for g in self.groups]

    def step(self, loss, net, team, clock):
        """One update at the rate of this moment; returns the progress."""
        net.zero_grad(set_to_none=True)
        loss.backward()
        progress = team.average(net.parameters(), clock.progress())
        for group, peak in zip(self.groups, self.peaks):
            group["lr"] = rate(peak, progress)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        self.parts[0].step(team)
        self.parts[1].step()
        return progress

    def state_dict(self):
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states):
        for part, state in zip(self.parts, states):
            part.load_state_dict(state)


def save(path, **state):
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def some_patches(cover, count=36):
    """A random choice of patches, those that show the thing first: it halves the work of the early training."""
    return (torch.rand(cover.shape) * 0.5 + (cover > 0.01).float()).topk(count, 1).indices


def train_tower(team, minutes, peak=1.5e-3):
    """Stage 1: the tower alone, as a classifier."""
    path = WORK / "tower.pt"
    state = torch.load(path) if path.exists() else None
    step = state["step"] if state else 0
    torch.manual_seed(SEED)
    scenes = Scenes(SEED + step + team.rank)
    net = Classifier(Config(), len(scenes.things))
    average = Average(net, 150)
    opt = Optimizers((net, peak))
    if state:
        net.load_state_dict(state["net"])
        average.module.load_state_dict(state["average"])
        average.count = state["count"]
        opt.load_state_dict(state["opt"])
    clock = Clock(minutes, state["spent"] if state else 0.0)
    saved, seen, right, total, progress = time.time(), 0, 0, 0.0, clock.progress()
    while progress < 1:
        pixels, labels, cover = scenes.batch(BATCH, ease=max(0.0, 1 - progress / 0.2))
        keep = None
        if progress < 0.75:
            keep = some_patches(cover)
            cover = cover.gather(1, keep)
        with torch.autocast("cpu", torch.bfloat16):
            features = net.tower(pixels, keep)
        loss, hits = net.reading(features, labels, cover)
        progress = opt.step(loss, net, team, clock)
        step += 1
        if team.rank:
            continue
        if step % 2 == 0:
            average.update(net)
        seen, right, total = seen + 1, right + hits, total + float(loss)
        if step % 50 == 0:
            print(f"step {step} {clock.spent():.0f}s rate {rate(peak, progress):.1e} loss {total / seen:.3f} "
                  f"right {right / seen / BATCH:.3f}", flush=True)
            seen, right, total = 0, 0, 0.0
        if time.time() - saved > 120 or progress >= 1:
            save(path, net=net.state_dict(), average=average.module.state_dict(), count=average.count,
                 opt=opt.state_dict(), step=step, spent=clock.spent())
            saved = time.time()


class Speaker(nn.Module):
    """The whole network with the tower's readings beside it."""

    def __init__(self, classes):
        super().__init__()
        self.nano = Nano(Config())
        self.reading = Reading(self.nano.c, classes)

    def forward(self, batch, prompts, every, languages, tower_learns):
        """Asks about every n-th picture in some languages.

        Returns the loss of the answers, the share of right answer tokens, the loss of the readings and their hits.
        """
        pixels, labels, cover = batch
        nano, system = self.nano, torch.tensor(prompts.system)
        patches = nano.c.patches
        tokens, positions, blocks, targets = prompts.pack(labels[::every].tolist(), languages, patches)
        with torch.autocast("cpu", torch.bfloat16):
            with torch.set_grad_enabled(tower_learns and self.training):
                features = nano.tower(pixels)
            _, past = nano.decoder(nano.decoder.token_embd(system)[None], torch.arange(len(system)),
                                   causal_mask(len(system)))
            x = torch.cat([nano.projector(features[::every]), nano.decoder.token_embd(tokens)], 1)
            image = torch.arange(len(system), len(system) + patches).expand(len(x), -1)
            rows, _ = nano.decoder(x, torch.cat([image, positions], 1), packed_mask(blocks, len(system), patches), past)
            scores = nano.decoder.output(rows[:, patches:][targets >= 0])
        scores, targets = scores.float(), targets[targets >= 0]
        right = float((scores.argmax(1) == targets).float().mean())
        reading, hits = self.reading(features, labels, cover)
        return F.cross_entropy(scores, targets), right, reading, hits / len(labels)


def load_weights(net, state):
    """Takes over the averaged weights of the tower stage or of a speaking stage."""
    if "speaker" in state:
        net.load_state_dict(state["averaged_speaker"])
        return
    weights = state["average"]
    net.nano.tower.load_state_dict({k[6:]: v for k, v in weights.items() if k.startswith("tower.")})
    net.reading.load_state_dict({k[8:]: v for k, v in weights.items() if k.startswith("reading.")})


def follow_tower(net, average, path, seen):
    """Takes over the newest averaged tower while another process still trains it; returns the file's time."""
    now = path.stat().st_mtime
    if now != seen:
        weights = torch.load(path)["average"]
        for part in (net, average.module):
            load_weights(part, {"average": weights})
    return now


def speak(team, stage, previous, minutes, peak, tower_peak, batch, every, languages):
    """Trains a Speaker from the averaged weights of the previous stage; the tower rests where its peak rate is 0."""
    path = WORK / f"{stage}.pt"
    state = torch.load(path) if path.exists() else None
    step = state["step"] if state else 0
    seed = SEED + 1000 * len(stage) + step + team.rank
    torch.manual_seed(SEED)
    scenes, prompts = Scenes(seed), Prompts(seed)
    net = Speaker(len(scenes.things))
    if not state:
        load_weights(net, torch.load(WORK / f"{previous}.pt"))
    average = Average(net, 120)
    trained = [(net.nano.projector, peak), (net.nano.decoder, peak)]
    if tower_peak:
        trained += [(net.nano.tower, tower_peak), (net.reading, tower_peak)]
    opt = Optimizers(*trained)
    if state:
        net.load_state_dict(state["speaker"])
        average.module.load_state_dict(state["averaged_speaker"])
        average.count = state["count"]
        opt.load_state_dict(state["opt"])
    clock = Clock(minutes, state["spent"] if state else 0.0)
    saved, window, progress = time.time(), [], clock.progress()
    followed = None
    while progress < 1:
        if not tower_peak and step % 20 == 0:
            followed = follow_tower(net, average, WORK / "tower.pt", followed)
        answers, right, reading, hits = net(scenes.batch(batch), prompts, every, languages, tower_peak > 0)
        progress = opt.step(answers + 0.5 * reading if tower_peak else answers, net, team, clock)
        step += 1
        if team.rank:
            continue
        if step % 2 == 0:
            average.update(net)
        window.append((float(answers), right, float(reading), hits))
        if step % 50 == 0:
            means = [sum(column) / len(window) for column in zip(*window)]
            print(f"step {step} {clock.spent():.0f}s rate {rate(peak, progress):.1e} answers {means[0]:.4f} "
                  f"tokens right {means[1]:.4f} readings {means[2]:.3f} right {means[3]:.4f}", flush=True)
            window = []
        if time.time() - saved > 120 or progress >= 1:
            save(path, average=average.module.nano.state_dict(), speaker=net.state_dict(),
                 averaged_speaker=average.module.state_dict(), count=average.count, opt=opt.state_dict(),
                 step=step, spent=clock.spent())
            saved = time.time()


def train_decoder(team, minutes):
    """Stage 2: projector and decoder on the features of the tower, which may still be in training beside it."""
    speak(team, "decoder", "tower", minutes, peak=2e-3, tower_peak=0.0, batch=16, every=1, languages=8)


def train_joint(team, minutes):
    """Stage 3: everything together."""
    speak(team, "joint", "decoder", minutes, peak=5e-4, tower_peak=2.5e-4, batch=28, every=1, languages=2)


STAGES = {"tower": train_tower, "decoder": train_decoder, "joint": train_joint}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    Team(arguments.workers).run(STAGES[arguments.stage], arguments.minutes)
