"""The nano network: a CLIP-style tower, a two-layer projector and a llama decoder, as the GGUF files describe them."""
import math
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F


# The tower is trained with silu in place of the quick GELU, see VisionLayer.
SILU_SCALE = 1.702


@dataclass
class Config:
    """Every size of the network; all row widths are multiples of 256, so that the blocks of every K-quant fit."""
    image: int = 160
    patch: int = 20
    vision_width: int = 256
    vision_layers: int = 6
    vision_heads: int = 4
    vision_ffn: int = 1024
    vocab: int = 6144
    width: int = 256
    layers: int = 4
    heads: int = 4
    ffn: int = 768
    context: int = 1024
    rope_base: float = 10000.0
    vision_eps: float = 1e-5
    rms_eps: float = 1e-5

    @property
    def patches(self):
        return (self.image // self.patch) ** 2


class Silu(torch.autograd.Function):
    """x·sigmoid(x); in bfloat16 three times as fast as PyTorch's own."""

    @staticmethod
    def forward(ctx, x):
        s = torch.sigmoid(x)
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    def backward(ctx, g):
        x, s = ctx.saved_tensors
        return g * torch.addcmul(s, x * s, 1 - s)


class RmsScale(torch.autograd.Function):
    """Rows of x divided by their root mean square, times a weight; `narrow` gives bfloat16."""

    @staticmethod
    def forward(ctx, x, weight, eps, narrow):
        r = torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)
        y = x * r
        ctx.save_for_backward(y, r, weight)
        y = y * weight
        return y.bfloat16() if narrow else y

    @staticmethod
    def backward(ctx, g):
        y, r, weight = ctx.saved_tensors
        g = g.float()
        gy = g * y
        gain = gy.flatten(0, -2).sum(0)
        mean = torch.mv(gy.flatten(0, -2), weight).view_as(r) / y.shape[-1]
        return r * (g * weight - y * mean), gain, None, None


class VisionLayer(nn.Module):
    """A pre-norm block of the tower, with biases.

    The quick GELU is trained as silu, which is much faster here: x·sigmoid(1.702·x) = silu(1.702·x)/1.702, so the
    export divides `ffn_up` by SILU_SCALE and multiplies the weight of `ffn_down` by it.
    """

    def __init__(self, c):
        super().__init__()
        w = c.vision_width
        self.heads = c.vision_heads
        self.ln1 = nn.LayerNorm(w, eps=c.vision_eps)
        self.attn_qkv = nn.Linear(w, 3 * w)
        self.attn_out = nn.Linear(w, w)
        self.ln2 = nn.LayerNorm(w, eps=c.vision_eps)
        self.ffn_up = nn.Linear(w, c.vision_ffn)
        self.ffn_down = nn.Linear(c.vision_ffn, w)

    def forward(self, x):
        b, n, w = x.shape
        q, k, v = self.attn_qkv(self.ln1(x)).view(b, n, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        scores = torch.matmul(q * (w // self.heads) ** -0.5, k.transpose(-1, -2))
        with torch.autocast("cpu", enabled=False):
            a = scores.softmax(-1)
        x = x + self.attn_out(torch.matmul(a, v).transpose(1, 2).reshape(b, n, w))
        return x + self.ffn_down(Silu.apply(self.ffn_up(self.ln2(x))))


class Tower(nn.Module):
    """The CLIP tower without the last norm; the result drops the class row."""

    def __init__(self, c):
        super().__init__()
        w = c.vision_width
        self.patch = c.patch
        self.class_embd = nn.Parameter(torch.randn(w) * 0.02)
        self.patch_embd = nn.Linear(3 * c.patch * c.patch, w, bias=False)
        self.position_embd = nn.Parameter(waves(c))
        self.pre_ln = nn.LayerNorm(w, eps=c.vision_eps)
        self.blk = nn.ModuleList(VisionLayer(c) for _ in range(c.vision_layers))
        for layer in self.blk:
            for part in (layer.attn_qkv, layer.ffn_up):
                nn.init.normal_(part.weight, std=w ** -0.5)
            for part in (layer.attn_out, layer.ffn_down):
                nn.init.normal_(part.weight, std=part.in_features ** -0.5 * (2 * c.vision_layers) ** -0.5)
            for part in (layer.attn_qkv, layer.attn_out, layer.ffn_up, layer.ffn_down):
                nn.init.zeros_(part.bias)

    def forward(self, pixels, keep=None, classes=False):
        """Patch rows of the last layer; with `keep` [b, n], only those patches enter the tower. `classes`: the class row too."""
        b, _, h, w = pixels.shape
        p = self.patch
        x = pixels.view(b, 3, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5).reshape(b, -1, 3 * p * p)
        x = torch.cat([self.class_embd.expand(b, 1, -1), self.patch_embd(x)], 1) + self.position_embd
        if keep is not None:
            rows = torch.cat([torch.zeros_like(keep[:, :1]), keep + 1], 1)
            x = x.gather(1, rows[:, :, None].expand(-1, -1, x.shape[2]))
        x = self.pre_ln(x)
        for layer in self.blk:
            x = layer(x)
        return x if classes else x[:, 1:]


def waves(c):
    """Initial positions: sines and cosines of the row and the column; the class row gets none."""
    side, w = c.image // c.patch, c.vision_width
    rate = 20.0 ** (-torch.arange(w // 4) / (w // 4 - 1)) * 1.5
    angles = torch.arange(side)[:, None] * rate
    wave = torch.cat([angles.sin(), angles.cos()], 1)
    rows = wave[:, None].expand(side, side, -1)
    columns = wave[None].expand(side, side, -1)
    grid = torch.cat([rows, columns], 2).reshape(-1, w)
    return torch.cat([torch.zeros(1, w), grid]) * 0.7


class Projector(nn.Module):
    """Linear, exact GELU, Linear."""

    def __init__(self, c):
        super().__init__()
        self.up = nn.Linear(c.vision_width, c.width)
        self.down = nn.Linear(c.width, c.width)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))


class RmsNorm(nn.Module):
    def __init__(self, width, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x):
        return RmsScale.apply(x, self.weight, self.eps, torch.is_autocast_cpu_enabled())


class DecoderLayer(nn.Module):
    """A llama block: rotary attention, SwiGLU, no biases."""

    def __init__(self, c):
        super().__init__()
        w = c.width
        self.heads = c.heads
        # What the rows looked at last, [b, heads, rows, columns].
        self.latest = None
        self.result = None
        self.attn_norm = RmsNorm(w, c.rms_eps)
        self.attn_qkv = nn.Linear(w, 3 * w, bias=False)
        self.attn_output = nn.Linear(w, w, bias=False)
        self.ffn_norm = RmsNorm(w, c.rms_eps)
        self.ffn_gate_up = nn.Linear(w, 2 * c.ffn, bias=False)
        self.ffn_down = nn.Linear(c.ffn, w, bias=False)

    def attend(self, x, rope, mask, past):
        """Attention of the rows of x over `past` (keys and values of a shared prefix) and themselves."""
        b, n, w = x.shape
        split = lambda t: t.view(b, n, -1, w // self.heads).transpose(1, 2)
        q, k, v = map(split, self.attn_qkv(x).chunk(3, 2))
        q, k = rotate(q, rope), rotate(k, rope)
        kept = k, v
        if past is not None:
            k, v = (torch.cat([p.expand(b, -1, -1, -1).to(t.dtype), t], 2) for p, t in zip(past, (k, v)))
        scores = torch.matmul(q * (w // self.heads) ** -0.5, k.transpose(-1, -2))
        with torch.autocast("cpu", enabled=False):
            a = (scores + mask.to(scores.dtype)).softmax(-1)
        self.latest = a
        return self.attn_output(torch.matmul(a, v).transpose(1, 2).reshape(b, n, w)), kept

    def forward(self, x, rope, mask, past=None):
        a, kept = self.attend(self.attn_norm(x), rope, mask, past)
        return self.fed(x + a), kept

    def some(self, x, rope, mask, past, at):
        """As `forward`, but the result's rows are those at the numbers `at` [b, m] only."""
        b, n, w = x.shape
        split = lambda t: t.view(b, t.shape[1], -1, w // self.heads).transpose(1, 2)
        chosen = lambda t, heads: t.gather(-2, at[:, None, :, None].expand(-1, heads, -1, t.shape[-1]))
        h = self.attn_norm(x)
        weights = self.attn_qkv.weight
        k, v = map(split, F.linear(h, weights[w:]).chunk(2, 2))
        k = rotate(k, rope)
        k, v = (torch.cat([p.expand(b, -1, -1, -1).to(t.dtype), t], 2) for p, t in zip(past, (k, v)))
        pick = lambda t: t.gather(1, at[:, :, None].expand(-1, -1, t.shape[2]))
        q = rotate(split(F.linear(pick(h), weights[:w])), tuple(chosen(t, 1) for t in rope))
        scores = torch.matmul(q * (w // self.heads) ** -0.5, k.transpose(-1, -2))
        with torch.autocast("cpu", enabled=False):
            a = (scores + chosen(mask, 1).to(scores.dtype)).softmax(-1)
        return self.fed(pick(x) + self.attn_output(torch.matmul(a, v).transpose(1, 2).reshape(b, at.shape[1], w)))

    def fed(self, x):
        gate, up = self.ffn_gate_up(self.ffn_norm(x)).chunk(2, -1)
        x = x + self.ffn_down(Silu.apply(gate) * up)
        self.result = x
        return x


def rotate(x, rope):
    """Rotates pairs half a head apart, which is quick; the export reorders q and k to GGUF's adjacent pairs."""
    cos, sin = rope
    first, second = x.chunk(2, -1)
    return torch.cat([first * cos - second * sin, first * sin + second * cos], -1)


def rope_table(c, positions):
    """Cosines and sines for positions [..., n], shaped [..., 1, n, head_dim / 2]."""
    d = c.width // c.heads
    angles = positions[..., None].double() * c.rope_base ** (-torch.arange(0, d, 2).double() / d)
    angles = angles.unsqueeze(-3)
    return angles.cos(), angles.sin()


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.token_embd = nn.Embedding(c.vocab, c.width)
        self.blk = nn.ModuleList(DecoderLayer(c) for _ in range(c.layers))
        self.output_norm = RmsNorm(c.width, c.rms_eps)
        self.output = nn.Linear(c.width, c.vocab, bias=False)
        nn.init.normal_(self.token_embd.weight, std=1.0)
        nn.init.normal_(self.output.weight, std=0.02)
        for layer in self.blk:
            for part in (layer.attn_qkv, layer.ffn_gate_up):
                nn.init.normal_(part.weight, std=c.width ** -0.5)
            for part in (layer.attn_output, layer.ffn_down):
                nn.init.normal_(part.weight, std=part.in_features ** -0.5 * (2 * c.layers) ** -0.5)

    def halfway(self, x, positions, mask):
        """The rows after half of the layers, for x [b, n, width] at positions [n]."""
        rope = tuple(t.to(x.dtype) for t in rope_table(self.c, positions))
        for layer in self.blk[:len(self.blk) // 2]:
            x, _ = layer(x, rope, mask)
        return x

    def forward(self, x, positions, mask, past=None, halfway=None):
        """Final rows and, per layer, the keys and values of x [b,n,width] at positions [b,n] or [n].

        The mask is added to the scores; `past` holds the keys and values of rows in front of x. The list `halfway` gets
        the rows after half of the layers.
        """
        rope = tuple(t.to(x.dtype) for t in rope_table(self.c, positions))
        kept = []
        for i, layer in enumerate(self.blk):
            x, pair = layer(x, rope, mask, None if past is None else past[i])
            kept.append(pair)
            if halfway is not None and i + 1 == len(self.blk) // 2:
                halfway.append(x)
        return self.output_norm(x), kept


    def some(self, x, positions, mask, past, at):
        """The rows at the numbers `at` [b, m] behind the last layer, before the norm; else as `forward`."""
        rope = tuple(t.to(x.dtype) for t in rope_table(self.c, positions))
        for layer, pair in zip(self.blk[:-1], past):
            x, _ = layer(x, rope, mask, pair)
        return self.blk[-1].some(x, rope, mask, past[-1], at)


def causal_mask(n, dtype=torch.float32):
    return torch.full((n, n), -math.inf, dtype=dtype).triu(1)


class Nano(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.tower = Tower(c)
        self.projector = Projector(c)
        self.decoder = Decoder(c)
