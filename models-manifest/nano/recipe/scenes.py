"""Training pictures, made in batches: one sprite at random size, place and angle on a random background."""
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

from sprites import SPRITES, STYLES

HERE = Path(__file__).parent
SIDE = 128
CELL = 16
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
PAD = torch.tensor([122.0, 116.0, 104.0]).view(1, 3, 1, 1) / 255
# Copies of each sprite, and the range of sizes on a SIDE picture that each copy serves.
LEVELS = [(60, 40, 60), (90, 60, 90), (128, 90, 122)]
SHARES = [0.24, 0.38, 0.38]


def load_levels(codes):
    """Premultiplied sprites, one tensor [things·styles, 4, n, n] of bytes per level, with a clear margin."""
    levels = []
    for n, _, _ in LEVELS:
        stack = np.zeros((len(codes) * len(STYLES), 4, n, n), np.uint8)
        for i, code in enumerate(codes):
            for j, style in enumerate(STYLES):
                image = Image.open(SPRITES / style / f"{code}.png").resize((n - 4, n - 4), Image.LANCZOS)
                a = np.asarray(image).astype(np.float32)
                a[..., :3] *= a[..., 3:] / 255
                stack[i * len(STYLES) + j, :, 2:-2, 2:-2] = a.round().transpose(2, 0, 1)
        levels.append(torch.from_numpy(stack))
    return levels


class Scenes:
    """A seeded, endless source of batches. `ease` in 0..1 narrows sizes, angles and backgrounds for a gentle start."""

    def __init__(self, seed):
        self.things = json.loads((HERE / "things.json").read_text("utf-8"))
        self.levels = load_levels([t["code"] for t in self.things])
        self.random = torch.Generator().manual_seed(seed)
        self.grain = torch.randn(4_000_000, generator=self.random)
        axis = (torch.arange(SIDE) + 0.5) / SIDE * 2 - 1
        self.y, self.x = torch.meshgrid(axis, axis, indexing="ij")

    def uniform(self, low, high, *shape):
        return torch.rand(*shape, generator=self.random) * (high - low) + low

    def chance(self, p, *shape):
        return torch.rand(*shape, generator=self.random) < p

    def batch(self, count, ease=0.0):
        """Normalised pixels [count, 3, SIDE, SIDE], thing numbers [count], and how much of each cell is covered."""
        labels = torch.randint(len(self.things), (count,), generator=self.random)
        parts, covers = [], []
        levels = [2] * 3 if ease > 0.9 else [1, 2, 2] if ease > 0.5 else [0, 1, 2]
        counts = [round(count * share) for share in SHARES[:2]]
        for level, part in zip(levels, labels.split([*counts, count - sum(counts)])):
            picture, alpha = self.draw(level, part, ease)
            parts.append(picture)
            covers.append(alpha.view(len(part), SIDE // CELL, CELL, SIDE // CELL, CELL).mean((2, 4)).flatten(1))
        return (torch.cat(parts) - MEAN) / STD, labels, torch.cat(covers)

    def draw(self, level, labels, ease):
        """Pixels in 0..1 and the opacity of the thing, for sprites of one level."""
        b = len(labels)
        n, low, high = LEVELS[level]
        sprites = labels * len(STYLES) + torch.randint(len(STYLES), (b,), generator=self.random)
        sprite = self.levels[level][sprites].float() / 255
        size = self.uniform(low, high, b)
        angle = self.uniform(-1, 1, b) * math.radians(36) * (1 - ease)
        padded = self.chance(0.35, b) & (ease < 0.5)
        short = torch.where(padded, self.uniform(0.55, 1, b), torch.ones(b))
        upright = self.chance(0.5, b)
        turned = size / SIDE * (angle.cos() + angle.sin().abs()) * 0.93
        size = size * torch.minimum(torch.ones(b), short * 0.97 / turned)
        turned = turned * torch.minimum(torch.ones(b), short * 0.97 / turned)
        reach_x = ((torch.where(upright, short, torch.ones(b)) - turned) * (1 - ease)).clamp(min=0)
        reach_y = ((torch.where(upright, torch.ones(b), short) - turned) * (1 - ease)).clamp(min=0)
        cx, cy = self.uniform(-1, 1, b) * reach_x, self.uniform(-1, 1, b) * reach_y
        k = SIDE / size * ((n - 4) / n)
        cos, sin = angle.cos() * k, angle.sin() * k
        theta = torch.stack([cos, sin, -(cos * cx + sin * cy), -sin, cos, sin * cx - cos * cy], 1).view(b, 2, 3)
        grid = F.affine_grid(theta, (b, 4, SIDE, SIDE), align_corners=False)
        cut = F.grid_sample(sprite, grid, mode="bilinear", align_corners=False)
        picture = cut[:, :3] + self.background(b, ease) * (1 - cut[:, 3:])
        across = torch.where(upright.view(b, 1, 1), self.x.abs(), self.y.abs())
        outside = (across > short.view(b, 1, 1)).unsqueeze(1)
        picture = torch.where(outside, PAD, self.degrade(picture, ease))
        return picture.clamp(0, 1), cut[:, 3:]

    def background(self, b, ease):
        """Two colours mixed by a pattern: plain, gradient, soft noise, stripes or checks."""
        first, second = self.uniform(0, 1, b, 3, 1, 1), self.uniform(0, 1, b, 3, 1, 1)
        gray = self.chance(0.25, b, 1, 1, 1)
        first = torch.where(gray, first[:, :1], first)
        near = self.uniform(0.1, 1, b, 1, 1, 1)
        second = first + (second - first) * near
        turn = self.uniform(0, 2 * math.pi, b, 1, 1)
        along = self.x * turn.cos() + self.y * turn.sin()
        across = self.y * turn.cos() - self.x * turn.sin()
        pattern = torch.zeros(b, SIDE, SIDE)
        kind = torch.randint(5, (b,), generator=self.random)
        kind[self.chance(ease, b)] = 0
        where = (kind == 1).nonzero().flatten()
        pattern[where] = (along[where] * 0.5 + 0.5).clamp(0, 1)
        where = (kind == 2).nonzero().flatten()
        if len(where):
            cells = int(torch.randint(3, 24, (1,), generator=self.random))
            noise = torch.rand(len(where), 1, cells, cells, generator=self.random)
            pattern[where] = F.interpolate(noise, (SIDE, SIDE), mode="bilinear", align_corners=False)[:, 0]
        waves = self.uniform(2, 14, b, 1, 1) * math.pi
        where = (kind == 3).nonzero().flatten()
        pattern[where] = ((along[where] * waves[where]).sin() * 4).clamp(-1, 1) * 0.5 + 0.5
        where = (kind == 4).nonzero().flatten()
        checks = (along[where] * waves[where]).sin() * (across[where] * waves[where]).sin()
        pattern[where] = (checks * 6).clamp(-1, 1) * 0.5 + 0.5
        return torch.lerp(first, second, pattern.unsqueeze(1))

    def degrade(self, x, ease):
        """Slight changes of colour, sharpness and grain, so that no one renderer is learnt."""
        b = len(x)
        much = 1 - 0.7 * ease
        x = x * self.uniform(1 - 0.12 * much, 1 + 0.12 * much, b, 3, 1, 1)
        x = x + self.uniform(-0.06, 0.06, b, 1, 1, 1) * much
        soft = x.clone()
        soft[:, :, 1:-1] = (x[:, :, :-2] + x[:, :, 1:-1] + x[:, :, 2:]) / 3
        soft[:, :, :, 1:-1] = (soft[:, :, :, :-2] + soft[:, :, :, 1:-1] + soft[:, :, :, 2:]) / 3
        x = torch.lerp(x, soft, self.uniform(-0.35, 0.6, b, 1, 1, 1))
        start = int(torch.randint(self.grain.numel() - x.numel(), (1,), generator=self.random))
        grain = self.grain[start:start + x.numel()].view_as(x)
        return x + grain * (self.uniform(0, 0.03, b, 1, 1, 1) * self.chance(0.4, b, 1, 1, 1))


if __name__ == "__main__":
    import time
    torch.set_num_threads(2)
    scenes = Scenes(5)
    start = time.time()
    for _ in range(4):
        pixels, _, _ = scenes.batch(126)
    print(f"{4 * 126 / (time.time() - start):.0f} pictures/s")
    picks = torch.cat([pixels[i::42][:3] for i in range(40)])[:112]
    picks = (picks * STD + MEAN).mul(255).round().byte().view(8, 14, 3, SIDE, SIDE)
    sheet = picks.permute(0, 3, 1, 4, 2).reshape(8 * SIDE, 14 * SIDE, 3).numpy()
    Image.fromarray(sheet).save(HERE / "work/scenes.png")
