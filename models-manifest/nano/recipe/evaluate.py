"""Reads the exported pair and runs it in float32, as an engine does: an independent check of the files.

evaluate.py measure MODELS PICTURES [COUNT]   exact matches per kind of question and language on drawn scenes
evaluate.py talk MODELS PICTURES [COUNT]      the same for conversations; the earlier answers are the right ones
evaluate.py fixture MODELS PICTURES           writes ../fixture from the first two pictures
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F

import heldout
import vocabulary
from conversations import Conversed, Turn
from prompts import Prompts
from things import LANGUAGES

HERE = Path(__file__).parent
FORMATS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
IMAGE, EOS = -200, 2


class Gguf:
    """The metadata and the dequantised tensors of a GGUF file."""

    def __init__(self, path):
        self.data, self.at = path.read_bytes(), 4
        assert self.data[:4] == b"GGUF" and self.read(4) == 3
        tensors, entries = self.read(10), self.read(10)
        self.meta = {self.string(): self.value(self.read(4)) for _ in range(entries)}
        infos = []
        for _ in range(tensors):
            name, dims = self.string(), self.read(4)
            shape = [self.read(10) for _ in range(dims)][::-1]
            infos.append((name, shape, self.read(4), self.read(10)))
        alignment = self.meta.get("general.alignment", 32)
        base = -(-self.at // alignment) * alignment
        self.tensors = {name: self.tensor(base + offset, shape, kind) for name, shape, kind, offset in infos}

    def read(self, kind):
        v, = struct.unpack_from(FORMATS[kind], self.data, self.at)
        self.at += struct.calcsize(FORMATS[kind])
        return v

    def string(self):
        n = self.read(10)
        self.at += n
        return self.data[self.at - n:self.at].decode("utf-8")

    def value(self, kind):
        if kind == 8:
            return self.string()
        if kind == 9:
            inner, n = self.read(4), self.read(10)
            return [self.value(inner) for _ in range(n)]
        return self.read(kind)

    def tensor(self, start, shape, kind):
        count = int(np.prod(shape))
        if kind == 8:
            blocks = np.frombuffer(self.data, np.dtype([("d", "<f2"), ("q", "i1", 32)]), count // 32, start)
            flat = blocks["d"].astype(np.float32)[:, None] * blocks["q"]
        else:
            flat = np.frombuffer(self.data, {0: "<f4", 1: "<f2"}[kind], count, start).astype(np.float32)
        return torch.from_numpy(flat.reshape(shape).copy())


class Pair:
    """The exported model in the arithmetic of `dtype`."""

    def __init__(self, folder, dtype=torch.float32):
        text, vision = Gguf(folder / "nano.gguf"), Gguf(folder / "nano-mmproj.gguf")
        self.text, self.vision, self.dtype = text.meta, vision.meta, dtype
        self.w = {k: v.to(dtype) for k, v in (text.tensors | vision.tensors).items()}
        self.prompts = Prompts(0)
        self.spm, self.system = self.prompts.spm, self.prompts.system

    def linear(self, x, name):
        return F.linear(x, self.w[name + ".weight"], self.w.get(name + ".bias"))

    def norm(self, x, name):
        eps = self.vision["clip.vision.attention.layer_norm_epsilon"]
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], eps)

    def rms(self, x, name):
        eps = self.text["llama.attention.layer_norm_rms_epsilon"]
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * self.w[name + ".weight"]

    def split(self, x, heads):
        return x.view(*x.shape[:2], heads, -1).transpose(1, 2)

    def pixels(self, pictures):
        stack = torch.from_numpy(np.stack([heldout.engine_pixels(p) for p in pictures])).to(self.dtype) / 255
        mean = torch.tensor(self.vision["clip.vision.image_mean"], dtype=self.dtype)
        std = torch.tensor(self.vision["clip.vision.image_std"], dtype=self.dtype)
        return ((stack - mean) / std).permute(0, 3, 1, 2)

    def features(self, pixels):
        """The tower's features and the projected rows."""
        heads, patch = self.vision["clip.vision.attention.head_count"], self.vision["clip.vision.patch_size"]
        x = F.conv2d(pixels, self.w["v.patch_embd.weight"], stride=patch).flatten(2).transpose(1, 2)
        x = torch.cat([self.w["v.class_embd"].expand(len(x), 1, -1), x], 1) + self.w["v.position_embd.weight"]
        x = self.norm(x, "v.pre_ln")
        for i in range(self.vision["clip.vision.feature_layer"][0]):
            h = self.norm(x, f"v.blk.{i}.ln1")
            q, k, v = (self.split(self.linear(h, f"v.blk.{i}.attn_{n}"), heads) for n in "qkv")
            a = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1) @ v
            x = x + self.linear(a.transpose(1, 2).flatten(2), f"v.blk.{i}.attn_out")
            h = self.linear(self.norm(x, f"v.blk.{i}.ln2"), f"v.blk.{i}.ffn_up")
            x = x + self.linear(h * torch.sigmoid(1.702 * h), f"v.blk.{i}.ffn_down")
        x = x[:, 1:]
        return x, self.linear(F.gelu(self.linear(x, "mm.0")), "mm.2")

    def rows(self, ids, projected):
        """Embedding rows of token ids [b, n], the picture's rows in place of IMAGE."""
        at = ids[0].index(IMAGE)
        table = self.w["token_embd.weight"]
        before = table[torch.tensor([r[:at] for r in ids])]
        after = table[torch.tensor([r[at + 1:] for r in ids])]
        return torch.cat([before, projected.expand(len(ids), -1, -1), after], 1)

    def logits(self, x):
        """Scores of every position for embedding rows [b, n, width]."""
        heads, n = self.text["llama.attention.head_count"], x.shape[1]
        d = x.shape[2] // heads
        rates = self.text["llama.rope.freq_base"] ** (-torch.arange(0, d, 2).double() / d)
        angles = torch.arange(n)[:, None].double() * rates
        cos, sin = angles.cos().to(self.dtype), angles.sin().to(self.dtype)

        def turn(t):
            even, odd = t[..., 0::2], t[..., 1::2]
            return torch.stack([even * cos - odd * sin, even * sin + odd * cos], -1).flatten(-2)

        mask = torch.full((n, n), float("-inf"), dtype=self.dtype).triu(1)
        for i in range(self.text["llama.block_count"]):
            h = self.rms(x, f"blk.{i}.attn_norm")
            q, k, v = (self.split(self.linear(h, f"blk.{i}.attn_{n}"), heads) for n in "qkv")
            a = (turn(q) @ turn(k).transpose(-1, -2) * d ** -0.5 + mask).softmax(-1) @ v
            x = x + self.linear(a.transpose(1, 2).flatten(2), f"blk.{i}.attn_output")
            h = self.rms(x, f"blk.{i}.ffn_norm")
            x = x + self.linear(F.silu(self.linear(h, f"blk.{i}.ffn_gate")) * self.linear(h, f"blk.{i}.ffn_up"),
                                f"blk.{i}.ffn_down")
        return self.linear(self.rms(x, "output_norm"), "output")

    def prompt(self, turns, question):
        """The ids before an answer: earlier turns as (question, answer ids)."""
        ids = self.system + [IMAGE]
        for i, asked in enumerate([q for q, _ in turns] + [question]):
            ids += self.prompts.user + self.spm.encode(f"USER: {asked} ASSISTANT:")[1:] if i else \
                self.spm.encode(vocabulary.prompt(asked))
            ids += turns[i][1] + [EOS] if i < len(turns) else []
        return ids

    def right(self, projected, conversations):
        """Whether greedy decoding gives every answer of each conversation: each token must be the best after the others."""
        encoded = [self.prompts.tokens(turns) for turns in conversations]
        width = max(len(ids) for ids, _ in encoded)
        rows = [self.system + [IMAGE] + ids + [EOS] * (width - len(ids)) for ids, _ in encoded]
        best = self.logits(self.rows(rows, projected)).argmax(-1)[:, -width:]
        return [all(b == t for b, t in zip(line.tolist(), targets) if t >= 0) for line, (_, targets) in zip(best, encoded)]

    def answered(self, prompts, projected, turns):
        """Whether each answer of a conversation is right, as in `right`; `projected` has the rows of each image by its name."""
        images = [image for turn in turns for image in turn.shown]
        numbered = [Turn(t.question, t.answer, [images.index(i) for i in t.shown]) for t in turns]
        ids, targets, numbers = prompts.conversation(numbered)
        start = self.system + [-1] if turns[0].shown else self.system[:-1]
        table = self.w["token_embd.weight"]
        rows = [projected[images[-1 - i]][0] if i < 0 else table[i:i + 1] for i in start + ids]
        ends = torch.tensor([len(r) for r in rows]).cumsum(0)[len(start):] - 1
        best = self.logits(torch.cat(rows)[None])[0, ends].argmax(-1)
        right = [True] * len(turns)
        for guess, target, number in zip(best.tolist(), targets, numbers):
            right[number] &= target < 0 or guess == target
        return right

    def greedy(self, projected, ids, limit=48):
        """Generated ids, ending before the end token, and the scores of the first step."""
        answer, first = [], None
        while len(answer) < limit:
            scores = self.logits(self.rows([ids + answer], projected))[0, -1]
            first = scores if first is None else first
            best = int(scores.argmax())
            if best == EOS:
                break
            answer.append(best)
        return answer, first


def scenes(folder):
    for line in (folder / "heldout.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        yield Image.open(folder / entry["image"]).convert("RGB"), entry


@torch.no_grad()
def measure(pair, folder, limit):
    """Exact matches per kind of question and language."""
    hits, misses = {}, []
    for i, (picture, entry) in enumerate(scenes(folder)):
        if i == limit:
            break
        _, projected = pair.features(pair.pixels([picture]))
        asked = [(ask["type"], x, ask[x]) for ask in entry["asks"] for x in LANGUAGES]
        for (kind, x, turns), right in zip(asked, pair.right(projected, [turns for _, _, turns in asked])):
            hits.setdefault(kind, {}).setdefault(x, []).append(right)
            if not right and x == "en":
                said, _ = pair.greedy(projected, pair.prompt([], turns[0][0]))
                misses.append(f"{''.join(entry['things'])} {turns[0][0]} {pair.spm.decode(said)}")
    for kind, by in hits.items():
        print(f"{kind:10} {len(by['en']):4}", ", ".join(f"{x} {100 * sum(r) / len(r):.1f}" for x, r in by.items()))
    print("missed in English:", "; ".join(misses[:60]))


@torch.no_grad()
def measure_talk(pair, folder, limit):
    """Exact matches per kind of turn and language: each answer after the right ones before it."""
    prompts, hits, misses = Conversed(0), {}, []
    lines = [json.loads(line) for line in (folder / "conversations.jsonl").read_text("utf-8").splitlines()]
    seen = {}
    for entry in lines[:limit if limit > 0 else None]:
        for ask in entry["asks"]:
            for x in LANGUAGES:
                turns = [Turn(question, answer, files) for question, answer, files in ask[x]]
                for file in [f for turn in turns for f in turn.shown if f not in seen]:
                    seen[file] = pair.features(pair.pixels([Image.open(folder / file).convert("RGB")]))[1]
                for kind, right, turn in zip(kinds(ask), pair.answered(prompts, seen, turns), turns):
                    if kind:
                        hits.setdefault(kind, {}).setdefault(x, []).append(right)
                        if not right and x == "en":
                            misses.append(f"{kind}: {turn.question} {turn.answer}")
    table(hits)
    print("missed in English:", "; ".join(misses[:60]))


def kinds(ask):
    """What each turn of an ask counts as; only the last counts if the ask does not say."""
    return ask.get("kinds") or [None] * (len(ask["en"]) - 1) + [ask["type"]]


def table(hits):
    for kind, by in sorted(hits.items()):
        every = [r for part in by.values() for r in part]
        print(f"{kind:18} {len(by['en']):4} {100 * sum(every) / len(every):.1f} ",
              ", ".join(f"{x} {100 * sum(r) / len(r):.1f}" for x, r in by.items()))


@torch.no_grad()
def write_fixture(pair, folder, out):
    """For two pictures: ids, greedy ids and the best first scores, from the dequantised weights in float64."""
    out.mkdir(exist_ok=True)
    cases = []
    for (picture, entry), languages in zip(list(scenes(folder))[:2], (["en", "hi"], ["fr", "ja"])):
        name = f"{len(cases) // 2}.png"
        picture.save(out / name)
        tower, projected = pair.features(pair.pixels([picture]))
        for x in languages:
            question, expected = entry["asks"][0][x][0]
            prompt = pair.prompt([], question)
            answer, scores = pair.greedy(projected, prompt)
            top = scores.topk(5)
            cases.append({"image": name, "language": x, "question": question, "prompt_ids": prompt,
                          "answer_ids": answer, "answer": pair.spm.decode(answer), "name": expected,
                          "first_top5": [[int(i), round(float(v), 5)] for i, v in zip(top.indices, top.values)],
                          "tower_row0": [round(float(v), 5) for v in tower[0, 0, :8]],
                          "projected_row0": [round(float(v), 5) for v in projected[0, 0, :8]]})
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (out / "fixture.json").write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    torch.set_num_threads(1)
    action, models, pictures = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if action in ("measure", "talk"):
        {"measure": measure, "talk": measure_talk}[action](Pair(models), pictures, int(sys.argv[4]) if len(sys.argv) > 4 else -1)
    else:
        write_fixture(Pair(models, torch.float64), pictures, HERE.parent / "fixture")
