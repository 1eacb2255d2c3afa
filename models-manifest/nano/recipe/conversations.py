"""Conversations about scenes, as token rows: several turns, several images, ten languages, small talk.

The layout is that of the engine's `vicuna_v1`. An image of the first turn stands behind the system text; an image of a later
turn stands behind its "USER: ", and its 64 rows are part of the conversation's own tokens.
"""
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import torch

import vocabulary
from layout import SIDES
from prompts import BOS, EOS, OPPOSITE, Prompts, Questions
from things import LANGUAGES

TALK = json.loads((Path(__file__).parent / "talk.json").read_text("utf-8"))
# The share of each kind of question in a conversation, as far as the image allows it.
KINDS = {"what": 0.34, "side": 0.16, "count": 0.09, "background": 0.09, "exists": 0.32}
# How conversations begin: one image; another one in a later turn; two or three at once; none; small talk before an image.
SHAPES = {"one": 0.50, "later": 0.17, "several": 0.19, "none": 0.07, "afterwards": 0.07}
# The chance of one to six turns.
TURNS, EASY_TURNS = [0.16, 0.24, 0.22, 0.18, 0.12, 0.08], [0.05, 0.4, 0.35, 0.2, 0, 0]
# The share of turns that are small talk, or ask for JSON.
TALKED, JSON = 0.07, 0.04
# What the log calls the answers of a conversation.
SCORES = ("first", "later", "follow-up", "switched", "several", "talk", "json")


@dataclass
class Turn:
    question: str
    answer: str
    # The numbers of the scenes that this turn shows.
    shown: list = field(default_factory=list)
    # What the turn counts as, one of SCORES.
    score: str = "later"
    # Whether the question makes sense without the turns before it.
    alone: bool = True
    learnt: bool = True


class Conversations:
    """A seeded source of conversations. `plain` leaves out what is for the training only: wrong answers and typing habits."""
    # One image and little else: an easy beginning.
    easy = False

    def __init__(self, rng, known=None, plain=False):
        self.random, self.plain = rng, plain
        self.questions = Questions(rng, known)
        self.names = self.questions.names

    def conversation(self, scenes, own, shape=None, turns=None, language=None, switch=0.2):
        """The turns of a conversation about the scene `own` of a list, and perhaps about others of it."""
        rng = self.random
        shape = shape or ("one" if self.easy else rng.choices(list(SHAPES), list(SHAPES.values()))[0])
        turns = turns or rng.choices(range(1, 7), EASY_TURNS if self.easy else TURNS)[0]
        fixed, talk = language is not None, []
        language = language or rng.choice(LANGUAGES)
        # What the questions are about: images shown so far, the last of them, and the last question's kind and what it named.
        shown, last = [], None
        for n in range(turns):
            if n and not fixed and rng.random() < switch:
                language = rng.choice([x for x in LANGUAGES if x != language])
            new = []
            if shape == "several" and n == 0:
                new = [own] + self.others(scenes, own, 2 if rng.random() < 0.15 else 1)
            elif shape in ("one", "later") and n == 0 or shape == "afterwards" and n == 1:
                new = [own]
            elif shape == "later" and n and len(shown) < 2 and (n == turns - 1 or rng.random() < 0.5):
                new = self.others(scenes, own, 1)
            if shape == "none" or shape == "afterwards" and n == 0 or not new and rng.random() < (0.02 if self.easy else TALKED):
                turn = self.talk(language, bool(shown))
            else:
                turn, last = self.about(scenes, shown, new, last, language)
            turn.shown = new
            shown = shown + new
            if n == 0 and turn.score == "later":
                turn.score = "first"
            talk.append(turn)
        return talk

    def others(self, scenes, own, count):
        """Numbers of other scenes."""
        count = min(count, len(scenes) - 1)
        return self.random.sample([n for n in range(len(scenes)) if n != own], count)

    def talk(self, language, image):
        """Small talk; a question that is not about images; without an image, also a question that needs one."""
        rng = self.random
        kinds = ["hello", "who", "can", "thanks", "bye", "how", "cannot", "cannot", "cannot"]
        kind = rng.choice(kinds if image else kinds + ["none"] * 3)
        if kind == "none":
            asked = rng.choice(["what", "what", "count", "background", "exists", *SIDES])
            question = self.questions.pick(asked, language)
        else:
            question = rng.choice(TALK["talk"][language][kind])
        question = question.format(rng.choice(self.names)[language])
        if not self.plain and kind != "none":
            if rng.random() < 0.25:
                question = question.rstrip("!?.。！？؟۔।").rstrip()
            if rng.random() < 0.15:
                question = question.lower()
        return Turn(question, TALK["answers"][language][kind], score="talk")

    def about(self, scenes, shown, new, last, language):
        """A turn about the images of this turn, or of those before; and what a question after it can refer to."""
        rng, words = self.random, TALK["images"][language]
        images = shown + new
        if len(new) > 1 and rng.random() < 0.45:
            # All the images at once; their things in the images' order.
            listed = [t for n in new for t in scenes[n].things]
            question = rng.choice(words["all"]) if rng.random() < 0.5 else self.questions.pick("what", language)
            answer = self.questions.listed(listed, language) or vocabulary.TEXTS["answers"][language]["unknown"]
            return Turn(question, answer, score="several"), ("what", None)
        if new and shown and last and rng.random() < 0.4:
            turn = self.again(scenes[new[-1]], last, language, rng.choice(words["next"]))
            if turn:
                return turn, last
        if len(images) > 1 and (len(new) > 1 or rng.random() < 0.5):
            number = rng.randrange(len(images))
            scene, ordinal = scenes[images[number]], words["ordinals"][min(number, 2)]
            if last and rng.random() < 0.4:
                turn = self.again(scene, last, language, words["and"][0].format(ordinal))
                if turn:
                    return turn, last
            kind = rng.choice([k for k in ("what", "what", "count", "background") if k in self.questions.possible(scene)])
            turn = self.again(scene, (kind, None), language, rng.choice(words[kind]).format(ordinal))
            turn.alone = len(shown) == 0
            return turn, (kind, None)
        return self.plainly(scenes[images[-1]], last, language, bool(shown), len(images) > 1 and not new)

    def plainly(self, scene, last, language, before, other):
        """A question about one image."""
        rng, questions = self.random, self.questions
        sides = questions.sides(scene)
        if sides and before and rng.random() < (0.4 if last and last[0] in SIDES else 0.06):
            side = OPPOSITE[last[0]] if last and OPPOSITE.get(last[0]) in sides and rng.random() < 0.7 else rng.choice(sides)
            answer = questions.on(scene, side, language)
            return Turn(vocabulary.TEXTS["and"][language][side], answer, score="follow-up", alone=False), (side, None)
        kinds = [k for k in questions.possible(scene) if k != "and"]
        kind = rng.choices(kinds, [KINDS[k] for k in kinds])[0]
        if kind == "side":
            side = rng.choice(sides)
            question, answer, last = questions.pick(side, language), questions.on(scene, side, language), (side, None)
        else:
            (question, answer), = questions.ask(scene, kind, language)
            last = kind, questions.named
        turn = Turn(question, answer, score="switched" if other else "later")
        if not self.plain:
            self.disturb(turn, scene, last, language)
        return turn, last

    def disturb(self, turn, scene, last, language):
        """Some turns ask for JSON; some have a wrong answer, from which nothing is learnt."""
        rng, (kind, _) = self.random, last
        if not self.easy and rng.random() < JSON:
            turn.question += (" " if language not in ("zh", "ja") else "") + TALK["images"][language]["json"]
            turn.answer, turn.score = self.json(turn.answer, kind, language), "json"
        elif rng.random() < 0.15:
            turn.answer, turn.learnt = self.wrong(turn.answer, scene, kind, language), False

    def json(self, answer, kind, language):
        """The answer as a JSON object with an English property name and a value in the language."""
        words = vocabulary.TEXTS["answers"][language]
        if kind == "count":
            value = {"count": words["digits"].index(answer)}
        elif kind == "exists":
            value = {"present": answer == words["yes"]}
        elif kind == "background":
            value = {"background": answer}
        else:
            value = {kind if kind in SIDES else "things": [] if answer == words["unknown"] else answer.split(words["comma"])}
        return json.dumps(value, ensure_ascii=False)

    def wrong(self, answer, scene, kind, language):
        """Another answer to a question of this kind."""
        rng, words = self.random, vocabulary.TEXTS["answers"][language]
        if kind == "count":
            return rng.choice([d for d in words["digits"] if d != answer])
        if kind == "exists":
            return words["no" if answer == words["yes"] else "yes"]
        if kind == "background":
            return rng.choice([c for c in vocabulary.TEXTS["colours"][language] if c != answer])
        if rng.random() < 0.15 and answer != words["unknown"]:
            return words["unknown"]
        return self.questions.listed([self.questions.absent(scene) for _ in range(rng.randint(1, max(1, len(scene.things))))],
                                     language)

    def again(self, scene, last, language, question):
        """The last question about another image, or None if it makes no sense there."""
        kind, named = last
        questions, words = self.questions, vocabulary.TEXTS["answers"][language]
        if kind == "what":
            answer = questions.listed(scene.things, language) or words["unknown"]
        elif kind == "count":
            answer = words["digits"][len(scene.things)]
        elif kind == "exists":
            answer = words["yes" if named in scene.things else "no"]
        elif kind == "background" and "background" in questions.possible(scene):
            answer = vocabulary.TEXTS["colours"][language][scene.colour]
        elif kind in questions.sides(scene):
            answer = questions.on(scene, kind, language)
        else:
            return None
        return Turn(question, answer, score="several", alone=False)


class Conversed(Prompts):
    """Packs conversations behind images, as `Prompts` packs single questions."""

    easy = False

    def __init__(self, seed, known=None):
        super().__init__(seed, known)
        whole = [BOS] + self.spm.encode(f"{vocabulary.SYSTEM}x ASSISTANT:")
        # Without an image the last piece of the system text, a space, is part of the question's first word.
        assert whole[:len(self.system) - 1] == self.system[:-1]

    def reseed(self, seed):
        super().reseed(seed)
        self.conversations = Conversations(self.random, self.known)

    def conversation(self, turns):
        """The ids behind the system text and the first turn's first image, if it has one; image n as -1 - n.

        Also: for each the id to be said next, or -1, and the number of its turn.
        """
        ids, targets, numbers = [], [], []
        for i, turn in enumerate(turns):
            asked = []
            if i == 0 and not turn.shown:
                whole = self.encode(f"{vocabulary.SYSTEM}{turn.question} ASSISTANT:")
                asked += whole[len(self.system) - 2:]
            elif not turn.shown:
                asked += self.user + self.encode(f"USER: {turn.question} ASSISTANT:")[1:]
            else:
                if i:
                    asked += self.user + self.encode("USER: ")[1:]
                for n, image in enumerate(turn.shown):
                    asked += self.encode(" ") if n else []
                    asked += [-1 - image] if n or i else []
                asked += self.encode(vocabulary.prompt(turn.question))
            said = self.encode(turn.answer) + [EOS]
            ids += asked + said
            targets += [-1] * (len(asked) - 1) + (said if turn.learnt else [-1] * len(said)) + [-1]
            numbers += [i] * (len(asked) + len(said))
        return ids[:-1], targets[:-1], numbers[:-1]

    def rows(self, scenes, patches, room):
        """Conversations for each scene, as many as there is `room` for.

        Returns tokens, positions, blocks (numbers of conversations, 0 for padding, negative for those that begin without an
        image), targets, `inline` (which row of all the images' rows stands here, or -1) and, for each answer, its score and the
        places of its targets as (scene, places).
        """
        system, rows, answers = len(self.system), [], []
        for own in range(len(scenes)):
            row = tokens, positions, blocks, targets, inline = [], [], [], [], []
            for n in range(1, 12):
                self.conversations.easy = self.easy
                turns = self.conversations.conversation(scenes, own)
                ids, said, numbers = self.conversation(turns)
                length = sum(patches if i < 0 else 1 for i in ids)
                if tokens and len(tokens) + length > room:
                    break
                start = len(tokens)
                places = {}
                for i, target, number in zip(ids, said, numbers):
                    if target >= 0:
                        places.setdefault(number, []).append(len(tokens))
                    wide = patches if i < 0 else 1
                    tokens += [0 if i < 0 else i] * wide
                    targets += [-1] * (wide - 1) + [target]
                    inline += range((-1 - i) * patches, -i * patches) if i < 0 else [-1]
                blind = not turns[0].shown
                first = system - 1 if blind else system + patches
                positions += range(first, first + length)
                blocks += [-n if blind else n] * (len(tokens) - start)
                answers += [(turns[k].score, own, p) for k, p in places.items()]
            rows.append(row)
        width = max(len(r[0]) for r in rows)
        fill = (0, system, 0, -1, -1)
        return [torch.tensor([r[k] + [f] * (width - len(r[k])) for r in rows]) for k, f in enumerate(fill)], answers


def conversed_mask(blocks, system, patches):
    """The additive attention mask [b, 1, patches + n, system + patches + n] for rows packed by `Conversed.rows`.

    A conversation sees the system text, the image and itself alone; one that begins without an image does not see the image,
    nor the last piece of the system text.
    """
    b, n = blocks.shape
    rows, columns = patches + n, system + patches + n
    allowed = torch.ones(rows, columns).tril(system).bool().expand(b, -1, -1).clone()
    allowed[:, patches:, system + patches:] &= blocks[:, :, None] == blocks[:, None, :]
    allowed[:, patches:, system - 1:system + patches] &= (blocks >= 0)[:, :, None]
    return torch.zeros(b, 1, rows, columns).masked_fill_(~allowed[:, None], float("-inf"))


if __name__ == "__main__":
    from layout import LAYOUTS
    from scenes import Scene
    source = random.Random(1)
    some = [Scene(layout, source.sample(range(1100), len(layout)), source.randrange(-1, 11)) for layout in LAYOUTS]
    made = Conversations(source)
    for number in range(12):
        print("---", number)
        for each in made.conversation(some, source.randrange(len(some))):
            print(each.shown, each.score, "" if each.learnt else "(wrong)", "|", each.question, "|", each.answer)
