"""Training pictures, made in batches: no to four things at random sizes, places and angles on a background."""
import json
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

import backgrounds
from layout import LAYOUTS, weights
from sprites import SPRITES, STYLES

HERE = Path(__file__).parent
SIDE, CELL = 160, 20
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
PAD = torch.tensor([122.0, 116.0, 104.0]).view(3, 1, 1) / 255
MIXED = len(backgrounds.COLOURS)
POOL = 1500
# Sprites: their side with a clear margin, and the side of the canvas that they are drawn on.
SMALL, LARGE = (72, 100), (132, SIDE)
CHANCES = [0.06, 0.34, 0.25, 0.15, 0.20]
# The cosine transform of eight samples, and how coarsely JPEG keeps its parts, roughly.
WAVES = torch.tensor([[math.cos(math.pi * (2 * x + 1) * k / 16) * (0.5 if k else 0.125 ** 0.5) for x in range(8)]
                      for k in range(8)])
STEPS = 1.0 + torch.arange(8.0)[:, None] + torch.arange(8.0)


def load_sprites(codes, n):
    """Premultiplied sprites, a tensor [things·styles, 4, n, n] of bytes with a clear margin; kept in a file."""
    kept = HERE / f"work/sprites-{len(codes)}-{n}.npy"
    if kept.exists():
        return torch.from_numpy(np.load(kept))
    stack = np.zeros((len(codes) * len(STYLES), 4, n, n), np.uint8)
    for i, code in enumerate(codes):
        for j, style in enumerate(STYLES):
            image = Image.open(SPRITES / style / f"{code}.png").resize((n - 4, n - 4), Image.LANCZOS)
            a = np.asarray(image).astype(np.float32)
            a[..., :3] *= a[..., 3:] / 255
            stack[i * len(STYLES) + j, :, 2:-2, 2:-2] = a.round().transpose(2, 0, 1)
    np.save(kept, stack)
    return torch.from_numpy(stack)


class Scene:
    """What a picture shows: its layout, the thing in each cell, and the number of the background's colour."""

    def __init__(self, layout, things, colour):
        self.layout, self.things, self.colour = layout, things, colour


class Scenes:
    """A seeded, endless source of batches. `ease` in 0..1 narrows sizes, angles and backgrounds for a gentle start."""

    def __init__(self, seed, drawn=True):
        self.things = json.loads((HERE / "things.json").read_text("utf-8"))
        codes = [t["code"] for t in self.things]
        self.known = np.arange(len(codes))
        self.sprites = {n: load_sprites(codes, n) for n, _ in (SMALL, LARGE)} if drawn else {}
        self.reseed(seed)
        pictures = [backgrounds.textured(self.rng, SIDE) for _ in range(POOL)] if drawn else []
        self.pool = torch.from_numpy(np.array(pictures).reshape(-1, SIDE, SIDE, 3))
        self.pool = self.pool.permute(0, 3, 1, 2).contiguous()
        self.grain = torch.randn(1_000_000)
        self.chances = np.array(weights(CHANCES))
        # Draw things with shadows and outlines and smaller ones, too, and spoil images as cameras and files do.
        self.rough = False

    def reseed(self, seed):
        self.rng = np.random.default_rng(seed)

    def background(self, ease):
        """A background [3, SIDE, SIDE] in 0..1 and the number of its colour."""
        rng = self.rng
        if rng.random() < 0.4 + 0.4 * ease:
            number = int(rng.integers(MIXED))
            first = torch.tensor(backgrounds.named_colour(rng, number)).float().view(3, 1, 1)
            if rng.random() < 0.5:
                return first.expand(3, SIDE, SIDE).clone(), number
            second = torch.tensor(backgrounds.named_colour(rng, number)).float().view(3, 1, 1)
            way = torch.linspace(0, 1, SIDE).view(1, 1, SIDE)
            way = way if rng.random() < 0.5 else way.transpose(1, 2)
            return torch.lerp(first, second, way.expand(1, SIDE, SIDE)), number
        if rng.random() < 0.15:
            return torch.from_numpy(rng.random(3)).float().view(3, 1, 1).expand(3, SIDE, SIDE).clone(), -1
        picture = self.pool[rng.integers(len(self.pool))]
        picture = picture[torch.from_numpy(rng.permutation(3))]
        flips = [axis for axis in (1, 2) if rng.random() < 0.5]
        picture = (picture.flip(flips) if flips else picture).float() / 255
        if rng.random() < 0.3:
            picture = 1 - picture
        return picture * float(rng.uniform(0.75, 1.1)), MIXED

    def batch(self, count, ease=0.0):
        """Normalised pixels [count, 3, SIDE, SIDE], the scenes, and the pieces drawn as rows (picture, thing, cover)."""
        rng = self.rng
        pictures, scenes, jobs = torch.empty(count, 3, SIDE, SIDE), [], {SMALL: [], LARGE: []}
        bars = []
        for b in range(count):
            layout = LAYOUTS[rng.choice(len(LAYOUTS), p=self.chances)]
            pictures[b], colour = self.background(ease)
            things = [int(t) for t in rng.choice(self.known, len(layout), replace=False)]
            scenes.append(Scene(layout, things, colour))
            wide, high = self.content(layout, ease)
            bars.append((wide, high))
            for cell, thing in zip(layout, things):
                self.place(jobs, b, cell, thing, wide, high, ease)
        cover = self.draw(pictures, jobs)
        self.degrade(pictures, ease)
        if self.rough:
            self.spoil(pictures, scenes)
        for b, (wide, high) in enumerate(bars):
            x, y = (SIDE - wide) // 2, (SIDE - high) // 2
            if x:
                pictures[b, :, :, :x] = pictures[b, :, :, SIDE - x:] = PAD
            if y:
                pictures[b, :, :y] = pictures[b, :, SIDE - y:] = PAD
        return pictures.clamp_(0, 1).sub_(MEAN).div_(STD), scenes, cover

    def content(self, layout, ease):
        """Width and height of the picture inside the bars that make it a square."""
        short = SIDE
        if self.rng.random() < 0.35 * (1 - ease):
            short = int(self.rng.uniform(0.6, 1) * SIDE) // 2 * 2
        if len(layout) > 2 or len(layout) == 2 and layout[0][2] - layout[0][0] == layout[0][3] - layout[0][1]:
            return SIDE, SIDE
        if len(layout) == 2:
            return (SIDE, short) if layout[0][3] == 2 else (short, SIDE)
        return (SIDE, short) if self.rng.random() < 0.5 else (short, SIDE)

    def place(self, jobs, b, cell, thing, wide, high, ease):
        """Chooses size, angle and centre of a thing in its cell."""
        rng = self.rng
        w, h = (cell[2] - cell[0]) * wide / 2, (cell[3] - cell[1]) * high / 2
        angle = rng.uniform(-1, 1) * math.radians(16) * (1 - ease)
        turned = math.cos(angle) + abs(math.sin(angle)) * 0.9
        room = min(w, h) * 0.98
        if min(w, h) == SIDE or len(cell) and cell == (0, 0, 2, 2):
            size = min(rng.uniform((44 if self.rough else 56) + 50 * ease, 150), room / turned)
        else:
            size = min(rng.uniform((42 if self.rough else 50) + 10 * ease, 80), room / turned)
        spare_x, spare_y = max(0, w - size * turned), max(0, h - size * turned)
        x = (SIDE - wide) / 2 + cell[0] * wide / 2 + w / 2 + rng.uniform(-0.5, 0.5) * spare_x * (1 - 0.7 * ease)
        y = (SIDE - high) / 2 + cell[1] * high / 2 + h / 2 + rng.uniform(-0.5, 0.5) * spare_y * (1 - 0.7 * ease)
        kind = SMALL if size * turned < SMALL[1] - 4 else LARGE
        jobs[kind].append((b, thing, size, angle, x, y))

    def draw(self, pictures, jobs):
        """Draws the things; returns one row (picture, thing, cover of every cell) for each."""
        rows = []
        for (n, canvas), part in jobs.items():
            if not part:
                continue
            numbers, places = [j[:2] for j in part], torch.tensor([j[2:] for j in part])
            size, angle, x, y = places.unbind(1)
            styles = torch.from_numpy(self.rng.integers(len(STYLES), size=len(part)))
            sprite = self.sprites[n][torch.tensor([t for _, t in numbers]) * len(STYLES) + styles].float().div_(255)
            left = (x - canvas / 2).round().clamp(0, SIDE - canvas)
            top = (y - canvas / 2).round().clamp(0, SIDE - canvas)
            cx, cy = (x - left) / canvas * 2 - 1, (y - top) / canvas * 2 - 1
            k = canvas / size * ((n - 4) / n)
            cos, sin = angle.cos() * k, angle.sin() * k
            theta = torch.stack([cos, sin, -(cos * cx + sin * cy), -sin, cos, sin * cx - cos * cy], 1).view(-1, 2, 3)
            grid = F.affine_grid(theta, (len(part), 4, canvas, canvas), align_corners=False)
            cut = F.grid_sample(sprite, grid, mode="bilinear", align_corners=False)
            tint = 1 + torch.from_numpy(self.rng.uniform(-0.1, 0.1, (len(part), 3, 1, 1))).float()
            colour, clear = cut[:, :3] * tint, 1 - cut[:, 3:]
            under = self.under(cut[:, 3:]) if self.rough else {}
            alpha = torch.zeros(len(part), SIDE, SIDE)
            for i, ((b, _), l, t) in enumerate(zip(numbers, left.long().tolist(), top.long().tolist())):
                where = pictures[b, :, t:t + canvas, l:l + canvas]
                if i in under:
                    shade, cover = under[i]
                    where.add_((shade - where).mul_(cover))
                where.mul_(clear[i]).add_(colour[i])
                alpha[i, t:t + canvas, l:l + canvas] = cut[i, 3]
            cells = SIDE // CELL
            cover = alpha.view(-1, cells, CELL, cells, CELL).mean((2, 4)).flatten(1)
            rows += [(b, thing, c) for (b, thing), c in zip(numbers, cover)]
        return rows

    def under(self, opacity):
        """What lies under some of the things, as number: (colour, its opacity [1, n, n]): a cast shadow, one on the ground
        or an outline, for the things' opacity [count, 1, n, n]."""
        rng, n, found = self.rng, opacity.shape[2], {}
        for i, mask in enumerate(opacity):
            way = rng.random()
            if way < 0.2:
                soft = int(rng.integers(1, 6)) * 2 + 1
                shadow = F.avg_pool2d(F.avg_pool2d(mask[None], soft, 1, soft // 2), soft, 1, soft // 2)[0]
                x, y = (int(v) for v in rng.integers(-8, 9, 2))
                found[i] = 0.0, F.pad(shadow, (x, -x, y, -y)) * float(rng.uniform(0.2, 0.7))
            elif way < 0.4:
                rows, columns = (mask[0].sum(d).gt(0.5).nonzero().flatten() for d in (1, 0))
                if len(rows) and len(columns):
                    axis = torch.arange(n).float()
                    wide, high = float(len(columns)) * rng.uniform(0.3, 0.55), float(len(rows)) * rng.uniform(0.04, 0.12)
                    x = (axis - float(columns.float().mean())) / wide
                    y = (axis - float(rows.max()) + rng.uniform(-0.5, 1.0) * high) / max(high, 1.0)
                    far = x[None] ** 2 + y[:, None] ** 2
                    found[i] = 0.0, (torch.sigmoid((1 - far) * float(rng.uniform(1, 6))) * float(rng.uniform(0.2, 0.6)))[None]
            elif way < 0.5:
                wide = int(rng.integers(1, 4)) * 2 + 1
                found[i] = float(rng.random() < 0.7), F.max_pool2d(mask[None], wide, 1, wide // 2)[0]
        return found

    def spoil(self, pictures, scenes):
        """Blurs some pictures, makes some small and large again, compresses some and takes the colour of some."""
        for x, scene in zip(pictures, scenes):
            way, rng = self.rng.random(), self.rng
            if way < 0.12:
                side = int(rng.integers(40, 120))
                small = F.interpolate(x[None], (side, side), mode="bilinear", align_corners=False, antialias=True)
                x.copy_(F.interpolate(small, (SIDE, SIDE), mode=("nearest", "bilinear", "bicubic")[int(rng.integers(3))])[0])
            elif way < 0.2:
                soft = int(rng.integers(1, 4)) * 2 + 1
                x.copy_(F.avg_pool2d(x[None], soft, 1, soft // 2, count_include_pad=False)[0])
            elif way < 0.32:
                blocks = x.view(3, SIDE // 8, 8, SIDE // 8, 8).permute(0, 1, 3, 2, 4)
                waves = WAVES @ blocks @ WAVES.T
                step = float(rng.uniform(0.02, 0.12)) * STEPS
                x.copy_((WAVES.T @ ((waves / step).round() * step) @ WAVES).permute(0, 1, 3, 2, 4).reshape(3, SIDE, SIDE))
            elif way < 0.37:
                x.copy_(x.mean(0, keepdim=True).expand_as(x))
                scene.colour = -1

    def degrade(self, pictures, ease):
        """Slight changes of light, sharpness and grain to some pictures, so that no one renderer is learnt."""
        for x in pictures:
            if self.rng.random() < 0.5:
                x.mul_(float(self.rng.uniform(0.9, 1.08))).add_(float(self.rng.uniform(-0.05, 0.05)))
            way = self.rng.random()
            if way < 0.25 * (1 - ease):
                soft = F.avg_pool2d(x[None], 3, 1, 1, count_include_pad=False)[0]
                x.lerp_(soft, float(self.rng.uniform(-0.5, 0.9)))
            elif way < 0.4:
                start = int(self.rng.integers(self.grain.numel() - x.numel()))
                x.add_(self.grain[start:start + x.numel()].view_as(x), alpha=float(self.rng.uniform(0.005, 0.04)))


if __name__ == "__main__":
    import time
    torch.set_num_threads(1)
    source = Scenes(5)
    start = time.time()
    for _ in range(4):
        pixels, _, _ = source.batch(64)
    print(f"{4 * 64 / (time.time() - start):.0f} pictures/s")
    picks = (pixels[:60] * STD + MEAN).mul(255).round().byte().view(6, 10, 3, SIDE, SIDE)
    sheet = picks.permute(0, 3, 1, 4, 2).reshape(6 * SIDE, 10 * SIDE, 3).numpy()
    Image.fromarray(sheet).save(HERE / "work/scenes.png")
