"""The rows that the projector is to make of a picture: fixed random codes for things, colours and places.

They stand in for the tower while the decoder learns the names, and are the tower's target, so both can be trained
apart from each other.
"""
import math

import torch

import backgrounds
from model import Config
from scenes import SIDE, Scene, Scenes
from layout import LAYOUTS

CELLS = 8


class Codes(torch.nn.Module):
    """code[t] for thing t, the last for no thing; one per named colour, one for mixed, the last for unnamed."""

    def __init__(self, things):
        super().__init__()
        random = torch.Generator().manual_seed(7)
        normal = lambda n: torch.randn(n, Config().width, generator=random)
        self.register_buffer("thing", normal(things + 1))
        self.register_buffer("colour", normal(len(backgrounds.COLOURS) + 2) * 0.7)
        self.register_buffer("place", normal(CELLS * CELLS) * 0.5)

    def rows(self, cells, colours):
        """Target rows for thing numbers per cell [b, cells]."""
        rows = self.thing[cells] + self.place
        empty = (cells == len(self.thing) - 1).unsqueeze(-1)
        return rows + self.colour[colours][:, None] * empty


class SymbolScenes(Scenes):
    """Scenes without pixels: the rows, with the errors that a tower may make."""

    def __init__(self, seed, codes):
        super().__init__(seed, drawn=False)
        self.codes = codes

    def background(self):
        return int(self.rng.integers(-1, len(backgrounds.COLOURS) + 1))

    def symbols(self, count, kept):
        """Rows of `kept` cells of each picture, those that show things first, their numbers, and the scenes."""
        rng = self.rng
        nothing = len(self.things)
        cells = torch.full((count, CELLS * CELLS), nothing)
        fade = torch.zeros(count, CELLS * CELLS)
        scenes = []
        for b in range(count):
            layout = LAYOUTS[rng.choice(len(LAYOUTS), p=self.chances)]
            things = [int(t) for t in rng.choice(self.known, len(layout), replace=False)]
            scenes.append(Scene(layout, things, self.background()))
            wide, high = self.content(layout, 0.0)
            for cell, thing in zip(layout, things):
                jobs = {kind: [] for kind in ((72, 100), (132, SIDE))}
                self.place(jobs, b, cell, thing, wide, high, 0.0)
                _, _, size, _, x, y = next(j for part in jobs.values() for j in part)
                middle = (torch.arange(CELLS) + 0.5) * SIDE / CELLS
                near = torch.maximum((middle[:, None] - y).abs(), (middle - x).abs()).flatten() / size
                cells[b, near < 0.5] = thing
                # The rim of a thing shows it only in part.
                fade[b, (near > 0.3) & (near < 0.5)] = 1
        colours = torch.tensor([s.colour for s in scenes])
        rows = self.codes.rows(cells, colours)
        fade = fade * torch.rand(fade.shape)
        rows = torch.lerp(rows, self.codes.rows(torch.full_like(cells, nothing), colours), fade.unsqueeze(-1))
        doubt = torch.rand(count, 1, 1) ** 2 * 0.25
        other = self.codes.thing[torch.from_numpy(rng.choice(self.known, count))].unsqueeze(1)
        rows = rows + doubt * (other - rows) * (cells != nothing).unsqueeze(-1)
        keep = (torch.rand(fade.shape) * 0.6 + (cells != nothing)).topk(kept, 1).indices.sort(1).values
        rows = rows.gather(1, keep.unsqueeze(-1).expand(-1, -1, rows.shape[2]))
        return rows + torch.randn_like(rows) * 0.3 * torch.rand(count, 1, 1), keep, scenes
