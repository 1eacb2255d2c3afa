"""Trains the network in stages: tower, decoder (on symbols, beside the tower if there are cores), joint, answers, polish,
deeper, finish, converse, settle.

Each stage runs for a number of updates and can be stopped at any time: it goes on from its last checkpoint, as if it had
not been stopped. Several single-threaded workers may share every step: each takes its own part of the batch, and all
apply the mean gradient. That is faster than one process with several threads.
"""
import argparse
import copy
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import multiprocessing, nn
from torch.nn import functional as F

import import_gguf
import lookers
from conversations import SCORES, Conversed, conversed_mask
from layout import weights
from model import Config, Nano, causal_mask
from muon import Muon
from precision import quick
from prompts import KINDS, Prompts, packed_mask
from scenes import Scenes
from symbols import Codes, SymbolScenes

WORK = Path(__file__).parent / "work"
SEED = 20261128
SAVE = 100
# The layers of the decoder up to `polish`, and from `deeper` on.
SHALLOW, DEEP = 4, 6
# The share of each kind of question for `deeper`.
PRESENT = {"what": 0.30, "side": 0.12, "count": 0.03, "background": 0.03, "exists": 0.38, "and": 0.14}
# How many things the pictures of the last stage show: more names for the work than in CHANCES.
MANY = [0.05, 0.22, 0.20, 0.18, 0.35]
# The same for conversations.
TALKED_OF = [0.07, 0.30, 0.26, 0.15, 0.22]


class Team:
    """The workers of a run and the memory in which they add up their gradients."""

    def __init__(self, size):
        self.rank, self.size = 0, size
        self.shared = torch.zeros(size, 16_000_000).share_memory_() if size > 1 else None
        self.barrier = multiprocessing.get_context("fork").Barrier(size)

    def run(self, stage, options):
        """Runs a stage as worker 0, with the other workers beside it."""
        context = multiprocessing.get_context("fork")
        others = [context.Process(target=self.work, args=(rank, stage, options), daemon=True)
                  for rank in range(1, self.size)]
        for worker in others:
            worker.start()
        self.work(0, stage, options)
        for worker in others:
            worker.join()

    def work(self, rank, stage, options):
        self.rank = rank
        torch.set_num_threads(1)
        stage(self, options)

    def average(self, params):
        """Replaces every gradient by the workers' mean."""
        if self.size == 1:
            return
        params = [p for p in params if p.grad is not None]
        sizes = [p.numel() for p in params]
        torch.cat([p.grad.flatten() for p in params], out=self.shared[self.rank][:sum(sizes)])
        self.barrier.wait()
        mean = self.shared[:, :sum(sizes)].mean(0)
        self.barrier.wait()
        for p, part in zip(params, mean.split(sizes)):
            p.grad.copy_(part.view_as(p))

    @torch.no_grad()
    def share(self, params):
        """Gives every worker the first one's weights."""
        if self.size == 1:
            return
        params = list(params)
        sizes = [p.numel() for p in params]
        if self.rank == 0:
            torch.cat([p.flatten() for p in params], out=self.shared[0][:sum(sizes)])
        self.barrier.wait()
        for p, part in zip(params, self.shared[0][:sum(sizes)].split(sizes)):
            p.copy_(part.view_as(p))
        self.barrier.wait()

    def exchange(self, mine, shape):
        """Puts the workers' parts of a stack together: worker r made the entries r, r + size, and so on."""
        if self.size == 1:
            return mine
        whole = self.shared[0, :math.prod(shape)].view(shape)
        if mine is not None:
            whole[self.rank::self.size] = mine
        self.barrier.wait()
        whole = whole.clone()
        self.barrier.wait()
        return whole


def rate(peak, step, steps, fall):
    """The learning rate: a short rise, a plateau, and a fall over the last part, which is `fall` of the steps."""
    return peak * min(1.0, (step + 1) / 60, max(0.02, (steps - step) / (fall * steps)))


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


class Optimizers:
    """Muon for the matrices of the blocks and AdamW for everything else, each part of the net at its own peak rate."""

    def __init__(self, *modules_and_peaks, fall=0.25):
        self.fall = fall
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

    def step(self, loss, net, team, step, steps):
        """One update at the rate of this step."""
        net.zero_grad(set_to_none=True)
        loss.backward()
        team.average(net.parameters())
        for group, peak in zip(self.groups, self.peaks):
            group["lr"] = rate(peak, step, steps, self.fall)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        self.parts[0].step(team)
        self.parts[1].step()

    def state_dict(self):
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states):
        for part, state in zip(self.parts, states):
            part.load_state_dict(state)


class Watcher(nn.Module):
    """Tower and projector, which learn to turn pictures into the rows of the codes."""

    def __init__(self, things):
        super().__init__()
        nano = Nano(Config())
        self.tower, self.projector, self.codes = nano.tower, nano.projector, Codes(things)

    def forward(self, pixels, scenes, pieces, keep):
        with quick():
            rows = self.projector(self.tower(pixels, keep))
        return reading(rows.float(), self.codes, scenes, pieces, keep)


def reading(rows, codes, scenes, pieces, keep):
    """How well the rows of pictures say what stands where: the loss, and the hits among the things drawn.

    `pieces` are rows (picture, thing, cover of every cell), and `keep` the cells that entered the tower.
    """
    b, nothing = len(rows), len(codes.thing) - 1
    numbers = torch.tensor([p[0] for p in pieces])
    things = torch.tensor([p[1] for p in pieces])
    cover = torch.stack([p[2] for p in pieces])
    if keep is not None:
        cover = cover.gather(1, keep[numbers])
    # Every thing as the mean of the cells that show it, ...
    mean = torch.einsum("nc,ncw->nw", cover / cover.sum(1, keepdim=True).clamp(min=1e-3), rows[numbers])
    scores = mean @ codes.thing[:nothing].T / 16
    loss = F.cross_entropy(scores, things, label_smoothing=0.05)
    hits = int((scores.argmax(1) == things).sum())
    # ... and every cell for itself; those on the rim of a thing are left alone.
    most = torch.zeros(b, rows.shape[1])
    cells = torch.full((b, rows.shape[1]), nothing)
    for i, (picture, thing, _) in enumerate(pieces):
        cells[picture][cover[i] > 0.3] = thing
        torch.maximum(most[picture], cover[i], out=most[picture])
    clear = (most > 0.3) | (most < 0.01)
    weight = torch.where(cells == nothing, 0.1, 1.0)[clear]
    patch = F.cross_entropy(rows[clear] @ codes.thing.T / 16, cells[clear], reduction="none")
    loss = loss + 0.5 * (patch * weight).sum() / weight.sum()
    colours = torch.tensor([s.colour for s in scenes])
    target = codes.thing[cells] + codes.colour[colours][:, None] * (cells == nothing).unsqueeze(-1)
    target = target + (codes.place[keep] if keep is not None else codes.place)
    loss = loss + 0.5 * (rows[clear] - target[clear]).square().mean(1).mul(weight).sum() / weight.sum()
    free = (most < 0.01).float()
    known = (colours >= 0) & (free.sum(1) > 0)
    if known.any():
        mean = torch.einsum("bc,bcw->bw", free / free.sum(1, keepdim=True).clamp(min=1), rows)[known]
        loss = loss + 0.2 * F.cross_entropy(mean @ codes.colour.T / 8, colours[known])
    return loss, hits


def some_cells(pieces, count, cells, kept):
    """A random choice of cells, those that show things first: it halves the work of the early training."""
    order = torch.rand(count, cells) * 0.6
    for picture, _, cover in pieces:
        order[picture] += (cover > 0.02).float()
    return order.topk(kept, 1).indices


def save(path, **state):
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


class Run:
    """What the stages share: the loop, the log and the checkpoints."""

    def __init__(self, name, team, options, net, average, opt, *sources, every=SAVE):
        self.name, self.team, self.options, self.net, self.opt, self.sources = name, team, options, net, opt, sources
        self.every = every
        self.path = WORK / f"{name}.pt"
        self.average = Average(net, average)
        self.step = 0
        if not self.path.exists() and options.start:
            nano = import_gguf.read(options.start)
            mine = net.nano if hasattr(net, "nano") else net
            assert mine is net or mine.c.layers == nano.c.layers, f"{options.start} has {nano.c.layers} layers"
            for module in (mine, self.average.module.nano if mine is not net else self.average.module):
                module.load_state_dict({k: v for k, v in nano.state_dict().items() if k in module.state_dict()},
                                       strict=False)
        if self.path.exists():
            state = torch.load(self.path)
            net.load_state_dict(state["net"])
            self.average.module.load_state_dict(state["average"])
            self.average.count, self.step = state["count"], state["step"]
            opt.load_state_dict(state["opt"])

    def reseed(self):
        seed = SEED + 1_000_003 * len(self.name) + self.step * 64 + self.team.rank
        torch.manual_seed(seed)
        for source in self.sources:
            source.reseed(seed)

    def go(self, loss_of):
        """Trains with loss_of(progress) -> loss and figures to log."""
        steps, figures, began = self.options.steps, [], time.process_time()
        while self.step < steps:
            if self.step % self.every == 0:
                self.reseed()
            loss, shown = loss_of(self.step / steps)
            self.opt.step(loss, self.net, self.team, self.step, steps)
            self.step += 1
            if self.team.rank == 0:
                if self.step % 2 == 0:
                    self.average.update(self.net)
                figures.append(shown)
                if self.step % 25 == 0:
                    columns = [[f for f in column if f is not None] for column in zip(*figures)]
                    means = [sum(column) / max(1, len(column)) for column in columns]
                    print(f"{self.name} {self.step} cpu {time.process_time() - began:.0f}s",
                          " ".join(f"{m:.4f}" for m in means), flush=True)
                    figures = []
                if self.step % self.every == 0 or self.step == steps:
                    save(self.path, net=self.net.state_dict(), average=self.average.module.state_dict(),
                         count=self.average.count, opt=self.opt.state_dict(), step=self.step)


@torch.no_grad()
def whiten(tower, pixels):
    """Starts the patch kernel with the principal components of real patches at equal strength: it learns much faster."""
    p = tower.patch
    b, _, h, w = pixels.shape
    x = pixels.view(b, 3, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5).reshape(-1, 3 * p * p).double()
    values, vectors = torch.linalg.eigh(x.T @ x / len(x))
    width = len(tower.class_embd)
    values, vectors = values[-width:], vectors[:, -width:]
    tower.patch_embd.weight.copy_((vectors / (values + 0.02 * values.mean()).sqrt()).T)


def train_tower(team, options):
    """Pictures to rows. Easy pictures first; for most of the time only half of the cells enter the tower."""
    scenes = Scenes(SEED + team.rank)
    scenes.known = scenes.known[::options.every]
    torch.manual_seed(SEED)
    net = Watcher(len(scenes.things))
    whiten(net.tower, torch.cat([scenes.batch(64)[0] for _ in range(8)]))
    run = Run("tower", team, options, net, 200, Optimizers((net, 1.5e-3)), scenes)
    size = options.batch or 64

    def loss_of(progress):
        pixels, shown, pieces = scenes.batch(size, max(0.0, 1 - progress / options.ease) if options.ease else 0.0)
        keep = some_cells(pieces, size, net.tower.position_embd.shape[0] - 1, 32) if progress < options.half else None
        loss, hits = net(pixels, shown, pieces, keep)
        return loss, (float(loss), hits / len(pieces))

    run.go(loss_of)


class Taught(nn.Module):
    """What helps a decoder to learn, and is not part of it: `names` reads the thing asked for, `there` whether it is there."""

    def __init__(self, codes):
        super().__init__()
        self.codes = codes
        self.names = Names(Config().width, codes)
        self.there = nn.Sequential(nn.LayerNorm(Config().width), nn.Linear(Config().width, 1))

    def taught(self, decoder, rows, keep, prompts, packed, pieces=()):
        """As `answers`, for some cells of the picture: their numbers are `keep` [b, n]."""
        said, right, named, known = answers(decoder, rows, keep, prompts, packed, self.names)
        if pieces:
            named = named + 3 * looks(decoder, len(prompts.system), keep, packed[4], pieces, self.there)
        return said, right, named, known


class Speaker(Taught):
    """The whole network."""

    def __init__(self, things, layers):
        nano = Nano(Config(layers=layers))
        super().__init__(Codes(things))
        self.nano = nano

    def answers(self, rows, keep, scenes, prompts, count, pieces=(), room=None):
        packed = prompts.pack(scenes, count, self.nano.c.patches, room)
        return self.taught(self.nano.decoder, rows, keep, prompts, packed, pieces)


def looks(decoder, system, keep, named, pieces, flag):
    """The loss of where a question that names a thing looks for it.

    The end of the question is to look, with the first head behind the halfway point (in the deeper decoder with all heads of
    the added layers), at the cells that show the thing, and past the picture if none does; and behind that layer `flag` is
    to tell which. Comparing a name with what is there is hard to find for a yes and a no alone.
    """
    cells = keep.shape[1]
    none = torch.zeros(len(pieces[0][2]))
    covers = {(picture, thing): cover for picture, thing, cover in pieces}
    picture, at = (named >= 0).nonzero(as_tuple=True)
    there = torch.stack([covers.get((int(p), int(t)), none)
                         for p, t in zip(picture, named[picture, at])])
    there = (there.gather(1, keep[picture]) > 0.3).float()
    layer = decoder.blk[len(decoder.blk) // 2]
    heads = [layer.latest[:, :1]] if len(decoder.blk) == SHALLOW else [looker.latest for looker in lookers.added(decoder)]
    seen = torch.cat(heads, 1)[picture, :, cells + at][:, :, system:system + cells].float()
    shown = there.sum(1) > 0
    share = torch.where(shown[:, None], (seen * there[:, None]).sum(2), 1 - seen.sum(2))
    said = flag(layer.result[picture, cells + at].float()).squeeze(1)
    return -(share.clamp(min=0) + 1e-4).log().mean() + F.binary_cross_entropy_with_logits(said, shown.float())


class Names(nn.Module):
    """Reads the thing that a question names from the decoder's rows halfway; only a help for the training.

    A yes or a no says little about a name of which there are eleven thousand, and the thing itself much.
    """

    def __init__(self, width, codes):
        super().__init__()
        self.norm, self.code = nn.LayerNorm(width), nn.Linear(width, codes.thing.shape[1], bias=False)
        self.register_buffer("thing", codes.thing[:-1].clone(), persistent=False)

    def forward(self, rows, named):
        """The loss and the share of right ones among rows [b, n, width] with the numbers of things, -1 for none."""
        scores = self.code(self.norm(rows[named >= 0].float())) @ self.thing.T / 16
        named = named[named >= 0]
        return F.cross_entropy(scores, named), float((scores.argmax(1) == named).float().mean())


def answers(decoder, rows, places, prompts, packed, names=None):
    """The loss of packed answers and the share of right answer tokens; with `names` its loss and share, too.

    `rows` [b, n, width] are the pictures', at `places` [b, n] of all the rows of a picture.
    """
    system = torch.tensor(prompts.system)
    tokens, positions, blocks, targets, named = packed
    halfway = []
    with quick():
        _, past = decoder(decoder.token_embd(system)[None], torch.arange(len(system)), causal_mask(len(system)))
        x = torch.cat([rows, decoder.token_embd(tokens)], 1)
        said, _ = decoder(x, torch.cat([places + len(system), positions], 1),
                          packed_mask(blocks, len(system), rows.shape[1]), past, halfway)
        scores = decoder.output(said[:, rows.shape[1]:][targets >= 0])
    scores, targets = scores.float(), targets[targets >= 0]
    said = F.cross_entropy(scores, targets), float((scores.argmax(1) == targets).float().mean())
    return said if names is None else (*said, *names(halfway[0][:, rows.shape[1]:], named))


def drill(decoder, prompts, names, count):
    """The loss of reading names by themselves, which takes few rows and half of the layers, and the share of right ones."""
    rows = prompts.drill(count)
    losses, shares = [], []
    for part in (rows[:count // 2], rows[count // 2:]):
        ends = torch.tensor([len(ids) - 1 for ids, _ in part])
        width = int(ends.max()) + 1
        tokens = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in part])
        named = torch.full(tokens.shape, -1)
        named[torch.arange(len(part)), ends] = torch.tensor([thing for _, thing in part])
        with quick():
            read = decoder.halfway(decoder.token_embd(tokens), torch.arange(width), causal_mask(width))
        loss, share = names(read, named)
        losses.append(loss)
        shares.append(share)
    return sum(losses) / 2, sum(shares) / 2


def train_decoder(team, options):
    """The decoder on symbols."""
    codes = Codes(len(Scenes(0, drawn=False).things))
    scenes = SymbolScenes(SEED, codes)
    scenes.known = scenes.known[::options.every]
    prompts = Prompts(SEED, scenes.known)
    torch.manual_seed(SEED)
    net = Speaker(len(scenes.things), SHALLOW)
    run = Run("decoder", team, options, net, 200, Optimizers((net.nano.decoder, 2e-3), (net.names, 2e-3)), scenes, prompts)

    def loss_of(progress):
        rows, keep, shown = scenes.symbols(options.batch or 32, 24)
        said, right, named, known = net.answers(rows, keep, shown, prompts, 5)
        return said + 0.3 * named, (float(said), right, float(named), known)

    run.go(loss_of)


def train_joint(team, options):
    """Everything together, from the averages of tower and decoder."""
    together("joint", 5e-4, 5e-4, {"tower": ("tower.", "projector."), "decoder": ("nano.decoder.", "names.")}, team, options)


def train_polish(team, options):
    """Everything together once more, from the averages of the answers; the tower is gently moved only."""
    together("polish", 1e-4, 8e-4, {"answers": ("nano.", "names.")}, team, options)


def train_finish(team, options):
    """Everything together with the deeper decoder, at a rate that falls from the start."""
    together("finish", 1e-4, 4e-4, {"deeper": ("nano.", "names.", "there.")}, team, options, DEEP, 0.95, 9, 110)


def together(name, seeing, speaking, begin, team, options, layers=SHALLOW, fall=0.25, count=5, room=None):
    """Trains everything at two peak rates, from the weights that `begin` says; questions as in `speaking`."""
    scenes, prompts, net = begun(name, begin, team, options, layers)
    nano = net.nano
    opt = Optimizers((nano.projector, seeing), (nano.decoder, speaking), (nano.tower, seeing), (net.names, speaking),
                     (net.there, speaking), fall=fall)
    run = Run(name, team, options, net, 120, opt, scenes, prompts)
    size = options.batch or 26

    def loss_of(progress):
        pixels, shown, pieces = scenes.batch(size)
        with quick():
            rows = nano.projector(nano.tower(pixels))
        seen, hits = reading(rows.float(), net.codes, shown, pieces, None)
        said, right, named, known = net.answers(rows, torch.arange(rows.shape[1]).expand(size, -1), shown, prompts, count,
                                               pieces, room)
        read, drilled = drill(nano.decoder, prompts, net.names, 64)
        return (said + 0.3 * named + 0.3 * seen + 0.3 * read,
                (float(said), right, float(named), known, float(read), drilled, float(seen), hits / len(pieces)))

    run.go(loss_of)


def begun(name, begin, team, options, layers, kinds=KINDS):
    """Scenes, questions and a network; `begin` says which weights of which stages it has when the stage is new."""
    scenes = Scenes(SEED + team.rank)
    scenes.known = scenes.known[::options.every]
    prompts = Prompts(SEED, scenes.known, kinds)
    torch.manual_seed(SEED)
    net = Speaker(len(scenes.things), layers)
    if not (WORK / f"{name}.pt").exists() and not options.start:
        for stage, prefixes in begin.items():
            state = torch.load(WORK / f"{stage}.pt")["average"]
            if name == "deeper":
                state = lookers.deepened(state)
            load(net.nano if stage == "tower" else net, state, prefixes)
        if name == "deeper":
            if team.rank == 0:
                asked = Prompts(SEED, scenes.known, {kind: float(kind == "exists") for kind in kinds})
                lookers.start(net, asked, (seen(net.nano, scenes, 40, 32) for _ in range(100)))
            team.share(net.parameters())
    return scenes, prompts, net


def seen(nano, scenes, size, cells):
    """What the tower makes of so many cells of new pictures: rows, the cells' numbers, scenes and pieces."""
    pixels, shown, pieces = scenes.batch(size)
    if cells < nano.c.patches:
        keep = some_cells(pieces, size, nano.c.patches, cells)
    else:
        keep = torch.arange(cells).expand(size, -1)
    with torch.no_grad(), quick():
        rows = nano.projector(nano.tower(pixels, keep))
    return rows.float(), keep, shown, pieces


def train_answers(team, options):
    """The decoder alone on what the trained tower makes of some of the cells: it needs more questions than pictures."""
    speaking("answers", 1.5e-3, {"joint": ("nano.", "names.")}, team, options, SHALLOW)


def train_deeper(team, options):
    """The same with two more layers, more questions for what is there, and for most of the time all cells."""
    speaking("deeper", 1e-3, {"polish": ("nano.", "names.", "there.")}, team, options, DEEP, PRESENT, 9, 110, 0.3, 0.62,
             0.38)


def speaking(name, peak, begin, team, options, layers, kinds=KINDS, count=5, room=None, help=0.15, fall=0.25,
             half=1.0):
    """Trains the decoder alone, with `count` questions for each picture or as many as `room` tokens hold.

    `help` weighs what `Taught` helps with. Half of the cells enter the tower for the share `half` of the steps.
    """
    scenes, prompts, net = begun(name, begin, team, options, layers, kinds)
    nano = net.nano
    scenes.chances = np.array(weights(MANY))
    opt = Optimizers((nano.decoder, peak), (net.names, peak), (net.there, peak), fall=fall)
    run = Run(name, team, options, net, 120, opt, scenes, prompts)
    size = options.batch or 40

    def loss_of(progress):
        rows, keep, shown, pieces = seen(nano, scenes, size, 32 if progress < half else nano.c.patches)
        said, right, named, known = net.answers(rows, keep, shown, prompts, count, pieces, room)
        read, drilled = drill(nano.decoder, prompts, net.names, 64)
        return said + help * named + 0.3 * read, (float(said), right, float(named), known, float(read), drilled)

    run.go(loss_of)


def conversed(decoder, rows, scenes, prompts, room):
    """The loss of all answers of conversations, the share of right answer tokens, and of right answers by score (None if
    there is none). `rows` [b, n, width] are all rows of the images."""
    system, patches = torch.tensor(prompts.system), rows.shape[1]
    (tokens, positions, blocks, targets, inline), asked = prompts.rows(scenes, patches, room)
    lengths = torch.ones(tokens.shape)
    for _, row, at in asked:
        lengths[row, at] = len(at)
    with quick():
        _, past = decoder(decoder.token_embd(system)[None], torch.arange(len(system)), causal_mask(len(system)))
        said = decoder.token_embd(tokens)
        images = rows.flatten(0, 1)[inline.clamp(min=0)].to(said.dtype)
        said = torch.where(inline[..., None] >= 0, images, said)
        places = torch.arange(len(system), len(system) + patches).expand(len(rows), -1)
        # Only the rows before an answer's tokens need the last layer's result, in the order of the rows.
        count = int((targets >= 0).sum(1).max())
        at = (targets >= 0).byte().sort(stable=True, dim=1, descending=True).indices[:, :count]
        wanted = targets.gather(1, at) >= 0
        out = decoder.some(torch.cat([rows.to(said.dtype), said], 1), torch.cat([places, positions], 1),
                           conversed_mask(blocks, len(system), patches), past, at + patches)
        scores = decoder.output(decoder.output_norm(out)[wanted])
    scores, targets = scores.float(), targets.gather(1, at)[wanted]
    # A token of a long answer counts less: small talk would else be most of the loss.
    parts = lengths.gather(1, at)[wanted].rsqrt()
    loss = (F.cross_entropy(scores, targets, reduction="none") * parts).sum() / parts.sum()
    right = torch.zeros(tokens.shape, dtype=torch.bool)
    right[torch.arange(len(at))[:, None].expand_as(at)[wanted], at[wanted]] = scores.argmax(1) == targets
    answers = {score: [] for score in SCORES}
    for score, row, at in asked:
        answers[score].append(bool(right[row, at].all()))
    shares = [sum(hits) / len(hits) if hits else None for hits in answers.values()]
    return loss, (float(loss), float(right.sum()) / len(targets), *shares)


def train_converse(team, options):
    """Conversations for the decoder alone, and single questions about other images, so that those are not forgotten."""
    scenes, nano = begun_talking("converse", "finish", team, options)
    talked, asked = Conversed(SEED, scenes.known), Prompts(SEED, scenes.known)
    run = Run("converse", team, options, nano, 60, Optimizers((nano.decoder, 5e-4), fall=0.9), scenes, talked, asked, every=25)
    size = options.batch or 14

    def loss_of(progress):
        pixels, shown, _ = scenes.batch(2 * size)
        with torch.no_grad(), quick():
            rows = nano.projector(nano.tower(pixels))
        talked.easy = progress < 0.2
        loss, figures = conversed(nano.decoder, rows[:size], shown[:size], talked, 224)
        packed = asked.pack(shown[size:], 9, rows.shape[1], 110)
        said, right = answers(nano.decoder, rows[size:], torch.arange(rows.shape[1]).expand(size, -1), asked, packed)
        return loss + said, (*figures, float(said), right)

    run.go(loss_of)


def train_settle(team, options):
    """Conversations for everything, on images that are drawn in more ways and taken in worse ones."""
    scenes, nano = begun_talking("settle", "converse", team, options)
    scenes.rough = True
    codes = Codes(len(scenes.things))
    prompts = Conversed(SEED, scenes.known)
    opt = Optimizers((nano.projector, 1.5e-4), (nano.decoder, 3e-4), (nano.tower, 1.5e-4), fall=0.95)
    run = Run("settle", team, options, nano, 30, opt, scenes, prompts, every=25)
    size = options.batch or 24

    def loss_of(progress):
        pixels, shown, pieces = scenes.batch(size)
        with quick():
            rows = nano.projector(nano.tower(pixels))
        seen, hits = reading(rows.float(), codes, shown, pieces, None)
        loss, figures = conversed(nano.decoder, rows, shown, prompts, 160)
        return loss + 0.3 * seen, (*figures, float(seen), hits / len(pieces))

    run.go(loss_of)


def begun_talking(name, before, team, options):
    """Scenes, and nano with the weights of the stage before if this one is new."""
    scenes = Scenes(SEED + team.rank)
    scenes.known = scenes.known[::options.every]
    scenes.chances = np.array(weights(TALKED_OF))
    torch.manual_seed(SEED)
    nano = Nano(Config(layers=DEEP))
    if not (WORK / f"{name}.pt").exists() and not options.start:
        state = torch.load(WORK / f"{before}.pt")["average"]
        load(nano, {k.removeprefix("nano."): v for k, v in state.items()}, ("tower.", "projector.", "decoder."))
    return scenes, nano


def load(net, weights, prefixes):
    """Takes over the weights whose names begin with one of the prefixes."""
    chosen = {k: v for k, v in weights.items() if k.startswith(prefixes)}
    assert set(chosen) == {k for k in net.state_dict() if k.startswith(prefixes)}
    net.load_state_dict(chosen, strict=False)


STAGES = {"tower": train_tower, "decoder": train_decoder, "joint": train_joint, "answers": train_answers,
          "polish": train_polish, "deeper": train_deeper, "finish": train_finish, "converse": train_converse,
          "settle": train_settle}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("steps", type=int, help="updates from the very first one on")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--batch", type=int, help="pictures per worker and update")
    parser.add_argument("--half", type=float, default=0.6, help="the share of the steps with half of the cells")
    parser.add_argument("--every", type=int, default=1, help="show every n-th thing only: a quick trial of the recipe")
    parser.add_argument("--ease", type=float, default=0.1, help="the share of the steps with easy pictures first")
    parser.add_argument("--start", type=Path, help="begin with the weights of the exported pair in this folder")
    arguments = parser.parse_args()
    Team(arguments.workers).run(STAGES[arguments.stage], arguments)
