"""Small siblings of nano, so that every architecture has a trained model that gives right answers.

  siblings.py palo 400               nano's decoder behind LDP, as MobilePALO has it
  siblings.py text 250 --workers 2   a qwen2-style decoder on symbols: both qwen2-style siblings begin with it
  siblings.py pangea 400 --workers 2 any-resolution tiles and newlines on that decoder
  siblings.py parrot 420             text-guided experts on that decoder

They know every eleventh of the things. The tower is nano's; only `pangea` trains it further, on its overviews, which are
stretched. The qwen2-style decoder begins with nano's blocks and learns another vocabulary and template, and its biases.
"""
import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

import heldout
import vocabulary
from chatml import NAMES, SIZE, ChatMl
from model import Config, Decoder, DecoderLayer, Nano, Projector, Silu
from prompts import EOS, Prompts
from scenes import MEAN, STD, Scenes
from symbols import Codes, SymbolScenes
from train import SEED, WORK, Optimizers, Run, Taught, Team, answers, drill, load

EVERY = 11
SIDE, GRID = Config.image, Config.image // Config.patch
PINPOINTS = [(160, 320), (320, 160), (320, 320), (480, 160), (160, 480)]
EXPERTS, RESIDUAL = 6, 0.1
# More of what a new projector or vocabulary makes nano's decoder forget and short training has little of.
ASKED = {"what": 0.30, "side": 0.12, "count": 0.10, "background": 0.12, "exists": 0.22, "and": 0.14}


@dataclass
class QwenConfig(Config):
    vocab: int = SIZE


class QwenLayer(DecoderLayer):
    """A qwen2 block: biases on q, k and v, which are fused."""

    def __init__(self, c):
        super().__init__(c)
        self.attn_qkv = nn.Linear(c.width, 3 * c.width)
        nn.init.zeros_(self.attn_qkv.bias)


class Qwen(Decoder):
    def __init__(self, c=QwenConfig()):
        super().__init__(c)
        self.blk = nn.ModuleList(QwenLayer(c) for _ in range(c.layers))

    @torch.no_grad()
    def begin(self, decoder, bpe):
        """Takes over the blocks of nano's decoder, and its rows of the pieces that both vocabularies have."""
        self.blk.load_state_dict(decoder.blk.state_dict(), strict=False)
        self.output_norm.load_state_dict(decoder.output_norm.state_dict())
        spm = vocabulary.load()
        pieces = {spm.id_to_piece(i): i for i in range(spm.get_piece_size())}
        bytes_of = {name: byte for byte, name in NAMES.items()}
        both = {bpe.special["<|im_end|>"]: EOS}
        for piece, i in bpe.ids.items():
            data = bytes(bytes_of[c] for c in piece)
            text = data.decode("utf-8", "replace").replace(" ", "\u2581")
            same = pieces.get(text, pieces.get(f"<0x{data[0]:02X}>") if len(data) == 1 else None)
            if same is not None:
                both[i] = same
        for mine, its in ((self.token_embd, decoder.token_embd), (self.output, decoder.output)):
            mine.weight[list(both)] = its.weight[list(both.values())]


class MobileBlock(nn.Module):
    """Depth-wise convolution, squeeze and excite, point-wise convolution (LDP)."""

    def __init__(self, width, stride):
        super().__init__()
        self.width, self.stride = width, stride
        self.depthwise = nn.Conv2d(width, width, 3, stride, 1, groups=width, bias=False)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, width // 4), nn.Linear(width // 4, width)
        self.pointwise = nn.Linear(width, width, bias=False)

    def forward(self, x):
        """Rows [b, n, width] of a square grid."""
        side = math.isqrt(x.shape[1])
        grid = x.transpose(1, 2).reshape(len(x), self.width, side, side)
        d = F.hardswish(self.norm1(self.depthwise(grid).flatten(2).transpose(1, 2).float()))
        gate = F.hardsigmoid(self.fc2(F.relu(self.fc1(d.mean(1, keepdim=True)))))
        return self.norm2(self.pointwise(d * gate).float())


class Ldp(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.mlp = Projector(c)
        self.first, self.second = MobileBlock(c.width, 1), MobileBlock(c.width, 2)
        nn.init.constant_(self.first.norm2.weight, 0.1)

    def forward(self, x):
        x = self.mlp(x)
        return self.second(x + self.first(x))


class Experts(nn.Module):
    """Text-guided experts on a picture's rows, the class row first (Parrot)."""

    def __init__(self, width, inner):
        super().__init__()
        self.router = nn.Linear(width, EXPERTS, bias=False)
        # Rows come ten times as large as the decoder knows them.
        self.gate, self.up = (nn.Parameter(torch.randn(EXPERTS, inner, width) * RESIDUAL * width ** -0.5) for _ in range(2))
        self.down = nn.Parameter(torch.randn(EXPERTS, width, inner) * inner ** -0.5 * 0.1)

    def weights(self, rows, text, there):
        """The experts' weights [b, experts] for the embeddings of a text [b, n, width]; `there` [b, n] marks its tokens."""
        scores = torch.einsum("bw,bnw->bn", rows[:, 0], text) / math.sqrt(text.shape[2])
        seen = scores.masked_fill(~there, -math.inf).softmax(1)
        return self.router(torch.einsum("bn,bnw->bw", seen, text)).softmax(1)

    def forward(self, rows, text, there):
        shares = self.weights(rows.float(), text.float(), there)
        with torch.autocast("cpu", torch.bfloat16):
            out = RESIDUAL * rows
            for i in range(EXPERTS):
                y = F.linear(Silu.apply(F.linear(rows, self.gate[i])) * F.linear(rows, self.up[i]), self.down[i])
                out = out + shares[:, i, None, None] * y
        return out


@dataclass
class Plan:
    """What becomes of a picture of one size: canvas, size and place on it, and the patches that are kept."""
    canvas: tuple
    resized: tuple
    at: tuple
    kept: tuple


def plan(w, h):
    """The canvas that keeps most of the picture, then wastes least, and what follows from it, as Pangea's code rounds."""
    best, most, least = None, 0, math.inf
    for width, height in PINPOINTS:
        scale = min(width / w, height / h)
        kept = min(int(w * scale) * int(h * scale), w * h)
        waste = width * height - kept
        if kept > most or kept == most and waste < least:
            best, most, least = (width, height), kept, waste
    x, y = best[0] / w, best[1] / h
    resized = (best[0], min(math.ceil(h * x), best[1])) if x < y else (min(math.ceil(w * y), best[0]), best[1])
    at = (best[0] - resized[0]) // 2, (best[1] - resized[1]) // 2
    columns, rows = best[0] // Config.patch, best[1] // Config.patch
    if w / h > columns / rows:
        top = (rows - int(h * (columns / w))) // 2
        return Plan(best, resized, at, (top, rows - top, 0, columns))
    left = (columns - int(w * (rows / h))) // 2
    return Plan(best, resized, at, (0, rows, left, columns - left))


def tiles(picture, p):
    """The overview and the tiles of a picture, 8-bit [tiles, side, side, 3]."""
    canvas = Image.new("RGB", p.canvas)
    canvas.paste(picture.resize(p.resized, Image.BICUBIC), p.at)
    cuts = [canvas.crop((x, y, x + SIDE, y + SIDE)) for y in range(0, p.canvas[1], SIDE) for x in range(0, p.canvas[0], SIDE)]
    return np.stack([np.asarray(t) for t in [picture.resize((SIDE, SIDE), Image.BICUBIC), *cuts]])


class Sibling(Taught):
    """What is trained of a sibling; `sees` makes rows of pictures with nano's tower or the sibling's own."""

    def __init__(self, decoder, projector, tower=None):
        super().__init__(Codes(len(vocabulary.THINGS)))
        self.decoder, self.projector = decoder, projector
        if tower is not None:
            self.tower = tower
        self.ends = nn.ParameterDict({"newline": nn.Parameter(torch.zeros(Config.width))})
        self.experts = Experts(Config.width, Config.width)

    def any_resolution(self, pixels, p):
        """Rows of pictures [b, tiles, 3, side, side]: those of the overview, then the grid's with newlines."""
        b = len(pixels)
        overview = self.sees(self.tower, pixels[:, 0], learn=True)
        rows = self.sees(self.tower, pixels[:, 1:].flatten(0, 1))
        high, wide = p.canvas[1] // SIDE, p.canvas[0] // SIDE
        grid = rows.view(b, high, wide, GRID, GRID, -1).transpose(2, 3).reshape(b, high * GRID, wide * GRID, -1)
        grid = grid[:, p.kept[0]:p.kept[1], p.kept[2]:p.kept[3]]
        ends = self.ends["newline"].to(grid.dtype).expand(b, grid.shape[1], 1, -1)
        return torch.cat([overview, torch.cat([grid, ends], 2).flatten(1, 2)], 1)

    def sees(self, tower, pixels, classes=False, learn=False):
        with torch.autocast("cpu", torch.bfloat16):
            with torch.set_grad_enabled(learn):
                features = tower(pixels, classes=classes)
            return self.projector(features)


def nano(path):
    net = Nano(Config())
    weights = {k.removeprefix("nano."): v for k, v in torch.load(path)["average"].items()}
    load(net, weights, ("tower.", "projector.", "decoder."))
    return net


def begun(net):
    """Nano, beside a sibling that begins with the decoder of `text`."""
    base = nano(WORK / "polish.pt")
    load(net, torch.load(WORK / "text.pt")["average"], ("decoder.", "names."))
    net.projector.load_state_dict(base.projector.state_dict())
    return base


def known():
    return np.arange(0, len(Scenes(0, drawn=False).things), EVERY)


def all_places(rows):
    return torch.arange(rows.shape[1]).expand(len(rows), -1)


def asked(net, rows, places, prompts, packed):
    """The loss of answers about all rows of pictures and of reading names, and figures to log."""
    said, right, named, known = net.taught(net.decoder, rows, places, prompts, packed)
    read, drilled = drill(net.decoder, prompts, net.names, 64)
    return said + 0.3 * named + 0.3 * read, (float(said), right, float(named), known, float(read), drilled)


def train_text(team, options):
    net = Taught(Codes(len(vocabulary.THINGS)))
    scenes = SymbolScenes(SEED + team.rank, net.codes)
    scenes.known = known()
    prompts = ChatMl(SEED, scenes.known, ASKED)
    torch.manual_seed(SEED)
    net.decoder = Qwen()
    net.decoder.begin(nano(WORK / "polish.pt").decoder, prompts.bpe)
    load(net, torch.load(WORK / "polish.pt")["average"], ("names.",))
    run = Run("text", team, options, net, 60, Optimizers((net, 2e-3)), scenes, prompts)

    def loss_of(progress):
        rows, keep, shown = scenes.symbols(32, 32)
        return asked(net, rows, keep, prompts, prompts.pack(shown, 5, Config().patches))

    run.go(loss_of)


class Pictures:
    """A seeded source of pictures of any size, all of one size in a batch."""

    def reseed(self, seed):
        self.rng = np.random.default_rng(seed)

    def batch(self, count):
        w = int(self.rng.integers(200, 361))
        h = round(w * self.rng.uniform(0.6, 1)) if self.rng.random() < 0.6 else w
        size = (w, h) if self.rng.random() < 0.5 else (h, w)
        drawn = list(heldout.scenes(int(self.rng.integers(1 << 40)), count, every=EVERY, size=size))
        p = plan(*size)
        pixels = torch.from_numpy(np.stack([tiles(picture, p) for picture, _, _ in drawn])).permute(0, 1, 4, 2, 3)
        return (pixels.float() / 255 - MEAN) / STD, [scene for _, scene, _ in drawn], p


def train_pangea(team, options):
    source, prompts = Pictures(), ChatMl(SEED, known(), ASKED)
    torch.manual_seed(SEED)
    net = Sibling(Qwen(), Projector(Config()), Nano(Config()).tower)
    net.tower.load_state_dict(begun(net).tower.state_dict())
    opt = Optimizers((net.tower, 1e-4), (net.decoder, 1e-3), (net.projector, 2e-4), (net.ends, 1e-3), (net.names, 1e-3),
                     fall=0.5)
    run = Run("pangea", team, options, net, 60, opt, source, prompts)

    def loss_of(progress):
        pixels, shown, p = source.batch(10)
        rows = net.any_resolution(pixels, p)
        return asked(net, rows, all_places(rows), prompts, prompts.pack(shown, 10, rows.shape[1], 220))

    run.go(loss_of)


def train_parrot(team, options):
    scenes = Scenes(SEED)
    scenes.known = known()
    prompts = ChatMl(SEED, scenes.known, ASKED)
    torch.manual_seed(SEED)
    net = Sibling(Qwen(), Projector(Config()))
    base = begun(net)
    # What the experts leave of the rows is then what the decoder has learnt to read.
    with torch.no_grad():
        for part in net.projector.down.parameters():
            part.div_(RESIDUAL)
    opt = Optimizers((net.decoder, 1e-3), (net.projector, 5e-4), (net.experts, 1e-3), (net.names, 1e-3))
    run = Run("parrot", team, options, net, 60, opt, scenes, prompts)
    system = torch.tensor(prompts.system)

    def loss_of(progress):
        pixels, shown, _ = scenes.batch(40)
        rows = net.sees(base.tower, pixels, classes=True)
        packed = tokens, _, blocks, targets, _ = prompts.pack(shown, 1, rows.shape[1])
        # All text that is not an answer guides; the first token of an answer is the target of the last before it.
        said = torch.cat([torch.zeros(len(tokens), 1, dtype=torch.bool), targets[:, :-1] >= 0], 1)
        text = torch.cat([system.expand(len(tokens), -1), tokens], 1)
        there = torch.cat([torch.ones(len(tokens), len(system), dtype=torch.bool), (blocks > 0) & ~said], 1)
        guided = net.experts(rows, net.decoder.token_embd(text), there)
        return asked(net, guided, all_places(guided), prompts, packed)

    run.go(loss_of)


def train_palo(team, options):
    scenes = Scenes(SEED)
    scenes.known = known()
    prompts = Prompts(SEED, scenes.known, ASKED)
    torch.manual_seed(SEED)
    net = Sibling(Decoder(Config()), Ldp(Config()))
    base = nano(WORK / "polish.pt")
    net.decoder.load_state_dict(base.decoder.state_dict())
    net.projector.mlp.load_state_dict(base.projector.state_dict())
    run = Run("palo", team, options, net, 60, Optimizers((net.decoder, 5e-4), (net.projector, 1e-3)), scenes, prompts)

    def loss_of(progress):
        pixels, shown, _ = scenes.batch(32)
        rows = net.sees(base.tower, pixels)
        loss, right = answers(net.decoder, rows, all_places(rows), prompts, prompts.pack(shown, 4, rows.shape[1]))
        return loss, (float(loss), right)

    run.go(loss_of)


STAGES = {"text": train_text, "pangea": train_pangea, "parrot": train_parrot, "palo": train_palo}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument("steps", type=int, help="updates from the very first one on")
    parser.add_argument("--workers", type=int, default=1)
    parser.set_defaults(start=None)
    arguments = parser.parse_args()
    Team(arguments.workers).run(STAGES[arguments.stage], arguments)
