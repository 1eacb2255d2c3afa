"""Two more layers for a trained decoder, whose heads begin by looking in the picture for what a question names.

The comparison of eleven thousand names with what the cells show is hard to find by descent, and one head has too few
slowly turning pairs to tell 1,100 things apart. But after two layers both are linear in the rows: so least squares
gives the code of the thing (`symbols.py`) from either, and each head compares its own random projection of it.
"""
import torch

from model import causal_mask, rope_table
from prompts import packed_mask

BEHIND, ADDED = 2, 2
# Pairs from this one on turn slowly enough to compare over the length of a picture; the last makes the head look at BOS.
SLOW = 14
SHARP, NOWHERE = 1.5, 4.5


def deepened(state, prefix="nano.decoder.blk."):
    """The weights of a decoder with two more layers behind the second; they add nothing yet."""
    new = {k: v for k, v in state.items() if not k.startswith(prefix)}
    for key in set(state) - set(new):
        number, part = key.removeprefix(prefix).split(".", 1)
        number = int(number)
        new[f"{prefix}{number + ADDED if number >= BEHIND else number}.{part}"] = state[key]
        if number == BEHIND:
            idle = part in ("attn_output.weight", "ffn_down.weight")
            for here in range(BEHIND, BEHIND + ADDED):
                new[f"{prefix}{here}.{part}"] = torch.zeros_like(state[key]) if idle else state[key].clone()
    return new


def added(decoder):
    return decoder.blk[BEHIND:BEHIND + ADDED]


@torch.no_grad()
def start(net, prompts, batches):
    """Sets q and k of the added layers; `batches` yields (rows, keep, scenes, pieces) of pictures."""
    decoder = net.nano.decoder
    system = torch.tensor(prompts.system)
    asked, shown = Squares(), Squares()
    for rows, keep, scenes, pieces in batches:
        tokens, positions, blocks, _, named = prompts.pack(scenes, 10, net.nano.c.patches)
        rope = lambda at: tuple(t.float() for t in rope_table(net.nano.c, at))
        x, past = decoder.token_embd(system)[None], []
        for layer in decoder.blk[:BEHIND]:
            x, kept = layer(x, rope(torch.arange(len(system))), causal_mask(len(system)))
            past.append(kept)
        first = x[0, :1]
        x = torch.cat([rows, decoder.token_embd(tokens)], 1)
        mask = packed_mask(blocks, len(system), rows.shape[1])
        for layer, kept in zip(decoder.blk, past):
            x, _ = layer(x, rope(torch.cat([keep + len(system), positions], 1)), mask, kept)
        first, x = (decoder.blk[BEHIND].attn_norm(t) for t in (first, x))
        picture, at = (named >= 0).nonzero(as_tuple=True)
        # The code, and one for the row that looks or that is looked at when nothing is found.
        code = lambda things, one: torch.cat([net.codes.thing[things], torch.full((len(things), 1), one)], 1)
        asked.add(x[picture, rows.shape[1] + at], code(named[picture, at], 1.0))
        for picture, thing, cover in pieces:
            cells = x[picture, :rows.shape[1]][cover[keep[picture]] > 0.3]
            shown.add(cells, code(torch.full((len(cells),), thing), 0.0))
        nowhere = torch.zeros(1, net.codes.thing.shape[1] + 1)
        nowhere[0, -1] = 1.0
        shown.add(first.repeat(len(rows), 1), nowhere.repeat(len(rows), 1))
    heads, half = decoder.c.heads, decoder.c.width // decoder.c.heads // 2
    slow = [i for i in range(SLOW, half - 1)] + [i + half for i in range(SLOW, half - 1)]
    for layer in added(decoder):
        for head in range(heads):
            project = torch.zeros(2 * half, net.codes.thing.shape[1] + 1)
            basis = torch.linalg.qr(torch.randn(project.shape[1] - 1, len(slow)))[0].T
            project[slow, :-1] = basis * (basis.shape[1] / len(slow)) ** 0.5 * SHARP ** 0.5
            project[half - 1, -1] = (NOWHERE * (2 * half) ** 0.5) ** 0.5
            here = slice(head * 2 * half, (head + 1) * 2 * half)
            q, k, _ = layer.attn_qkv.weight.chunk(3)
            q[here], k[here] = project @ asked.solution(), project @ shown.solution()


class Squares:
    """Least squares, a little damped: the matrix that makes targets of rows."""

    def __init__(self):
        self.rows = self.both = 0

    def add(self, rows, targets):
        self.rows = self.rows + rows.T @ rows
        self.both = self.both + rows.T @ targets

    def solution(self):
        damped = self.rows + self.rows.trace() / len(self.rows) * 1e-3 * torch.eye(len(self.rows))
        return torch.linalg.solve(damped, self.both).T
