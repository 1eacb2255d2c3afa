"""Byte-level BPE and ChatML, as Pangea and Parrot have them: the vocabulary of the qwen2-style siblings."""
import json
from pathlib import Path

import regex

import vocabulary
from prompts import KINDS, Prompts

HERE = Path(__file__).parent
FOLDER = HERE / "work/chatml"
SIZE = 6400
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
    """Makes a byte-level vocabulary of nano's: bytes join to its characters, and those to its pieces in their order."""
    spm = vocabulary.load()
    words = [spm.id_to_piece(i).replace("\u2581", " ") for i in range(spm.get_piece_size())
             if not (spm.is_control(i) or spm.is_unknown(i) or spm.is_byte(i))]
    pieces = {NAMES[b]: b for b in range(256)}
    merges = []

    def join(left, right):
        merges.append((left, right))
        pieces.setdefault(left + right, len(pieces))

    for character in dict.fromkeys("".join(words)):
        parts = letters(character)
        for end in range(2, len(parts) + 1):
            if "".join(parts[:end]) not in pieces:
                join("".join(parts[:end - 1]), parts[end - 1])
    for word in words:
        halves = [("".join(letters(word[:i])), "".join(letters(word[i:]))) for i in range(1, len(word))]
        for left, right in [pair for pair in halves if pair[0] in pieces and pair[1] in pieces]:
            join(left, right)
    assert len(pieces) + len(SPECIALS) <= SIZE
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "vocab.json").write_text(json.dumps(pieces, ensure_ascii=False), "utf-8")
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

    def __init__(self, seed, known=None, kinds=KINDS):
        self.known, self.kinds = known, kinds
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
