"""Draws held-out pictures with Pillow alone: other code, other sizes and other backgrounds than the training scenes.

heldout.py draw SEED COUNT FOLDER   writes COUNT pictures and heldout.jsonl
heldout.py samples FOLDER           writes the sample pictures of the README
"""
import json
import math
import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from sprites import SPRITES, STYLES

HERE = Path(__file__).parent


def colour(rng):
    """A random colour; one in four is a gray."""
    if rng.random() < 0.25:
        return (rng.randrange(256),) * 3
    return tuple(rng.randrange(256) for _ in range(3))


def near(rng, first):
    """A second colour at a random distance from the first."""
    t = rng.uniform(0.1, 1)
    return tuple(round(a + (b - a) * t) for a, b in zip(first, colour(rng)))


def pattern(rng, width, height):
    """A gray picture that mixes two colours: plain, gradient, blotches, stripes or checks."""
    kind = rng.randrange(5)
    if kind == 0:
        return Image.new("L", (width, height))
    big = 2 * max(width, height)
    if kind == 1:
        mask = Image.linear_gradient("L").resize((big, big), Image.BICUBIC)
    elif kind == 2:
        cells = rng.randint(3, 18)
        noise = np.random.default_rng(rng.randrange(1 << 30)).integers(0, 256, (cells, cells), np.uint8)
        return Image.fromarray(noise).resize((width, height), Image.BICUBIC)
    else:
        mask = Image.new("L", (big, big))
        draw = ImageDraw.Draw(mask)
        step = max(width, height) / rng.uniform(3, 13)
        count = math.ceil(big / step)
        for i in range(count):
            for j in range(count if kind == 4 else 1):
                if (i + j) % 2:
                    bottom = (j + 1) * step if kind == 4 else big
                    draw.rectangle([i * step, j * step, (i + 1) * step - 1, bottom - 1], fill=255)
    mask = mask.rotate(rng.uniform(0, 360), Image.BICUBIC)
    left, top = (big - width) // 2, (big - height) // 2
    return mask.crop((left, top, left + width, top + height))


def turned(style, code, size, angle):
    """A sprite of the given size, turned, as premultiplied colour and opacity, cut to what is drawn."""
    sprite = Image.open(SPRITES / style / f"{code}.png")
    sprite = sprite.convert("RGBa").rotate(angle, Image.BICUBIC, expand=True)
    scale = size / 512
    sprite = sprite.resize((round(sprite.width * scale), round(sprite.height * scale)), Image.LANCZOS, reducing_gap=3)
    box = sprite.getchannel("a").point(lambda a: 255 if a > 4 else 0).getbbox()
    return sprite.crop(box)


def draw(rng, thing, style, width, height, share, angle):
    """A picture of one thing; `share` is the sprite's side relative to the longer side of the picture."""
    first = colour(rng)
    second = near(rng, first)
    picture = Image.composite(Image.new("RGB", (width, height), second), Image.new("RGB", (width, height), first),
                              pattern(rng, width, height))
    sprite = turned(style, thing["code"], share * max(width, height), angle)
    if sprite.width > width or sprite.height > height:
        fit = 0.97 * min(width / sprite.width, height / sprite.height)
        sprite = turned(style, thing["code"], share * max(width, height) * fit, angle)
    x, y = rng.randint(0, width - sprite.width), rng.randint(0, height - sprite.height)
    opacity = Image.new("L", (width, height))
    opacity.paste(sprite.getchannel("a"), (x, y))
    layer = Image.new("RGB", (width, height))
    layer.paste(Image.merge("RGB", [sprite.getchannel(i) for i in range(3)]), (x, y))
    clear = Image.merge("RGB", [ImageChops.invert(opacity)] * 3)
    return ImageChops.add(ImageChops.multiply(picture, clear), layer)


def pictures(seed, count, longest=400):
    """Yields (picture, thing, style) for a seed; every thing once before any comes again."""
    rng = random.Random(seed)
    things = json.loads((HERE / "things.json").read_text("utf-8"))
    order = []
    for i in range(count):
        if not order:
            order = rng.sample(things, len(things))
        thing, style = order.pop(), STYLES[i % len(STYLES)]
        width = height = rng.randint(160, longest)
        if rng.random() < 0.4:
            short = round(width * rng.uniform(0.6, 1))
            width, height = (short, height) if rng.random() < 0.5 else (width, short)
        yield draw(rng, thing, style, width, height, rng.uniform(0.35, 0.95), rng.uniform(-35, 35)), thing, style


def engine_pixels(picture, side=128):
    """The picture as the engine sees it: padded to a square, bicubic, 8-bit [side, side, 3]."""
    longer = max(picture.size)
    square = Image.new("RGB", (longer, longer), (122, 116, 104))
    square.paste(picture, ((longer - picture.width) // 2, (longer - picture.height) // 2))
    return np.asarray(square.resize((side, side), Image.BICUBIC))


def write(seed, count, folder):
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for i, (picture, thing, style) in enumerate(pictures(seed, count, longest=300)):
        name = f"{i:03d}.png"
        picture.save(folder / name, optimize=True)
        lines.append(json.dumps({"image": name, "thing": thing["emoji"], "style": style, "names": thing["names"]},
                                ensure_ascii=False))
    (folder / "heldout.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


SAMPLES = [("cat", "🐈", "noto", "#f4e3c1", "#d9a066"), ("apple", "🍎", "twemoji", "#dff3e4", "#8fc9a3"),
           ("bicycle", "🚲", "openmoji", "#e6eefc", "#9db8ea"), ("sunflower", "🌻", "noto", "#bfe6ff", "#5fa8e0")]


def write_samples(folder):
    """Four pictures of 336 pixels: a thing over a soft vertical gradient, with a shadow."""
    folder.mkdir(parents=True, exist_ok=True)
    things = {t["emoji"]: t for t in json.loads((HERE / "things.json").read_text("utf-8"))}
    for name, emoji, style, top, bottom in SAMPLES:
        blend = Image.linear_gradient("L").resize((336, 336))
        picture = Image.composite(Image.new("RGB", blend.size, bottom), Image.new("RGB", blend.size, top), blend)
        shadow = Image.new("L", blend.size)
        ImageDraw.Draw(shadow).ellipse([70, 262, 266, 300], fill=70)
        shadow = shadow.filter(ImageFilter.GaussianBlur(9))
        picture = Image.composite(Image.new("RGB", blend.size, "#303030"), picture, shadow)
        sprite = Image.open(SPRITES / style / f"{things[emoji]['code']}.png").resize((236, 236), Image.LANCZOS)
        picture.paste(sprite, (50, 44), sprite)
        picture.save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    if sys.argv[1] == "draw":
        write(int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
    else:
        write_samples(Path(sys.argv[2]))
