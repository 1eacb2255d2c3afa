"""Questions and answers about scenes, as token rows behind the picture, packed several to a picture."""
import random

import torch

import vocabulary
from layout import SIDES, on_side
from things import LANGUAGES

BOS, EOS = 1, 2
IMAGE = -200
# The share of each kind of question, as far as the scene allows it.
KINDS = {"what": 0.30, "side": 0.15, "count": 0.05, "background": 0.04, "exists": 0.30, "and": 0.16}
OPPOSITE = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
UNNAMED = -1


def pieces(spm, text):
    """The ids of a text without the mark of a leading space: what stands right behind a special token."""
    parts = list(text)
    score = lambda p: spm.get_score(spm.piece_to_id(p)) if spm.piece_to_id(p) else -1e9
    while len(parts) > 1:
        best = max(range(len(parts) - 1), key=lambda i: score(parts[i] + parts[i + 1]))
        if score(parts[best] + parts[best + 1]) == -1e9:
            break
        parts[best:best + 2] = [parts[best] + parts[best + 1]]
    return [spm.piece_to_id(p) for p in parts]


class Questions:
    """Turns of questions and answers about a scene."""

    def __init__(self, rng, known=None, kinds=KINDS):
        self.random = rng
        self.kinds = kinds
        self.known = list(range(len(vocabulary.THINGS))) if known is None else list(known)
        self.names = [t["names"] for t in vocabulary.THINGS]
        self.named = None

    def listed(self, things, language):
        return vocabulary.TEXTS["answers"][language]["comma"].join(self.names[t][language] for t in things)

    def pick(self, kind, language):
        return self.random.choice(vocabulary.TEXTS[kind][language])

    def sides(self, scene):
        return [side for side in SIDES if on_side(scene.layout, side)]

    def possible(self, scene):
        kinds = ["what", "count", "exists"]
        if scene.colour not in (UNNAMED, len(vocabulary.TEXTS["colours"]["en"])):
            kinds.append("background")
        if self.sides(scene):
            kinds += ["side", "and"]
        return kinds

    def kind(self, scene):
        kinds = self.possible(scene)
        return self.random.choices(kinds, [self.kinds[k] for k in kinds])[0]

    def ask(self, scene, kind, language):
        """The turns [(question, answer), ...] of a kind of question; `named` is the thing that it names, if it does."""
        self.named = None
        answers = vocabulary.TEXTS["answers"][language]
        if kind == "what":
            return [(self.pick("what", language), self.listed(scene.things, language) or answers["unknown"])]
        if kind == "count":
            return [(self.pick("count", language), answers["digits"][len(scene.things)])]
        if kind == "background":
            return [(self.pick("background", language), vocabulary.TEXTS["colours"][language][scene.colour])]
        if kind == "exists":
            there = bool(scene.things) and self.random.random() < 0.5
            thing = self.random.choice(scene.things) if there else self.absent(scene)
            self.named = thing
            question = self.pick("exists", language).format(self.names[thing][language])
            return [(question, answers["yes" if there else "no"])]
        side = self.random.choice(self.sides(scene))
        turns = [(self.pick(side, language), self.on(scene, side, language))]
        if kind == "and":
            other = OPPOSITE[side]
            turns.append((vocabulary.TEXTS["and"][language][other], self.on(scene, other, language)))
        return turns

    def on(self, scene, side, language):
        return self.listed([scene.things[i] for i in on_side(scene.layout, side)], language)

    def absent(self, scene):
        """A thing that is not there: any, or one that the list of things puts next to one that is there."""
        while True:
            thing = self.random.choice(self.known)
            if scene.things and self.random.random() < 0.5:
                near = self.known.index(self.random.choice(scene.things)) + self.random.randint(-6, 6)
                thing = self.known[near % len(self.known)]
            if thing not in scene.things:
                return thing


class Prompts:
    """The tokenised template and packed rows of questions and answers."""
    # How many tokens stand behind a question, before its answer.
    tail = 2

    def __init__(self, seed, known=None, kinds=KINDS):
        self.known, self.kinds = known, kinds
        self.spm = vocabulary.load()
        self.system = [BOS] + self.spm.encode(vocabulary.SYSTEM)
        self.user = pieces(self.spm, "USER")
        self.kept = {}
        self.reseed(seed)

    def reseed(self, seed):
        self.random = random.Random(seed)
        self.questions = Questions(self.random, self.known, self.kinds)

    def encode(self, text):
        ids = self.kept.get(text)
        if ids is None:
            ids = self.kept[text] = self.spm.encode(text)
        return ids

    def tokens(self, turns):
        """The ids of a conversation behind the picture, and for each the id to be said next, or -1."""
        ids, targets = [], []
        for i, (question, answer) in enumerate(turns):
            if i:
                asked = self.user + self.encode(f"USER: {question} ASSISTANT:")[1:]
            else:
                asked = self.encode(vocabulary.prompt(question))
            said = self.spm.encode(answer) + [EOS]
            ids += asked + said
            targets += [-1] * (len(asked) - 1) + said + [-1]
        return ids[:-1], targets[:-1]

    def pack(self, scenes, count, patches, room=None):
        """Packs questions in several languages, with their answers, behind each picture.

        Every picture's row of tokens holds `count` conversations one after the other, or as many as there is `room` for; each
        sees the system text, the picture and itself alone, at the positions right after the picture. Returns tokens, positions, blocks
        (conversation numbers, 0 for padding), targets (-1 where nothing is learnt) and, at the ends of the questions
        that name a thing, its number (-1 everywhere else).
        """
        start = len(self.system) + patches
        rows = []
        for scene in scenes:
            tokens, positions, blocks, targets, named = [], [], [], [], []
            languages = []
            for n in range(1, count + 1):
                languages = languages or self.random.sample(LANGUAGES, len(LANGUAGES))
                turns = self.questions.ask(scene, self.questions.kind(scene), languages.pop())
                ids, said = self.tokens(turns)
                if room and tokens and len(tokens) + len(ids) > room:
                    break
                tokens += ids
                positions += range(start, start + len(ids))
                blocks += [n] * len(ids)
                targets += said
                named += [-1] * len(ids)
                if self.questions.named is not None:
                    answer = next(i for i, t in enumerate(said) if t >= 0)
                    named[answer - self.tail - len(ids)] = self.questions.named
            rows.append((tokens, positions, blocks, targets, named))
        width = max(len(r[0]) for r in rows)
        fill = (0, start, 0, -1, -1)
        return [torch.tensor([r[k] + [f] * (width - len(r[k])) for r in rows]) for k, f in enumerate(fill)]


    def drill(self, count):
        """The latter parts of questions that name a thing, as ids up to the name's end and the thing; the shortest first."""
        rows = []
        for _ in range(count):
            thing, language = self.random.choice(self.questions.known), self.random.choice(LANGUAGES)
            question = self.questions.pick("exists", language)
            ids, targets = self.tokens([(question.format(self.questions.names[thing][language]), "")])
            end = next(i for i, t in enumerate(targets) if t >= 0) - self.tail
            start = len(self.tokens([(question[:question.index("{")], "")])[0]) // 2
            rows.append((ids[min(start, end - 2):end + 1], thing))
        return sorted(rows, key=lambda row: len(row[0]))


def packed_mask(blocks, system, patches):
    """The additive attention mask [b, 1, patches + n, system + patches + n] for rows packed by `pack`.

    `patches` is the number of picture rows that are there, which may be fewer than the picture has.
    """
    b, n = blocks.shape
    rows, columns = patches + n, system + patches + n
    allowed = torch.ones(rows, columns).tril(system).bool().expand(b, -1, -1).clone()
    same = blocks[:, :, None] == blocks[:, None, :]
    allowed[:, patches:, system + patches:] &= same
    return torch.zeros(b, 1, rows, columns).masked_fill_(~allowed[:, None], float("-inf"))
