"""Draws held-out scenes with Pillow: other code and other pictures than the training scenes, and no shared seeds.

heldout.py draw SEED COUNT FOLDER [--style STYLE]   writes COUNT pictures and heldout.jsonl
heldout.py talk SEED COUNT FOLDER                   writes COUNT images and a conversation for each, as conversations.jsonl
heldout.py samples FOLDER                           writes the sample pictures of the README
"""
import argparse
import json
import math
import random
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageFilter

import backgrounds
import vocabulary
from conversations import TALK, Conversations
from layout import LAYOUTS, weights
from prompts import Questions
from sprites import SPRITES, STYLES
from things import LANGUAGES

MIXED, UNNAMED = len(backgrounds.COLOURS), -1
CHANCES = [0.10, 0.40, 0.20, 0.15, 0.15]


class Scene:
    """What a picture shows, as in the training."""

    def __init__(self, layout, things, colour):
        self.layout, self.things, self.colour = layout, things, colour


def background(rng, width, height):
    """A background and the number of its colour."""
    noise = np.random.default_rng(rng.randrange(1 << 30))
    if rng.random() < 0.45:
        number = rng.randrange(MIXED)
        shade = lambda: tuple(round(255 * c) for c in backgrounds.named_colour(noise, number))
        picture = Image.new("RGB", (width, height), shade())
        if rng.random() < 0.5:
            ramp = Image.linear_gradient("L").resize((width, height))
            picture = Image.composite(Image.new("RGB", picture.size, shade()), picture, ramp)
        return picture, number
    side = max(width, height)
    picture = Image.fromarray(backgrounds.textured(noise, side)).crop((0, 0, width, height))
    return picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.5))), MIXED


def turned(style, code, size, angle):
    """A sprite of the given size, turned, as premultiplied colour and opacity, cut to what is drawn."""
    sprite = Image.open(SPRITES / style / f"{code}.png")
    sprite = sprite.convert("RGBa").rotate(angle, Image.BICUBIC, expand=True)
    scale = size / Image.open(SPRITES / style / f"{code}.png").width
    sprite = sprite.resize((round(sprite.width * scale), round(sprite.height * scale)), Image.LANCZOS)
    return sprite.crop(sprite.getchannel("a").point(lambda a: 255 if a > 4 else 0).getbbox())


def paste(picture, sprite, x, y):
    opacity = Image.new("L", picture.size)
    opacity.paste(sprite.getchannel("a"), (x, y))
    layer = Image.new("RGB", picture.size)
    layer.paste(Image.merge("RGB", [sprite.getchannel(i) for i in range(3)]), (x, y))
    clear = Image.merge("RGB", [ImageChops.invert(opacity)] * 3)
    return ImageChops.add(ImageChops.multiply(picture, clear), layer)


def damaged(rng, picture):
    """Blurred, saved as a poor JPEG, or without colour."""
    way = rng.randrange(3)
    if way == 0:
        return picture.filter(ImageFilter.GaussianBlur(picture.width / 110))
    if way == 1:
        data = BytesIO()
        picture.save(data, "JPEG", quality=12)
        return Image.open(data).convert("RGB")
    return picture.convert("L").convert("RGB")


def size_of(rng, layout, longest):
    """Width and height; rows of two may be wide or high, quarters are square."""
    width = height = rng.randint(200, longest)
    short = round(width * rng.uniform(0.65, 1)) if rng.random() < 0.4 else width
    if len(layout) == 2 and layout[0][3] == 2:
        return width, short
    if len(layout) == 2 and layout[0][2] == 2:
        return short, height
    if len(layout) < 2:
        return (width, short) if rng.random() < 0.5 else (short, height)
    return width, height


def scenes(seed, count, style=None, every=1, longest=360, size=None):
    """Yields (picture, scene, style) for a seed; every thing once before any comes again. `size` fixes width and height."""
    rng = random.Random(seed)
    chances, order, known = weights(CHANCES), [], range(0, len(vocabulary.THINGS), every)
    for _ in range(count):
        layout = rng.choices(LAYOUTS, chances)[0]
        width, height = size or size_of(rng, layout, longest)
        picture, colour = background(rng, width, height)
        shown = []
        while len(shown) < len(layout):
            order = order or rng.sample(known, len(known))
            thing = order.pop()
            if thing not in shown:
                shown.append(thing)
        art = rng.choice(STYLES) if style in (None, "damaged") else style
        for cell, thing in zip(layout, shown):
            w, h = (cell[2] - cell[0]) * width / 2, (cell[3] - cell[1]) * height / 2
            angle = rng.uniform(-15, 15)
            share = rng.uniform(0.55, 0.92) if len(layout) == 1 else rng.uniform(0.68, 0.95)
            spread = math.cos(math.radians(angle)) + abs(math.sin(math.radians(angle)))
            sprite = turned(art, vocabulary.THINGS[thing]["code"], min(w, h) * share / max(1, spread * share), angle)
            x = round(cell[0] * width / 2 + rng.uniform(0, max(0, w - sprite.width)))
            y = round(cell[1] * height / 2 + rng.uniform(0, max(0, h - sprite.height)))
            picture = paste(picture, sprite, min(x, width - sprite.width), min(y, height - sprite.height))
        picture = damaged(rng, picture) if style == "damaged" else picture
        yield picture, Scene(layout, shown, colour if style != "damaged" else UNNAMED), style or art


def asks(scene, rng, every):
    """What is asked about a scene in every language: what it shows, and one other question, by turns of their kinds."""
    questions = Questions(rng, range(0, len(vocabulary.THINGS), every))
    name = ["unknown", "single", "list", "list", "list"][len(scene.things)]
    others = [k for k in questions.possible(scene) if k != "what"]
    for kind in ("what", rng.choice(others)):
        ask, state = {"type": name if kind == "what" else kind}, rng.getstate()
        for language in LANGUAGES:
            # The same question in every language.
            rng.setstate(state)
            ask[language] = [list(turn) for turn in questions.ask(scene, kind, language)]
        yield ask


def engine_pixels(picture, side=160):
    """The picture as the engine sees it: padded to a square, bicubic, 8-bit [side, side, 3]."""
    longer = max(picture.size)
    square = Image.new("RGB", (longer, longer), (122, 116, 104))
    square.paste(picture, ((longer - picture.width) // 2, (longer - picture.height) // 2))
    return np.asarray(square.resize((side, side), Image.BICUBIC))


def write(seed, count, folder, style, every):
    folder.mkdir(parents=True, exist_ok=True)
    lines, rng = [], random.Random(seed + 1)
    for i, (picture, scene, art) in enumerate(scenes(seed, count, style, every)):
        name = f"{i:04d}.png"
        picture.save(folder / name)
        lines.append(json.dumps({"image": name, "style": art, "asks": list(asks(scene, rng, every)),
                                 "things": [vocabulary.THINGS[t]["emoji"] for t in scene.things]},
                                ensure_ascii=False))
    (folder / "heldout.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


# The shapes of conversations that are measured, by turns, and how many turns each has.
MEASURED = [("one", 4), ("several", 3), ("one", 4), ("later", 4), ("afterwards", 3), ("none", 2)]


def conversed(scenes, names, number, rng):
    """What is asked about image `number`: a conversation, its questions by themselves, one that changes its language, small talk.

    An entry has the turns of every language as [question, answer, images shown], and what each turn counts as; null for nothing.
    """
    talk, (shape, turns) = Conversations(rng, plain=True), MEASURED[number % len(MEASURED)]
    near = [number, (number + 1) % len(scenes), (number + 2) % len(scenes)]
    some, files = [scenes[n] for n in near], [names[n] for n in near]
    state, seed = rng.getstate(), rng.randrange(1 << 30)
    by = {}
    for language in LANGUAGES:
        # The same conversation in every language.
        rng.setstate(state)
        by[language] = talk.conversation(some, 0, shape, turns, language)
    rng.seed(seed)
    counted = [{"talk": "small talk", "several": "several images", "switched": "several images"}.get(
        turn.score, turn.score if turn.score == "follow-up" else f"turn {i + 1}") for i, turn in enumerate(by["en"])]
    written = lambda turn, shown=None: [turn.question, turn.answer, [files[n] for n in (turn.shown if shown is None else shown)]]
    yield {"type": "conversation", "kinds": counted, **{x: [written(turn) for turn in by[x]] for x in LANGUAGES}}
    if shape == "one":
        for i in range(1, turns):
            if counted[i].startswith("turn"):
                yield {"type": f"{counted[i]} alone", **{x: [written(by[x][i], [0])] for x in LANGUAGES}}
        before = {x: LANGUAGES[(i + 1 + number) % len(LANGUAGES)] for i, x in enumerate(LANGUAGES)}
        if counted[1].startswith("turn"):
            yield {"type": "other language", **{
                x: [written(by[before[x] if before[x] != x else "en"][0]), written(by[x][1])] for x in LANGUAGES}}
    kind, n = [(kind, n) for kind, texts in TALK["unseen"]["en"].items() for n in range(len(texts))][number % 10]
    yield {"type": "unseen small talk",
           **{x: [[TALK["unseen"][x][kind][n], TALK["answers"][x][kind], []]] for x in LANGUAGES}}


def write_talk(seed, count, folder):
    folder.mkdir(parents=True, exist_ok=True)
    lines, rng, drawn = [], random.Random(seed + 1), list(scenes(seed, count))
    names = [f"{i:04d}.png" for i in range(count)]
    for i, (picture, scene, art) in enumerate(drawn):
        picture.save(folder / names[i])
        lines.append(json.dumps({"image": names[i], "style": art, "things": [vocabulary.THINGS[t]["emoji"] for t in scene.things],
                                 "asks": list(conversed([s for _, s, _ in drawn], names, i, rng))}, ensure_ascii=False))
    (folder / "conversations.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


SAMPLES = [("cat", "🐈", "noto", "#f4e3c1", "#d9a066"), ("apple", "🍎", "twemoji", "#dff3e4", "#8fc9a3"),
           ("bicycle", "🚲", "fluent", "#e6eefc", "#9db8ea"), ("sunflower", "🌻", "noto", "#bfe6ff", "#5fa8e0")]


def write_samples(folder):
    """Four pictures of 336 pixels: a thing on a soft vertical gradient."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = {t["emoji"]: t["code"] for t in vocabulary.THINGS}
    for name, emoji, style, top, bottom in SAMPLES:
        blend = Image.linear_gradient("L").resize((336, 336))
        picture = Image.composite(Image.new("RGB", blend.size, bottom), Image.new("RGB", blend.size, top), blend)
        sprite = Image.open(SPRITES / style / f"{codes[emoji]}.png").resize((236, 236), Image.LANCZOS)
        picture.paste(sprite, (50, 44), sprite)
        picture.save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    if sys.argv[1] in ("draw", "talk"):
        parser = argparse.ArgumentParser()
        parser.add_argument("action")
        parser.add_argument("seed", type=int)
        parser.add_argument("count", type=int)
        parser.add_argument("folder", type=Path)
        parser.add_argument("--style", help="an artwork, or `damaged`; by default the trained artworks")
        parser.add_argument("--every", type=int, default=1, help="draw every n-th thing only, as in train.py")
        options = parser.parse_args()
        if options.action == "talk":
            write_talk(options.seed, options.count, options.folder)
        else:
            write(options.seed, options.count, options.folder, options.style, options.every)
    else:
        write_samples(Path(sys.argv[2]))
