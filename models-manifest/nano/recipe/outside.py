"""Draws single things without any of the training's drawing code: SVG documents that librsvg renders.

outside.py SEED COUNT FOLDER   writes COUNT images and heldout.jsonl, as `heldout.py draw` does

Placement, shadow, smoothing and background are SVG's. The images are 48 to 1,024 pixels wide or high, and a third of them are poor JPEG.
"""
import base64
import json
import math
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

import sprites
import vocabulary
from prompts import Questions
from things import LANGUAGES

SMALLEST, LARGEST = 48, 1024


def link(png):
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def rendered(svg, *size):
    """PNG bytes of an SVG document."""
    return subprocess.run(["rsvg-convert", *size], input=svg, check=True, capture_output=True).stdout


def noto(code, kept={}):
    """The bitmap of the Noto font as PNG bytes."""
    if not kept:
        kept.update(sprites.noto_bitmaps([thing["code"] for thing in vocabulary.THINGS]))
    out = BytesIO()
    kept[code].save(out, "PNG")
    return out.getvalue()


def paint(rng):
    """A definition named `paint`, and what a background is filled with."""
    colour = lambda: f"hsl({rng.randrange(360)},{rng.randrange(10, 90)}%,{rng.randrange(35, 95)}%)"
    way = rng.randrange(4)
    if way == 0:
        return "", colour()
    if way == 1:
        turn = f'gradientTransform="rotate({rng.randrange(360)} .5 .5)"'
        stops = "".join(f'<stop offset="{i / 2}" stop-color="{colour()}"/>' for i in range(3))
        return f'<linearGradient id="paint" {turn}>{stops}</linearGradient>', "url(#paint)"
    if way == 2:
        stops = f'<stop offset="0" stop-color="{colour()}"/><stop offset="1" stop-color="{colour()}"/>'
        return f'<radialGradient id="paint" cx="{rng.random():.2f}" cy="{rng.random():.2f}">{stops}</radialGradient>', "url(#paint)"
    step = rng.choice([0.03, 0.06, 0.12])
    return (f'<pattern id="paint" width="{step}" height="{step}" patternTransform="rotate({rng.randrange(90)})">'
            f'<rect width="400" height="400" fill="{colour()}"/><circle cx="12" cy="12" r="9" fill="{colour()}"/></pattern>',
            "url(#paint)")


def document(rng, art, code, fluent, width, height):
    """An SVG document of 1,000 units on its shorter side."""
    unit = 1000 / min(width, height)
    w, h = width * unit, height * unit
    size = 1000 * rng.uniform(0.5, 0.92)
    room = size * 1.08
    x, y = rng.uniform(0.5 * room, w - 0.5 * room), rng.uniform(0.5 * room, h - 0.5 * room)
    picture = link(noto(code) if art == "noto" else rendered(sprites.svg(art, code, fluent), "-w", "640", "-h", "640"))
    define, fill = paint(rng)
    shade = ""
    if rng.random() < 0.6:
        define += (f'<filter id="shade" filterUnits="userSpaceOnUse" x="0" y="0" width="{w:.0f}" height="{h:.0f}">'
                   f'<feGaussianBlur in="SourceAlpha" stdDeviation="{rng.uniform(4, 22):.1f}"/>'
                   f'<feOffset dx="{rng.uniform(-25, 25):.1f}" dy="{rng.uniform(5, 30):.1f}"/>'
                   f'<feComponentTransfer><feFuncA type="linear" slope="{rng.uniform(.2, .6):.2f}"/></feComponentTransfer>'
                   f'<feMerge><feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge></filter>')
        shade = 'filter="url(#shade)"'
    turn = rng.uniform(-14, 14)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {w:.2f} {h:.2f}" '
            f'width="{width}" height="{height}"><defs>{define}</defs><rect width="100%" height="100%" fill="{fill}"/>'
            f'<g {shade}><image xlink:href="{picture}" width="{size:.1f}" height="{size:.1f}" '
            f'transform="translate({x:.1f} {y:.1f}) rotate({turn:.1f}) translate({-size / 2:.1f} {-size / 2:.1f})"/></g></svg>')


def main(seed, count, folder):
    folder.mkdir(parents=True, exist_ok=True)
    rng, fluent, lines = random.Random(seed), sprites.fluent_svgs(), []
    order = rng.sample(range(len(vocabulary.THINGS)), count)
    questions = Questions(random.Random(seed + 1), None)
    for i, thing in enumerate(order):
        longer = round(math.exp(rng.uniform(math.log(SMALLEST), math.log(LARGEST))))
        shorter = max(SMALLEST, round(longer * rng.uniform(0.6, 1)))
        width, height = rng.choice([(longer, shorter), (shorter, longer)])
        art, code = rng.choice(sprites.STYLES), vocabulary.THINGS[thing]["code"]
        png = rendered(document(rng, art, code, fluent, width, height).encode())
        image, name = Image.open(BytesIO(png)).convert("RGB"), f"{i:04d}.png"
        if rng.random() < 1 / 3:
            name = f"{i:04d}.jpg"
            image.save(folder / name, quality=rng.randrange(35, 80))
        else:
            image.save(folder / name)
        names = questions.names[thing]
        ask = {"type": "single", **{x: [[questions.pick("what", x), questions.names[thing][x]]] for x in LANGUAGES}}
        lines.append(json.dumps({"image": name, "style": art, "asks": [ask], "size": [width, height],
                                 "things": [vocabulary.THINGS[thing]["emoji"]]}, ensure_ascii=False))
    (folder / "heldout.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
