"""Byte-level BPE and ChatML, as Pangea and Parrot have them: the vocabulary of the qwen2-style siblings."""
import collections
import json
from pathlib import Path

import regex

import vocabulary
from prompts import Prompts

HERE = Path(__file__).parent
FOLDER = HERE / "work/chatml"
SIZE = 3072
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
SPLIT = regex.compile(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
                      r"|\s*[\r\n]+|\s+(?!\S)|\s+")
SYSTEM = "system\nYou are a helpful assistant."


def byte_names():
    """The printable character that stands for each byte in the vocabulary's files."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in kept]
    return {**{b: chr(b) for b in kept}, **{b: chr(256 + i) for i, b in enumerate(others)}}


NAMES = byte_names()


def letters(word):
    return tuple(NAMES[b] for b in word.encode("utf-8"))


def joined(word, pair):
    """A word with every occurrence of a pair joined."""
    out, i = [], 0
    while i < len(word):
        if word[i:i + 2] == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)


def train():
    """Joins the most frequent pair again and again; the first in order among equals."""
    counts = collections.Counter()
    for line in [*vocabulary.corpus(), SYSTEM, "user\n", "assistant\n"]:
        counts.update(SPLIT.findall(line))
    words = {letters(word): count for word, count in counts.items()}
    merges = []
    while 256 + len(merges) + len(SPECIALS) < SIZE:
        pairs = collections.Counter()
        for word, count in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += count
        best = min(pairs, key=lambda p: (-pairs[p], p))
        merges.append(best)
        changed = {word: joined(word, best) for word in words if best[0] in word}
        for word, new in changed.items():
            if new != word:
                words[new] = words.pop(word)
    pieces = [NAMES[b] for b in range(256)] + ["".join(m) for m in merges]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "vocab.json").write_text(json.dumps({p: i for i, p in enumerate(pieces)}, ensure_ascii=False), "utf-8")
    (FOLDER / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges), "utf-8")
    added = {name: len(pieces) + i for i, name in enumerate(SPECIALS)}
    (FOLDER / "added_tokens.json").write_text(json.dumps(added), "utf-8")
    (FOLDER / "tokenizer_config.json").write_text(json.dumps({
        "added_tokens_decoder": {str(i): {"content": name, "special": True} for name, i in added.items()},
        "bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "tokenizer_class": "Qwen2Tokenizer"}, indent=1), "utf-8")


class Bpe:
    """The trained vocabulary."""

    def __init__(self):
        if not (FOLDER / "vocab.json").exists():
            train()
        self.ids = json.loads((FOLDER / "vocab.json").read_text("utf-8"))
        lines = (FOLDER / "merges.txt").read_text("utf-8").splitlines()[1:]
        self.ranks = {tuple(line.split(" ")): i for i, line in enumerate(lines)}
        self.special = json.loads((FOLDER / "added_tokens.json").read_text("utf-8"))
        self.kept = {}

    def word(self, text):
        word = letters(text)
        while len(word) > 1:
            best = min(zip(word, word[1:]), key=lambda pair: self.ranks.get(pair, 1 << 30))
            if best not in self.ranks:
                break
            word = joined(word, best)
        return [self.ids[piece] for piece in word]

    def encode(self, text):
        """Ids of a text, in which the names of special tokens count."""
        if text not in self.kept:
            ids = []
            for part in regex.split("(" + "|".join(map(regex.escape, SPECIALS)) + ")", text):
                if part in self.special:
                    ids.append(self.special[part])
                else:
                    ids += [i for word in SPLIT.findall(part) for i in self.word(word)]
            self.kept[text] = ids
        return self.kept[text]


class ChatMl(Prompts):
    """Questions and answers in ChatML. The ids of `tokens` stand behind the picture, `system` before it."""

    def __init__(self, seed, known=None):
        self.known = known
        self.bpe = Bpe()
        self.system = self.bpe.encode(f"<|im_start|>{SYSTEM}<|im_end|>\n<|im_start|>user\n")
        self.tail = len(self.bpe.encode("<|im_end|>\n<|im_start|>assistant\n"))
        self.reseed(seed)

    def asked(self, question, first):
        start = "\n" if first else "\n<|im_start|>user\n"
        return self.bpe.encode(f"{start}{question}<|im_end|>\n<|im_start|>assistant\n")

    def tokens(self, turns):
        ids, targets = [], []
        for i, (question, answer) in enumerate(turns):
            asked, said = self.asked(question, i == 0), self.bpe.encode(answer + "<|im_end|>")
            ids += asked + said
            targets += [-1] * (len(asked) - 1) + said + [-1]
        return ids[:-1], targets[:-1]


if __name__ == "__main__":
    train()
    bpe = Bpe()
    for language, names in ((x, [t["names"][x] for t in vocabulary.THINGS]) for x in vocabulary.WEIGHTS):
        asked = [len(bpe.encode(q.replace("{}", ""))) for q in vocabulary.questions(language)]
        print(f"{language} questions {sum(asked) / len(asked):.1f}, "
              f"names {sum(len(bpe.encode(n)) for n in names) / len(names):.2f}")
