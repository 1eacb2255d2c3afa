"""Questions and answers as token rows around the picture, packed several to a picture."""
import json
import random
from pathlib import Path

import torch

import vocabulary
from things import LANGUAGES

HERE = Path(__file__).parent
BOS, EOS = 1, 2
IMAGE = -200


class Prompts:
    """The tokenised template, questions and names."""

    def __init__(self, seed):
        spm = vocabulary.load()
        things = json.loads((HERE / "things.json").read_text("utf-8"))
        self.random = random.Random(seed)
        self.system = [BOS] + spm.encode(vocabulary.SYSTEM)
        self.questions = [[spm.encode(vocabulary.prompt(q)) for q in vocabulary.QUESTIONS[x]] for x in LANGUAGES]
        self.names = [[spm.encode(t["names"][x]) + [EOS] for x in LANGUAGES] for t in things]

    def pack(self, labels, languages, patches, phrasing=None):
        """Packs questions in several languages, with their answers, behind each picture.

        Every picture's row of tokens holds the suffixes of `languages` random languages one after the other; each
        suffix sees the system text, the picture and itself alone, at the positions right after the picture.
        Returns tokens, positions, blocks (suffix numbers, 0 for padding) and targets (-1 where nothing is learnt).
        """
        start = len(self.system) + patches
        rows = []
        for label in labels:
            tokens, positions, blocks, targets = [], [], [], []
            for n, language in enumerate(self.random.sample(range(len(LANGUAGES)), languages), 1):
                question = self.questions[language]
                question = self.random.choice(question) if phrasing is None else question[phrasing]
                name = self.names[label][language]
                suffix = question + name[:-1]
                tokens += suffix
                positions += range(start, start + len(suffix))
                blocks += [n] * len(suffix)
                targets += [-1] * (len(question) - 1) + name
            rows.append((tokens, positions, blocks, targets))
        width = max(len(r[0]) for r in rows)
        fill = (0, start, 0, -1)
        return [torch.tensor([r[k] + [fill[k]] * (width - len(r[k])) for r in rows]) for k in range(4)]


def packed_mask(blocks, system, patches):
    """The additive attention mask [b, 1, patches + n, system + patches + n] for rows packed by `pack`."""
    b, n = blocks.shape
    rows, columns = patches + n, system + patches + n
    allowed = torch.ones(rows, columns).tril(system).bool().expand(b, -1, -1).clone()
    same = blocks[:, :, None] == blocks[:, None, :]
    allowed[:, patches:, system + patches:] &= same
    return torch.zeros(b, 1, rows, columns).masked_fill_(~allowed[:, None], float("-inf"))
